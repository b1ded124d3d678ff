"""Amounts of entries and payments, and what order they take in (docs/reference/payments.md, section 6, "Amounts")."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from tests.properties.bank.documents import UNKNOWN, Entry, Payment

ZERO = Decimal(0)


def booking_order(entry: Entry) -> tuple[date, str, str]:
    """Entries take as they were booked; of one day, by statement and number."""
    return entry.booked, entry.account, entry.ref


def gross(entry: Entry) -> Decimal:
    """What moved, not signed."""
    return abs(entry.amount)


def net(entry: Entry) -> Decimal:
    """What moved without the bank's charges: they are within what left, and missing from what came back."""
    charges = entry.charges or ZERO
    return max(gross(entry) - charges, ZERO) if entry.amount < 0 else gross(entry) + charges


def said(entry: Entry, payment: Payment) -> Decimal | None:
    """What the bank says moved of the payment, in its currency ("Amounts"); None where it does not say."""
    if entry.currency == payment.currency:
        return gross(entry) if gross(entry) == payment.amount else net(entry)
    if entry.original_currency == payment.currency:
        return entry.original_amount
    return None


def same_payer(entry: Entry, payment: Payment) -> bool:
    """Whether the payment is the account's own entity's, as far as is known whose the account is."""
    return entry.account in (UNKNOWN, payment.entity)


def shared_out(entry: Entry, payments: Iterable[Payment]) -> Iterable[tuple[Payment, Decimal]]:
    """What an entry offers to each of several payments that a person named: one after another, at most its amount."""
    named = list(payments)
    before = ZERO
    for payment in named:
        amount = said(entry, payment)
        amount = payment.amount if amount is None else amount
        yield payment, amount if len(named) == 1 else max(ZERO, min(payment.amount, amount - before))
        before += payment.amount
