"""The bank reads strictly: what is cut short, does not add up or is of another kind is refused with a reason."""

from datetime import date
from decimal import Decimal

import pytest

from sandbox.bank import nacha as nacha_files
from sandbox.bank import pain001 as iso_files
from sandbox.bank import positive_pay
from sandbox.bank.accounts import iban_is_valid, number_is_plausible, routing_is_valid
from sandbox.bank.model import FileRefused
from sandbox.bank.rules import judge
from tests.support.payment_files import CLINIC, LAKE, Pay, nacha, pain001

TODAY = date(2026, 3, 2)
IBAN = "DE89370400440532013000"  # the example of the standard


def test_a_pain001_says_what_is_paid_to_whom() -> None:
    content = pain001("M1", Pay("E1", "10.50"), Pay("E2", "1", account=IBAN, routing="COBADEFFXXX", group="G2"))
    file = iso_files.read(content)
    first, second = file.instructions
    assert (file.message_id, file.kind) == ("M1", "pain.001")
    assert (first.account, first.amount, first.end_to_end_id, first.instruction_id, first.group_ref) == (
        LAKE, Decimal("10.50"), "E1", "I-E1", "G1",
    )  # fmt: skip
    assert (first.creditor_routing, first.remittance, first.requested) == ("021000021", "INV-1", TODAY)
    assert (second.creditor_account, second.creditor_routing, second.group_ref) == (IBAN, "COBADEFFXXX", "G2")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (pain001("M1", Pay("E1", "10.50"))[:-30], "FF01"),
        (pain001("M1", Pay("E1", "10.50")).replace(b"001.09", b"001.03"), "FF01"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]>' + pain001("M1", Pay("E1", "1")).partition(b"?>")[2], "FF01"),
        (pain001("M1", Pay("E1", "10.505")), "FF01"),
        (pain001("M1", Pay("E1", "-1.00")), "FF01"),
        (pain001("M1", Pay("", "1.00")), "FF01"),
        (pain001("M1"), "FF01"),
        (pain001("M1", Pay("E1", "10.50"), total="10.51"), "AM10"),
        (pain001("M1", Pay("E1", "10.50"), count="2"), "AM18"),
        (b"no file of payments", "FF01"),
    ],
    ids=["cut", "version", "entities", "decimals", "negative", "unnamed", "empty", "sum", "count", "text"],
)
def test_a_pain001_that_is_not_in_order_is_refused_as_a_whole(content: bytes, code: str) -> None:
    with pytest.raises(FileRefused) as refused:
        iso_files.read(content)
    assert refused.value.code == code


def test_a_nacha_file_says_what_is_paid_to_whom() -> None:
    file = nacha_files.read(nacha(Pay("E1", "10.50"), Pay("E2", "0.01", routing="041299993")), CLINIC)
    first, second = file.instructions
    assert (first.amount, first.end_to_end_id, first.creditor_account, first.creditor_routing) == (
        Decimal("10.50"), "E1", "880000000001", "021000021",
    )  # fmt: skip
    assert (first.remittance, first.requested, first.account) == ("INV-1", TODAY, CLINIC)
    assert (second.amount, second.trace) == (Decimal("0.01"), "041299990000002")
    other = nacha_files.read(nacha(Pay("E1", "1.00"), modifier="B"), CLINIC)
    assert other.message_id != file.message_id


def _spoilt(place: int, text: bytes) -> bytes:
    content = nacha(Pay("E1", "10.50"))
    return content[:place] + text + content[place + len(text) :]


LINE = 95


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (nacha(Pay("E1", "10.50"))[: -1 * LINE], "FF01"),
        (_spoilt(4, b"021000021"), "FF01"),
        (_spoilt(2 * LINE + 29, b"0000001051"), "AM10"),
        (_spoilt(4 * LINE + 10, b"0000000001"), "AM10"),
        (_spoilt(4 * LINE + 87, b"0000002"), "AM10"),
        (_spoilt(5 * LINE + 21, b"0000000001"), "AM10"),
        (_spoilt(5 * LINE + 7, b"000002"), "AM10"),
        (_spoilt(2 * LINE + 1, b"27"), "FF01"),
        (_spoilt(2 * LINE + 29, b"00000010x0"), "FF01"),
        (nacha(), "FF01"),
        ("101 ä".encode(), "FF01"),
    ],
    ids=["cut", "bank", "amount", "hash", "batch", "file hash", "blocks", "debit", "number", "empty", "letters"],
)
def test_a_nacha_file_that_is_not_in_order_is_refused_as_a_whole(content: bytes, code: str) -> None:
    with pytest.raises(FileRefused) as refused:
        nacha_files.read(content, CLINIC)
    assert refused.value.code == code


def test_cheques_that_were_issued_are_known_by_their_numbers_and_voided_ones_are_not() -> None:
    head = "ACCOUNT,CHEQUE,ISSUED,AMOUNT,PAYEE,ACTION\n"
    rows = f"{CLINIC},001001,20260302,25.00,Alder Medical Inc.,ISSUE\n{CLINIC},1002,20260302,9.00,Beacon LLC,VOID\n"
    whole = f"{head}{rows}TRL,2,34.00\n"
    (cheque,) = positive_pay.read(whole.encode(), "pp_1.csv").instructions
    assert (cheque.end_to_end_id, cheque.amount, cheque.method) == ("1001", Decimal(25), "cheque")
    spoilt = (head + rows, head + "TRL,0,0\n", whole.replace("34.00", "34.01"), whole.replace("TRL,2", "TRL,1"))
    for content in (
        *spoilt,
        whole.replace("25.00", "x"),
        whole.replace("20260302", "soon"),
        whole.replace(",VOID", ""),
    ):
        with pytest.raises(FileRefused):
            positive_pay.read(content.encode(), "pp_1.csv")


def _judged(pay: Pay, *, known: tuple[str, ...] = (), account: str = LAKE, on: str = "2026-03-02") -> tuple[str, str]:
    (order,) = iso_files.read(pain001("M1", pay, account=account, on=on)).instructions
    verdict = judge(order, known, TODAY)
    return verdict.status, verdict.code


def test_a_payment_is_taken_and_one_of_a_later_date_waits() -> None:
    assert _judged(Pay("E1", "10.50")) == ("ACCP", "")
    assert _judged(Pay("E1", "10.50", account=IBAN, routing="COBADEFFXXX", currency="EUR")) == ("ACCP", "")
    assert _judged(Pay("E1", "10.50"), on="2026-03-03") == ("PDNG", "")
    assert _judged(Pay("E1", "5000000.00")) == ("ACCP", "")


@pytest.mark.parametrize(
    ("pay", "changes", "code"),
    [
        (Pay("E1", "1.00"), {"account": "1"}, "AC02"),
        (Pay("E1", "0.00"), {}, "AM01"),
        (Pay("E1", "5000000.01"), {}, "AM02"),
        (Pay("E1", "1.00", currency="JPY"), {}, "AM03"),
        (Pay("E1", "1.00"), {"known": ("E1",)}, "DU04"),
        (Pay("E1", "1.00", creditor=""), {}, "BE08"),
        (Pay("E1", "1.00"), {"on": "2026-02-20"}, "DT01"),
        (Pay("E1", "1.00", account="DE88370400440532013000"), {}, "AC01"),
        (Pay("E1", "1.00", account="0000"), {}, "AC01"),
        (Pay("E1", "1.00", routing="021000022"), {}, "RC01"),
    ],
)
def test_a_payment_that_no_bank_can_make_is_refused_with_its_reason(pay: Pay, changes: dict, code: str) -> None:
    assert _judged(pay, **changes) == ("RJCT", code)


def test_account_numbers_are_checked_as_the_standards_say() -> None:
    assert iban_is_valid(IBAN) and not iban_is_valid(IBAN.replace("89", "98")) and not iban_is_valid("DE89")
    assert routing_is_valid("021000021") and not routing_is_valid("021000012") and not routing_is_valid("21000021")
    assert number_is_plausible("4400200058") and not number_is_plausible("44-0020")
