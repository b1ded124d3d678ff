"""What the product writes, the estate's bank reads as it was meant: they share no code."""

from datetime import UTC, date, datetime
from decimal import Decimal

from sandbox.bank import nacha as bank_nacha
from sandbox.bank import pain001 as bank_pain001
from sandbox.bank import positive_pay as bank_cheques
from sandbox.bank.accounts import COMPANY, NAME, ROUTING, connection_accounts
from sandbox.bank.rules import judge
from tieout.formats import nacha, pain001, positive_pay

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
