"""From a batch to the bytes that its bank takes: pain.001 or NACHA, and positive pay for cheques. Pure.

docs/reference/payments.md, 4 Instruction.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from itertools import groupby

from tieout.errors import Refused
from tieout.formats import nacha, pain001, positive_pay
from tieout.payments.accounts_at_hand import Account, PayingAccount
from tieout.payments.content import Content, Payment
from tieout.payments.files import Line, Rendered
from tieout.payments.numbering import Numbers
from tieout.payments.store import Batch
from tieout.payments.vocabulary import CHEQUE, ISO, US

MODIFIERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
"""Tell the ACH files of a day apart (NACHA, file id modifier)."""
DOLLARS = "USD"
"""What NACHA and positive pay have amounts in; neither says so."""
WRAP = 9_000_000
"""Trace numbers count to 9,999,999; they begin again early enough for a file of a million."""


def render(
    head: Batch,
    what: Content,
    ours: PayingAccount,
    accounts: Mapping[str, Account],
    approved_at: datetime,
    numbers: Numbers,
) -> list[Rendered]:
    """Return a batch's files. The same batch, approval and numbers give the same bytes.

    Args:
        head: of the batch.
        what: it holds.
        ours: the account that pays.
        accounts: of the vendors, by payment.
        approved_at: the files' time; nothing is to be paid on a day before.
        numbers: that are free.

    Raises:
        Refused: profile ``us`` is to pay in another currency than its own; the day has too many ACH files; or the bank
            takes no files of cheques.
    """
    cheques = [payment for payment in what.payments if payment.method == CHEQUE]
    transfers = [payment for payment in what.payments if payment.method != CHEQUE]
    if head.payment_profile == US and head.currency != DOLLARS:
        raise Refused(f"Profile us pays in {DOLLARS}, not in {head.currency}.", "Pay it from another account.")
    files = []
    if transfers and head.payment_profile == ISO:
        files.append(_pain001(head, transfers, ours, accounts, approved_at))
    elif transfers:
        files.append(_nacha(head, transfers, ours, accounts, approved_at, numbers))
    if cheques:
        files.append(_positive_pay(head, cheques, ours, approved_at))
    return files


def _pain001(
    head: Batch, payments: list[Payment], ours: PayingAccount, accounts: Mapping[str, Account], at: datetime
) -> Rendered:
    debtor = pain001.BankAccount(ours.account.number, ours.account.routing)
    groups, lines = [], []
    for number, (day, members) in enumerate(_by_day(payments, at), start=1):
        group_id = f"{head.batch_id}-{number}"
        transfers = tuple(_transfer(payment, accounts[payment.payment_id]) for payment in members)
        groups.append(pain001.PaymentGroup(group_id, day, ours.name, debtor, head.currency, transfers))
        lines += [Line(each, each, each, group_id, day) for each in (payment.payment_id for payment in members)]
    content = pain001.write(pain001.Instruction(head.batch_id, at, ours.name, tuple(groups)))
    return Rendered("pain001", f"pain001_{head.batch_id}.xml", ours.bank.transfers, content, tuple(lines))


def _transfer(payment: Payment, account: Account) -> pain001.CreditTransfer:
    return pain001.CreditTransfer(
        end_to_end_id=payment.payment_id,
        instruction_id=payment.payment_id,
        amount=payment.amount,
        currency=payment.currency,
        creditor_name=payment.vendor_name,
        creditor_account=pain001.BankAccount(account.number, account.routing),
        remittance=payment.remittance,
    )


def _nacha(
    head: Batch,
    payments: list[Payment],
    ours: PayingAccount,
    accounts: Mapping[str, Account],
    at: datetime,
    numbers: Numbers,
) -> Rendered:
    if numbers.file_of_day > len(MODIFIERS):
        raise Refused("A bank takes 36 ACH files of a company and day.", "Wait until tomorrow, or join batches.")
    first = (numbers.entry - 1) % WRAP + 1
    batches: list[nacha.Batch] = []
    lines: list[Line] = []
    for number, (day, members) in enumerate(_by_day(payments, at), start=1):
        credits_of = tuple(_credit(payment, accounts[payment.payment_id]) for payment in members)
        group_id = nacha.batch_reference(head.batch_id, number)
        batches.append(nacha.Batch(ours.name, ours.origin, day, credits_of, reference=group_id))
        for payment, credit in zip(members, credits_of, strict=True):
            trace = nacha.trace_number(ours.account.routing, first + len(lines))
            lines.append(Line(payment.payment_id, credit.identification, trace, group_id, day))
    content = nacha.write(
        nacha.AchFile(
            bank_routing=ours.account.routing,
            bank_name=ours.bank_name,
            origin=ours.origin,
            origin_name=ours.name,
            created_at=at,
            batches=tuple(batches),
            modifier=MODIFIERS[numbers.file_of_day - 1],
            first_entry=first,
            reference=head.batch_id[:8],
        )
    )
    return Rendered("nacha", f"nacha_{head.batch_id}.ach", ours.bank.transfers, content, tuple(lines))


def _credit(payment: Payment, account: Account) -> nacha.Credit:
    return nacha.Credit(
        identification=nacha.identification(payment.payment_id),
        name=payment.vendor_name,
        routing=account.routing,
        account_number=account.number,
        amount=payment.amount,
        addenda=payment.remittance,
    )


def _positive_pay(head: Batch, payments: list[Payment], ours: PayingAccount, at: datetime) -> Rendered:
    if not ours.bank.cheques:
        raise Refused(
            f"The bank of {head.paying_account} takes no files of cheques.",
            "Pay by transfer, or name its folder in the bank's profile: cheques, under payments.",
        )
    cheques, lines = [], []
    for day, members in _by_day(payments, at):
        for payment in members:
            number = str(payment.cheque_number)
            cheques.append(positive_pay.Cheque(ours.account.number, number, day, payment.amount, payment.vendor_name))
            lines.append(Line(payment.payment_id, payment.payment_id, number, None, day))
    content = positive_pay.write(cheques)
    return Rendered("positive_pay", f"positive_pay_{head.batch_id}.csv", ours.bank.cheques, content, tuple(lines))


def _by_day(payments: Iterable[Payment], at: datetime) -> list[tuple[date, list[Payment]]]:
    """Return payments by the day on which they are to be paid: the requested one, or that of the approval."""

    def day(payment: Payment) -> date:
        return max(payment.requested_date, at.date())

    ordered = sorted(payments, key=lambda payment: (day(payment), payment.payment_id))
    return [(each, list(members)) for each, members in groupby(ordered, key=day)]
