"""What the product writes the estate's bank reads as it was meant, and the other way round: they share no code."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from sandbox.bank import nacha as bank_nacha
from sandbox.bank import nacha_returns, pain002
from sandbox.bank import pain001 as bank_pain001
from sandbox.bank import positive_pay as bank_cheques
from sandbox.bank.accounts import COMPANY, NAME, ROUTING, connection_accounts
from sandbox.bank.execution import together
from sandbox.bank.inbox import returned
from sandbox.bank.model import Instruction, Verdict
from sandbox.bank.rules import judge
from sandbox.scenario.domain import ENTITIES
from sandbox.scenario.model import Booking
from sandbox.wire import bai2, bank
from tests.support.banks import BANK
from tests.unit.payments.test_content import payment
from tieout.formats import bai2 as bai2_reader
from tieout.formats import camt, nacha, pain001, positive_pay
from tieout.formats import pain002 as pain002_reader
from tieout.formats.nacha_returns import returns
from tieout.payments.accounts_at_hand import Account, PayingAccount
from tieout.payments.content import content, sha256
from tieout.payments.numbering import Numbers
from tieout.payments.rendering import render
from tieout.payments.store import Batch

AT, TODAY = datetime(2026, 4, 1, tzinfo=UTC), date(2026, 4, 1)
PAYMENT = "P0123456789abcdef0123"


def test_the_bank_takes_what_is_written_as_pain001() -> None:
    ours = connection_accounts()["h2_operating"]
    debtor = pain001.BankAccount(ours["number"], ours["routing"])
    transfers = (
        pain001.CreditTransfer(
            PAYMENT, PAYMENT, Decimal("1250.10"), "USD", "Müller & Söhne",
            pain001.BankAccount("8800310489", "021000021"),
            "INV-1 INV-2",
        ),
        pain001.CreditTransfer(
            "P1", "P1", Decimal(80), "EUR", "Alder", pain001.BankAccount("DE89370400440532013000", "COBADEFFXXX")
        ),
    )  # fmt: skip
    group = pain001.PaymentGroup("B1-1", TODAY, ours["name"], debtor, "USD", transfers)
    file = bank_pain001.read(pain001.write(pain001.Instruction("B1", AT, ours["name"], (group,))))
    first, second = file.instructions
    assert (file.message_id, first.end_to_end_id, first.group_ref, first.amount, first.remittance) == (
        "B1", PAYMENT, "B1-1", Decimal("1250.10"), "INV-1 INV-2",
    )  # fmt: skip
    assert (second.creditor_account, second.currency, second.as_batch) == ("DE89370400440532013000", "EUR", False)
    assert [judge(order, (), TODAY).status for order in file.instructions] == ["ACCP", "ACCP"]


def test_the_bank_takes_what_is_written_as_nacha() -> None:
    ours = connection_accounts()["amb1_operating"]
    credit = nacha.Credit(
        nacha.identification(PAYMENT), "Juniper LLC", "021000021", "8801530001", Decimal("99.01"), "INV-9"
    )
    batch = nacha.Batch(ours["name"], ours["origin"], TODAY, (credit,))
    written = nacha.AchFile(ours["routing"], ours["bank_name"], ours["origin"], ours["name"], AT, (batch,))
    file = bank_nacha.read(nacha.write(written), ours["number"])
    (order,) = file.instructions
    assert (file.origin, ours["routing"], ours["bank_name"]) == (COMPANY, ROUTING, NAME)
    assert (order.end_to_end_id, order.amount, order.creditor_account, order.remittance, order.requested) == (
        PAYMENT[:15], Decimal("99.01"), "8801530001", "INV-9", TODAY,
    )  # fmt: skip
    assert judge(order, (), TODAY).status == "ACCP"


def test_the_bank_takes_what_is_written_as_positive_pay() -> None:
    cheques = [
        positive_pay.Cheque("7700200023", "100001", TODAY, Decimal("12.30"), "Bluestem Parking"),
        positive_pay.Cheque("7700200023", "100002", TODAY, Decimal("1.00"), "Bluestem Parking", void=True),
    ]
    (order,) = bank_cheques.read(positive_pay.write(cheques), "positive_pay_B1.csv").instructions
    assert (order.end_to_end_id, order.amount, order.account) == ("100001", Decimal("12.30"), "7700200023")
    assert judge(order, (), TODAY).status == "ACCP"


BOOKING = Booking(
    "H2", "transfer", Decimal("-112.50"), "BK1", "Alder", "INV-1", PAYMENT, "I1", "B1-1", "B1",
    charges=Decimal("12.50"), original=(Decimal("100.00"), "EUR", Decimal("1.125")),
)  # fmt: skip
BACK = replace(BOOKING, kind="return", amount=Decimal("100.00"), return_reason="AC04", charges=None, original=None)
SUM = replace(BOOKING, amount=Decimal(-3), end_to_end_id="", charges=None, original=None, batch_count=2)
ORDER = Instruction(
    "B1", "B1-1", "I1", PAYMENT, "4400200058", Decimal(100), "USD", "Alder", "8801", "021000021", "INV-1", "ach",
    trace="041299990000001",
)  # fmt: skip


def test_statements_and_notices_are_read_as_the_bank_meant_them() -> None:
    lake = next(entity for entity in ENTITIES if entity.entity_id == "H2")
    statement = bank.Statement(lake, TODAY, 7, Decimal(1000), (BOOKING, BACK, SUM))
    (read,) = camt.statements(bank.camt053(statement, AT))
    (notice,) = camt.notifications(bank.camt054(lake, statement.entries, TODAY, AT))
    assert (read["statement_id"], read["electronic_number"], read["opening"], read["closing"]) == (
        "ST-H2-20260401", "7", "1000.00", "984.50",
    )  # fmt: skip
    assert read["entries"] == notice["entries"]
    first, second, third = read["entries"]
    names = ("amount", "end_to_end_id", "payment_group_ref", "charges", "original_amount", "exchange_rate")
    assert [first[name] for name in names] == ["-112.50", PAYMENT, "B1-1", "12.50", "100.00", "1.125"]
    assert (second["amount"], second["return_reason"], second["end_to_end_id"]) == ("100.00", "AC04", PAYMENT)
    assert (third["amount"], third["batch_count"], third["payment_group_ref"]) == ("-3.00", "2", "B1-1")


def test_statements_in_bai2_are_read_as_the_bank_meant_them() -> None:
    clinic = next(entity for entity in ENTITIES if entity.entity_id == "AMB1")
    cheque = replace(BOOKING, kind="cheque", cheque_number="1001", charges=None, text="x, " * 40)
    ach = replace(BOOKING, kind="ach")
    undone = replace(ach, kind="reversal", amount=Decimal(100))
    entries = (ach, replace(BACK, return_reason="R02"), cheque, undone)
    (read,) = bai2_reader.statements(bai2.write(bank.Statement(clinic, TODAY, 7, Decimal(1000), entries), AT))
    assert (read["file_id"], read["opening"], read["closing"]) == ("7", "1000.00", "975.00")
    names = ("amount", "end_to_end_id", "cheque_number", "return_reason", "reversal")
    assert [tuple(entry[name] for name in names) for entry in read["entries"]] == [
        ("-112.50", PAYMENT, "", "", "false"),
        ("100.00", PAYMENT, "", "R02", "false"),
        ("-112.50", "", "1001", "", "false"),
        ("100.00", PAYMENT, "", "", "true"),
    ]


def test_ach_batches_that_the_bank_books_in_one_sum_are_named_as_our_groups_are() -> None:
    ours = connection_accounts()["amb1_operating"]
    number = Account(ours["number"], ours["routing"])
    account = PayingAccount(ours["name"], number, ours["bank_name"], ours["origin"], BANK)
    days = {"P1": TODAY, "P2": TODAY, "P3": date(2026, 4, 8)}
    what = content("AMB1", "amb1_operating", "us", "USD", [payment(n, requested_date=day) for n, day in days.items()])
    head = Batch("B0123456789abcdef0123", "B9", "AMB1", "amb1_operating", "us", "USD", 3, what.total, "clinic", 1, AT,
                 sha256(what), "schedule", "run", AT)  # fmt: skip
    (file,) = render(head, what, account, dict.fromkeys(days, Account("8801530001", "021000021")), AT, Numbers())
    orders = bank_nacha.read(file.content, ours["number"]).instructions
    sums = tuple(together(orders[part], f"BK{number}") for number, part in enumerate((slice(0, 2), slice(2, 3))))
    clinic = next(entity for entity in ENTITIES if entity.entity_id == "AMB1")
    (read,) = bai2_reader.statements(bai2.write(bank.Statement(clinic, TODAY, 7, Decimal(1000), sums), AT))
    groups = [line.group_ref for line in file.lines]
    assert groups == ["B0123456789abcdef0-1", "B0123456789abcdef0-1", "B0123456789abcdef0-2"]
    assert [(entry["payment_group_ref"], entry["amount"]) for entry in read["entries"]] == [
        (groups[0], "-20.00"),
        (groups[2], "-10.00"),
    ]


def test_answers_and_returns_are_read_as_the_bank_meant_them() -> None:
    pairs = [(ORDER, Verdict("ACCP")), (replace(ORDER, end_to_end_id="P1"), Verdict("RJCT", "AC04", "closed"))]
    read = pain002_reader.statuses(pain002.write(pain002.Answer("ACK-B1", "B1", AT, None, pairs, 2)))
    assert [(each["level"], each["end_to_end_id"], each["status"], each["reason"]) for each in read] == [
        ("file", "", "PART", ""),
        ("group", "", "PART", ""),
        ("payment", PAYMENT, "ACCP", ""),
        ("payment", "P1", "RJCT", "AC04"),
    ]
    entry = returned(ORDER, "R02", "closed")
    back, change = returns(nacha_returns.write([entry, replace(entry, code="C01", text="8802")], COMPANY, AT))
    assert (back["kind"], back["code"], back["identification"], back["original_trace"], back["routing"]) == (
        "return", "R02", PAYMENT[:15], ORDER.trace, "021000021",
    )  # fmt: skip
    assert (change["kind"], change["code"], change["corrected_account"]) == ("change", "C01", "8802")
