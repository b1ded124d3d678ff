"""The bank takes files over SFTP, answers at once, pays the next day and tells of it, each payment once."""

from collections import Counter
from decimal import Decimal
from functools import partial
from typing import Any
from xml.etree import ElementTree

import pytest

from sandbox.scenario.model import Booking, DayPlay
from tests.integration.sandbox.served import Days, Running
from tests.integration.sandbox.test_feedback import erp_rows, invoice, send
from tests.integration.sandbox.test_sftp import sftp_of
from tests.support import payment_files
from tests.support.payment_files import Pay, nacha

ACKS, NOTICES, RETURNS, STATEMENTS = (f"outgoing/{name}" for name in ("acks", "notifications", "returns", "statements"))
PAYMENTS = "incoming/payments"
pain001 = partial(payment_files.pain001, on="2026-03-01")


def send_file(estate: Running, name: str, content: bytes, folder: str = PAYMENTS) -> None:
    """Put a file under a temporary name and give it its own."""
    with sftp_of(estate, "bank") as bank:
        with bank.open(f"{folder}/{name}.part", "w") as file:
            file.write(content)
        bank.rename(f"{folder}/{name}.part", f"{folder}/{name}")


def listed(estate: Running, folder: str) -> list[str]:
    """Files in a folder of the bank."""
    with sftp_of(estate, "bank") as bank:
        return sorted(name for name in bank.listdir(folder) if name not in ("done", "reject"))


def content(estate: Running, path: str) -> bytes:
    with sftp_of(estate, "bank") as bank:
        return bank.open(path).read()


def parsed(estate: Running, path: str) -> ElementTree.Element:
    """An XML file without its namespace."""
    root = ElementTree.fromstring(content(estate, path))  # noqa: S314 - the estate's own
    for element in root.iter():
        element.tag = element.tag.partition("}")[2]
    return root


def texts(root: ElementTree.Element, name: str) -> list[str]:
    return [element.text or "" for element in root.iter(name)]


def ask(estate: Running, **request: Any) -> None:
    estate.control.post("/bank", json=request).raise_for_status()


def booked(estate: Running, day: str, entity: str = "H2") -> list[tuple[str, str, str]]:
    """(side, amount, end-to-end id) of each entry of a statement, which must foot."""
    root = parsed(estate, f"{STATEMENTS}/camt053_{entity}_{day}.xml")
    entries = [
        (each.findtext("CdtDbtInd", ""), each.findtext("Amt", ""), each.findtext(".//EndToEndId", ""))
        for each in root.iter("Ntry")
    ]
    opening, closing = (Decimal(balance.findtext("Amt", "")) for balance in root.iter("Bal"))
    moved = sum((Decimal(amount) * (1 if side == "CRDT" else -1) for side, amount, _ in entries), Decimal(0))
    assert opening + moved == closing
    return entries


def told_in_bai2(estate: Running, day: str) -> list[tuple[str, str, str]]:
    """(type, cents, customer's reference) of each transaction of AMB1's statement."""
    lines = content(estate, f"{STATEMENTS}/bai2_AMB1_{day}.txt").decode().splitlines()
    fields = [line.rstrip("/").split(",") for line in lines if line.startswith("16")]
    return [(field[1], field[2], field[5]) for field in fields]


def effects(estate: Running, operation: str) -> list[tuple[str, str]]:
    """(subject, what was booked) of what the bank did."""
    found = estate.control.get("/effects").json()
    return [(each["subject"], each["body"].get("booked", "")) for each in found if each["operation"] == operation]


def test_a_file_is_answered_at_once_and_paid_the_next_day(estate: Running) -> None:
    send_file(
        estate, "m1.xml", pain001("M1", Pay("E1", "10.50"), Pay("E2", "7.00", routing="021000022"), Pay("E1", "1.00"))
    )
    answer = parsed(estate, f"{ACKS}/pain002_M1.xml")
    assert (texts(answer, "OrgnlMsgId"), texts(answer, "GrpSts"), texts(answer, "PmtInfSts")) == (
        ["M1"], ["PART"], ["PART"],
    )  # fmt: skip
    assert texts(answer, "TxSts") == ["ACCP", "RJCT", "RJCT"]
    assert texts(answer, "Cd") == ["RC01", "DU04"]
    assert listed(estate, PAYMENTS) == [] and listed(estate, f"{PAYMENTS}/done") == ["m1.xml"]
    assert listed(estate, STATEMENTS) == []

    estate.advance(2)
    assert booked(estate, "20260301") == [("DBIT", "10.50", "E1")]
    assert listed(estate, STATEMENTS) == ["camt053_H2_20260301.xml"]
    notice = parsed(estate, f"{NOTICES}/camt054_H2_20260301.xml")
    assert (texts(notice, "EndToEndId"), texts(notice, "PmtInfId"), texts(notice, "InstrId")) == (
        ["E1"], ["G1"], ["I-E1"],
    )  # fmt: skip
    assert effects(estate, "settlement") == [("E1", "-10.50")]
    assert estate.control.get("/counters").json()["bank"] == {
        "payment_file": {"received": 1, "effective": 1},
        "payment": {"received": 3, "effective": 1},
        "settlement": {"received": 1, "effective": 1},
    }


def test_a_file_of_the_same_id_is_refused_and_pays_nothing(estate: Running) -> None:
    first = pain001("M1", Pay("E1", "10.50"))
    send_file(estate, "m1.xml", first)
    send_file(estate, "m1_again.xml", first)
    send_file(estate, "m1_other.xml", pain001("M1", Pay("E9", "99.00")))
    assert listed(estate, ACKS) == ["pain002_M1.xml", "pain002_M1_2.xml", "pain002_M1_3.xml"]
    for name in ("pain002_M1_2.xml", "pain002_M1_3.xml"):
        answer = parsed(estate, f"{ACKS}/{name}")
        assert (texts(answer, "GrpSts"), texts(answer, "Cd"), texts(answer, "TxSts")) == (["RJCT"], ["DU01"], [])
    assert listed(estate, f"{PAYMENTS}/reject") == ["m1_again.xml", "m1_other.xml"]
    estate.advance()
    assert effects(estate, "settlement") == [("E1", "-10.50")]


def test_a_file_that_is_none_is_refused_and_one_that_has_no_name_yet_is_left_alone(estate: Running) -> None:
    send_file(estate, "cut.xml", pain001("M1", Pay("E1", "10.50"))[:200])
    with sftp_of(estate, "bank") as bank, bank.open(f"{PAYMENTS}/later.xml.part", "w") as file:
        file.write(pain001("M2", Pay("E2", "1.00")))
    answer = parsed(estate, f"{ACKS}/pain002_cut.xml")
    assert (texts(answer, "OrgnlMsgId"), texts(answer, "GrpSts"), texts(answer, "Cd")) == (
        ["NOTPROVIDED"], ["RJCT"], ["FF01"],
    )  # fmt: skip
    estate.advance()
    assert listed(estate, PAYMENTS) == ["later.xml.part"]
    assert effects(estate, "payment") == []


def test_a_payment_of_a_later_date_waits_for_it(estate: Running) -> None:
    send_file(estate, "m1.xml", pain001("M1", Pay("E1", "10.50"), on="2026-03-03"))
    assert texts(parsed(estate, f"{ACKS}/pain002_M1.xml"), "TxSts") == ["PDNG"]
    estate.advance(3)
    assert listed(estate, STATEMENTS) == ["camt053_H2_20260303.xml"]


def test_ach_entries_are_paid_or_come_back_and_cheques_are_paid_by_their_numbers(estate: Running) -> None:
    send_file(estate, "a.ach", nacha(Pay("E1", "10.50"), Pay("E2", "7.00", account="0000"), on="260301"))
    (refused,) = listed(estate, RETURNS)
    lines = content(estate, f"{RETURNS}/{refused}").decode().splitlines()
    assert [line[3:6] for line in lines if line[0] == "7"] == ["R04"]
    assert [line[39:54].strip() for line in lines if line[0] == "6"] == ["E2"]
    cheques = (
        "ACCOUNT,CHEQUE,ISSUED,AMOUNT,PAYEE,ACTION\n7700200023,1001,20260301,25.00,Beacon LLC,ISSUE\nTRL,1,25.00\n"
    )
    send_file(estate, "pp.csv", cheques.encode(), "incoming/positive_pay")
    ask(estate, kind="return", payment="E1", reason="AC04")
    ask(estate, kind="correction", payment="E1")
    estate.advance(2)
    assert told_in_bai2(estate, "20260301") == [("455", "1050", "E1"), ("475", "2500", "1001")]
    assert told_in_bai2(estate, "20260302") == [("257", "1050", "E1")]
    back = content(estate, f"{RETURNS}/nacha_20260302.ach").decode().splitlines()
    assert [line[3:6] for line in back if line[0] == "7"] == ["R02"]
    assert listed(estate, NOTICES) == []


@pytest.mark.parametrize(
    ("request_", "first", "second"),
    [
        ({"kind": "fee", "amount": "12.00"}, ["-112.00"], []),
        ({"kind": "partial", "amount": "40"}, ["-40.00"], ["-60.00"]),
        ({"kind": "partial", "amount": "40", "after": 0}, ["-40.00"], []),
        ({"kind": "return", "reason": "AC06"}, ["-100.00"], ["100.00"]),
        ({"kind": "reversal"}, ["-100.00"], ["100.00"]),
        ({"kind": "twice"}, ["-100.00", "-100.00"], []),
        ({"kind": "silent"}, [], []),
        ({"kind": "reject"}, [], []),
        ({"kind": "exchange", "currency": "EUR", "rate": "1.25"}, ["-100.00"], []),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else "",
)
def test_the_bank_does_what_it_is_asked_to_once(
    estate: Running, request_: dict[str, Any], first: list[str], second: list[str]
) -> None:
    ask(estate, **request_, payment="E1")
    send_file(estate, "m1.xml", pain001("M1", Pay("E1", "100.00"), Pay("E2", "3.00")))
    estate.advance(2)
    moved = [
        [
            f"{'-' if side == 'DBIT' else ''}{amount}"
            for side, amount, reference in booked(estate, day)
            if reference == "E1"
        ]
        if f"camt053_H2_{day}.xml" in listed(estate, STATEMENTS)
        else []
        for day in ("20260301", "20260302")
    ]
    assert moved == [first, second]
    statuses = dict(
        zip(
            *(texts(parsed(estate, f"{ACKS}/pain002_M1.xml"), name) for name in ("OrgnlEndToEndId", "TxSts")),
            strict=True,
        )
    )
    assert statuses.get("E1") == {"silent": None, "reject": "RJCT"}.get(request_["kind"], "ACCP")
    assert statuses["E2"] == "ACCP"
    (kept,) = estate.control.get("/bank").json()
    assert kept["left"] == 0


def test_equal_payments_can_lose_their_names_and_groups_be_booked_in_one_sum(estate: Running) -> None:
    ask(estate, kind="equal_candidates")
    ask(estate, kind="batch", entity="H2")
    pays = (Pay("E1", "10.00"), Pay("E2", "10.00"), Pay("E3", "1.00", group="G2"), Pay("E4", "2.00", group="G2"))
    send_file(estate, "m1.xml", pain001("M1", *pays))
    estate.advance()
    assert Counter(booked(estate, "20260301")) == Counter(
        [("DBIT", "10.00", "NOTPROVIDED")] * 2 + [("DBIT", "3.00", "")]
    )
    statement = parsed(estate, f"{STATEMENTS}/camt053_H2_20260301.xml")
    assert (texts(statement, "NbOfTxs"), texts(statement, "PmtInfId")) == (["2"], ["G2"])
    assert sorted(subject for subject, _ in effects(estate, "settlement")) == ["E1", "E2", "E3", "E4"]

    ask(estate, kind="batch", entity="AMB1")
    send_file(estate, "a.ach", nacha(Pay("E5", "3.00"), Pay("E6", "4.00"), on="260302", reference="B0-1"))
    estate.advance()
    assert told_in_bai2(estate, "20260302") == [("455", "700", "B0-1")]


def test_a_payment_in_euros_is_booked_at_the_banks_rate_and_waits_for_one(estate: Running, days: Days) -> None:
    days.days[2] = DayPlay(2, rates={"EUR": Decimal("1.1000")})
    send_file(estate, "m1.xml", pain001("M1", Pay("E1", "100.00", currency="EUR")))
    estate.advance(2)
    assert listed(estate, STATEMENTS) == ["camt053_H2_20260302.xml"]
    assert booked(estate, "20260302") == [("DBIT", "110.00", "E1")]
    assert texts(parsed(estate, f"{STATEMENTS}/camt053_H2_20260302.xml"), "XchgRate") == ["1.1000"]


def test_statements_continue_come_twice_or_are_missing_until_later(estate: Running, days: Days) -> None:
    for number in range(1, 5):
        days.days[number] = DayPlay(number, bookings=[Booking("H2", "sweep", Decimal(10), f"S{number}", "", "")])
    ask(estate, kind="duplicate_statement", entity="H2")
    estate.advance()
    assert listed(estate, STATEMENTS) == ["camt053_H2_20260301.xml", "camt053_H2_20260301_again.xml"]
    assert len({content(estate, f"{STATEMENTS}/{name}") for name in listed(estate, STATEMENTS)}) == 1
    ask(estate, kind="missing_statement", entity="H2", after=2)
    ask(estate, kind="repeated_statement", entity="H2")
    estate.advance(2)
    assert "camt053_H2_20260302.xml" not in listed(estate, STATEMENTS)
    estate.advance()
    numbers = [
        texts(parsed(estate, f"{STATEMENTS}/camt053_H2_2026030{day}.xml"), "ElctrncSeqNb") for day in range(1, 5)
    ]
    assert numbers == [["1"], ["2"], ["3"], ["4"]]
    repeated = parsed(estate, f"{STATEMENTS}/camt053_H2_20260303_2.xml")
    assert (texts(repeated, "Id")[0], texts(repeated, "ElctrncSeqNb")) == ("ST-H2-20260303-2", ["3"])
    openings = [parsed(estate, f"{STATEMENTS}/camt053_H2_2026030{day}.xml").findtext(".//Amt") for day in range(1, 5)]
    assert openings == ["2500000.00", "2500010.00", "2500020.00", "2500030.00"]


def test_a_folder_that_refuses_takes_nothing_until_the_fault_is_over(estate: Running) -> None:
    estate.fault(system="bank", kind="refuse", path="/incoming/payments", times=1)
    with pytest.raises(PermissionError):
        send_file(estate, "m1.xml", pain001("M1", Pay("E1", "10.50")))
    assert listed(estate, PAYMENTS) == []
    estate.fault(system="bank", kind="refuse", path="/incoming/payments/m1.xml", times=1, after=1)
    with pytest.raises(PermissionError):
        send_file(estate, "m1.xml", pain001("M1", Pay("E1", "10.50")))
    send_file(estate, "m1.xml", pain001("M1", Pay("E1", "10.50")))
    assert listed(estate, ACKS) == ["pain002_M1.xml"]
    with sftp_of(estate, "bank") as bank, pytest.raises(PermissionError):
        bank.open(f"{ACKS}/x.xml", "w")


def test_the_connection_knows_the_accounts_and_nobody_can_ask_for_nonsense(estate: Running) -> None:
    accounts = estate.connection("bank")["extra"]["accounts"]
    assert accounts["h2_operating"]["number"] == "4400200058"
    assert {"h2_operating", "amb1_operating"} <= accounts.keys()
    for wrong in (
        {"kind": "steal"},
        {"kind": "fee", "amount": "x"},
        {"kind": "fee", "entity": "H9"},
        {"kind": "fee", "x": 1},
    ):
        assert estate.control.post("/bank", json=wrong).status_code == 422
    assert estate.control.get("/bank").json() == []


def test_the_erp_books_what_was_paid_and_the_discount_once_ap_shows_the_invoice(estate: Running, days: Days) -> None:
    days.write(1, "ap", "invoices", "I1", invoice("I1"))
    estate.advance()
    send_file(estate, "m1.xml", pain001("M1", Pay("P77", "127.40"), on="2026-03-02"))
    estate.advance()
    lines = (
        "select natural_account, accounted_amount from erp_main.gl_je_lines where reference_id = 'P77' order by 1, 2"
    )
    assert erp_rows(estate, lines) == [("1010", Decimal("-127.40")), ("2100", Decimal("127.40"))]
    told = {"invoiceId": "I1", "paymentStatus": "SENT", "paymentReference": "P77", "paymentDate": "2026-03-02",
            "amount": 127.4, "currency": "USD", "reason": None, "correlationId": None}  # fmt: skip
    with estate.client("ap") as ap:
        assert send(ap, "/v1/payment-statuses", told, "k1").status_code == 200
    estate.advance(2)
    assert erp_rows(estate, lines) == [
        ("1010", Decimal("-127.40")),
        ("2100", Decimal("2.60")),
        ("2100", Decimal("127.40")),
        ("6960", Decimal("-2.60")),
    ]
