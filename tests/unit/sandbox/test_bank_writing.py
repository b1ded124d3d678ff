"""What the bank writes: statements foot, files of returns add up, and each payment is booked as it was asked for."""

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from sandbox.bank import books, nacha_returns, pain002
from sandbox.bank.execution import Made, equal_pairs, make, together, unnamed
from sandbox.bank.ledger import Order
from sandbox.bank.model import Instruction, Verdict
from sandbox.scenario.domain import ACCOUNTS, ENTITIES
from sandbox.scenario.model import BankRequest, Booking
from sandbox.wire import bai2, bank
from tests.support.payment_files import CLINIC, LAKE

TODAY, AT = date(2026, 3, 2), datetime(2026, 3, 2, 21, 30, tzinfo=UTC)
LAKE_HOSPITAL, WESTSIDE = ENTITIES[1], ENTITIES[4]
PAYMENT = Instruction(
    "M1", "G1", "I1", "E1", LAKE, Decimal("100.00"), "USD", "Alder & Co.", "880000000001", "021000021", "INV-1",
    "credit_transfer",
)  # fmt: skip


def _order(**changes: object) -> Order:
    return Order("1", "waiting", replace(PAYMENT, **changes))  # type: ignore[arg-type]


def _made(request: BankRequest | None = None, rate: str = "1", **changes: object) -> Made:
    numbers = iter(range(1, 9))
    return make(_order(**changes), request, TODAY, Decimal(rate), lambda: f"BK{next(numbers)}")


def test_a_payment_is_booked_once_with_all_its_references() -> None:
    made = _made()
    (booking,) = made.bookings
    assert (booking.amount, booking.end_to_end_id, booking.instruction_id, booking.group_ref) == (
        Decimal("-100.00"), "E1", "I1", "G1",
    )  # fmt: skip
    assert made.later == []


def test_a_payment_in_another_currency_is_booked_at_the_days_rate() -> None:
    (booking,) = _made(rate="1.0855", currency="EUR").bookings
    assert booking.amount == Decimal("-108.55")
    assert booking.original == (Decimal("100.00"), "EUR", Decimal("1.0855"))


@pytest.mark.parametrize(
    ("request_", "today", "later"),
    [
        (BankRequest("fee", amount=Decimal("12.50")), ["-112.50"], []),
        (BankRequest("partial", amount=Decimal(40)), ["-40"], [("2026-03-03", "-60.00")]),
        (BankRequest("partial", amount=Decimal(40), after=0), ["-40"], []),
        (BankRequest("partial"), ["-50.00"], [("2026-03-03", "-50.00")]),
        (BankRequest("return", after=3), ["-100.00"], [("2026-03-05", "100.00")]),
        (BankRequest("reversal"), ["-100.00"], [("2026-03-03", "100.00")]),
        (BankRequest("twice"), ["-100.00", "-100.00"], []),
        (BankRequest("exchange", rate=Decimal("1.25"), currency="EUR"), ["-100.00"], []),
    ],
    ids=lambda value: value.kind if isinstance(value, BankRequest) else "",
)
def test_a_payment_is_booked_as_a_request_wants_it(
    request_: BankRequest, today: list[str], later: list[tuple[str, str]]
) -> None:
    made = _made(request_)
    assert [str(booking.amount) for booking in made.bookings] == today
    assert [(f"{each.due}", str(each.booking and each.booking.amount)) for each in made.later] == later
    assert len({booking.reference for booking in made.bookings}) == len(today)


def test_a_return_has_the_reason_in_the_words_of_its_network() -> None:
    for method, code in (("credit_transfer", "AC04"), ("ach", "R02")):
        (later,) = _made(BankRequest("return", reason="AC04"), method=method).later
        assert later.booking is not None
        assert (later.code, later.booking.return_reason, later.booking.kind) == (code, code, "return")
    (correction,) = _made(BankRequest("correction"), method="ach").later
    assert (correction.code, correction.booking, correction.due) == ("C01", None, TODAY)


def test_a_group_in_one_sum_names_the_group_and_no_payment() -> None:
    booking = together([PAYMENT, replace(PAYMENT, end_to_end_id="E2", amount=Decimal("0.50"))], "BK1")
    assert (booking.amount, booking.batch_count, booking.group_ref, booking.end_to_end_id) == (
        Decimal("-100.50"), 2, "G1", "",
    )  # fmt: skip


def test_payments_of_one_amount_can_be_booked_so_that_nothing_tells_them_apart() -> None:
    orders = [_order(end_to_end_id=f"E{n}", amount=Decimal(amount)) for n, amount in enumerate((5, 7, 5))]
    (pair,) = equal_pairs(orders)
    assert [order.instruction.end_to_end_id for order in pair] == ["E0", "E2"]
    first, second = (unnamed(order, Decimal(1), "BK") for order in pair)
    assert first == second
    assert not first.end_to_end_id and not first.party


def _statement(*entries: Booking) -> bank.Statement:
    return bank.Statement(LAKE_HOSPITAL, TODAY, 7, Decimal("1000.00"), entries)


def test_a_statement_tells_fees_returns_exchange_batches_and_cheques_where_they_belong() -> None:
    fee, back, foreign = (
        _made(BankRequest("fee")).bookings[0],
        _made(BankRequest("return")).later[0].booking,
        _made(rate="1.1", currency="EUR").bookings[0],
    )
    assert back is not None
    cheque = replace(fee, kind="cheque", cheque_number="1001", charges=None, end_to_end_id="")
    statement = _statement(fee, back, foreign, cheque, together([PAYMENT, PAYMENT], "BK"))
    root = ElementTree.fromstring(bank.camt053(statement, AT))  # noqa: S314 - our own
    for element in root.iter():
        element.tag = element.tag.partition("}")[2]
    entries = root.findall("BkToCstmrStmt/Stmt/Ntry")
    texts = [
        (entries[0], "NtryDtls/TxDtls/Chrgs/Rcrd/Amt", "15.00"),
        (entries[0], "NtryDtls/TxDtls/RltdPties/Cdtr/Pty/Nm", "Alder & Co."),
        (entries[1], "NtryDtls/TxDtls/RtrInf/Rsn/Cd", "AC04"),
        (entries[1], "CdtDbtInd", "CRDT"),
        (entries[1], "NtryDtls/TxDtls/Refs/EndToEndId", "E1"),
        (entries[2], "NtryDtls/TxDtls/AmtDtls/InstdAmt/Amt", "100.00"),
        (entries[2], "NtryDtls/TxDtls/AmtDtls/TxAmt/CcyXchg/XchgRate", "1.1"),
        (entries[3], "NtryDtls/TxDtls/Refs/ChqNb", "1001"),
        (entries[3], "NtryDtls/TxDtls/Refs/EndToEndId", "NOTPROVIDED"),
        (entries[4], "NtryDtls/Btch/NbOfTxs", "2"),
        (entries[4], "NtryDtls/Btch/PmtInfId", "G1"),
    ]
    assert [entry.findtext(path) for entry, path, _ in texts] == [text for _, _, text in texts]
    notice = bank.camt054(LAKE_HOSPITAL, statement.entries, TODAY, AT)
    assert notice.count(b"<Ntry>") == 5 and b"camt.054.001.08" in notice


def test_a_bai2_statement_foots_and_its_totals_count_what_is_there() -> None:
    entries = (
        _made(method="ach", account=CLINIC, remittance="INV-1, INV-2/" + "x" * 100).bookings[0],
        Booking("AMB1", "fee", Decimal("-38.50"), "FE1", "Bank", "Account fee"),
        Booking("AMB1", "sweep", Decimal("250.00"), "SW1", "", ""),
    )
    statement = bank.Statement(WESTSIDE, TODAY, 3, Decimal("1000.00"), entries)
    lines = bai2.write(statement, AT).decode().splitlines()
    assert bai2.path(statement) == "outgoing/statements/bai2_AMB1_20260302.txt"
    fields = [line.rstrip("/").split(",") for line in lines]
    kinds = [row[0] for row in fields]
    assert kinds == ["01", "02", "03", "16", "88", "88", "16", "16", "49", "98", "99"]
    assert [row[1] for row in fields if row[0] == "16"] == ["455", "698", "165"]
    (account,) = (row for row in fields if row[0] == "03")
    opening, closing = int(account[4]), int(account[8])
    moved = sum(int(row[2]) * (1 if row[1] == "165" else -1) for row in fields if row[0] == "16")
    assert opening + moved == closing == 111150
    total = opening + closing + sum(int(row[2]) for row in fields if row[0] == "16")
    assert [row[1:] for row in fields[-3:]] == [
        [str(total), "7"],
        [str(total), "1", "9"],
        [str(total), "1", "11"],
    ]
    assert fields[3][5] == "E1" and "," not in lines[4][3:]


def test_a_file_of_returns_is_made_of_blocks_whose_totals_are_right() -> None:
    entry = nacha_returns.Returned("R02", "041299990000001", "E1", Decimal("10.50"), "021000021", "8801", "Alder", "x")
    change = replace(entry, code="C01", text="8802")
    lines = nacha_returns.write([entry, change], CLINIC, AT).decode().splitlines()
    assert {len(line) for line in lines} == {94} and len(lines) == 10
    assert [line[0] for line in lines] == list("1567856789")
    returned, corrected = lines[3], lines[7]
    assert (returned[:6], returned[6:21], returned[27:35]) == ("799R02", "041299990000001", "02100002")
    assert (corrected[:6], corrected[35:64].strip(), lines[6][29:39]) == ("798C01", "8802", "0000000000")
    assert (lines[9][1:7], lines[9][13:21], int(lines[9][43:55])) == ("000002", "00000004", 1050)
    assert int(lines[9][21:31]) == 2 * int("04129999")


@pytest.mark.parametrize(
    ("statuses", "file", "group"),
    [
        (("ACCP", "ACCP"), "ACTC", "ACCP"),
        (("ACCP", "PDNG"), "ACTC", "ACCP"),
        (("PDNG", "PDNG"), "ACTC", "PDNG"),
        (("ACCP", "RJCT"), "PART", "PART"),
        (("RJCT", "RJCT"), "RJCT", "RJCT"),
    ],
)
def test_an_answer_says_of_file_and_group_what_is_said_of_their_payments(
    statuses: tuple[str, ...], file: str, group: str
) -> None:
    pairs = [(PAYMENT, Verdict(status, "AC04" if status == "RJCT" else "", "closed")) for status in statuses]
    text = pain002.write(pain002.Answer("A1", "M1", AT, None, pairs, 2)).decode()
    assert f"<GrpSts>{file}</GrpSts>" in text and f"<PmtInfSts>{group}</PmtInfSts>" in text
    assert text.count("<Cd>AC04</Cd>") == statuses.count("RJCT")
    assert [text.count(f"<TxSts>{status}</TxSts>") for status in statuses] == [statuses.count(s) for s in statuses]


@pytest.mark.parametrize("account", [LAKE, CLINIC])
def test_the_ledger_books_what_the_bank_does_and_each_entry_balances(account: str) -> None:
    made = {
        "plain": _made(account=account).bookings,
        "fee": _made(BankRequest("fee"), account=account).bookings,
        "foreign": _made(rate="1.1", currency="EUR", account=account).bookings,
        "kept abroad": _made(BankRequest("exchange"), account=account).bookings,
        "back": [later.booking for later in _made(BankRequest("return"), account=account).later if later.booking],
    }
    charts = {LAKE: ACCOUNTS["erp_main"], CLINIC: ACCOUNTS["erp_west"]}[account]
    moved = {}
    for name, bookings in made.items():
        entries = [entry for _, entry in books.journals(bookings)]
        assert all(sum(amount for _, _, amount in entry.lines) == 0 for entry in entries)
        sums: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for entry in entries:
            for number, _, amount in entry.lines:
                sums[number, entry.currency] += amount
        assert sums[charts["cash"], "USD"] == sum(booking.amount for booking in bookings)
        moved[name] = {str(currency): str(sums[charts["payables"], currency]) for currency in ("USD", "EUR")}
    assert moved == {
        "plain": {"USD": "100.00", "EUR": "0"},
        "fee": {"USD": "100.00", "EUR": "0"},
        "foreign": {"USD": "0", "EUR": "100.00"},
        "kept abroad": {"USD": "100.00", "EUR": "0"},
        "back": {"USD": "-100.00", "EUR": "0"},
    }
    entry = books.discount(ENTITIES[1], "E1", Decimal("2.00"), "EUR")
    assert ([str(amount) for _, _, amount in entry.lines], entry.currency) == (["2.00", "-2.00"], "EUR")
