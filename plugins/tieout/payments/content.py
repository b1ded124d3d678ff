"""What a batch holds, and the hash by which it is recognised. Pure.

The hash is over everything that decides who gets how much from where and for what; an approval names it, and what is
sent is compared with it (docs/reference/payments.md, 3 Approval).
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

CENT = Decimal("0.01")
_ID_DIGITS = 20


@dataclass(frozen=True)
class Invoice:
    """An invoice that a payment pays, or a credit that it nets: then its amount is negative."""

    invoice_id: str
    invoice_number: str
    amount: Decimal
    discount_amount: Decimal
    due_date: date | None


@dataclass(frozen=True)
class Payment:
    """A payment to a vendor. The account is known by token, last four digits and routing number, a cheque has none."""

    payment_id: str
    vendor_key: str
    vendor_source: str
    vendor_number: str
    vendor_name: str
    vendor_account_id: str | None
    account_token: str | None
    account_last4: str | None
    routing_number: str | None
    currency: str
    amount: Decimal
    discount_amount: Decimal
    requested_date: date
    method: str
    cheque_number: int | None
    remittance: str
    invoices: tuple[Invoice, ...]


@dataclass(frozen=True)
class Content:
    """A batch as it is approved: payments of one entity, account, profile and currency, by id."""

    entity_id: str
    paying_account: str
    payment_profile: str
    currency: str
    payments: tuple[Payment, ...]

    @property
    def total(self) -> Decimal:
        """The sum of the payments."""
        return sum((payment.amount for payment in self.payments), Decimal(0))

    @property
    def invoice_ids(self) -> list[str]:
        """Invoices and credits that the batch pays."""
        return [invoice.invoice_id for payment in self.payments for invoice in payment.invoices]


def content(
    entity_id: str, paying_account: str, payment_profile: str, currency: str, payments: Iterable[Payment]
) -> Content:
    """Return a batch's content with its payments, and their invoices, in order."""
    ordered = tuple(
        replace(payment, invoices=tuple(sorted(payment.invoices, key=lambda invoice: invoice.invoice_id)))
        for payment in sorted(payments, key=lambda payment: payment.payment_id)
    )
    return Content(entity_id, paying_account, payment_profile, currency, ordered)


def sha256(what: Content) -> str:
    """Return the hash of a batch's content: the same content has the same, in whatever order it was read."""
    return hashlib.sha256(_canonical(asdict(what)).encode()).hexdigest()


def batch_id(what: Content, earlier: int) -> str:
    """Return a batch's id, the message id of its file: ``B`` and 20 hexadecimal digits.

    Args:
        what: the content.
        earlier: how many batches with this content there were. A batch that was refused and is proposed again, is new.
    """
    return "B" + hashlib.sha256(f"{sha256(what)}:{earlier}".encode()).hexdigest()[:_ID_DIGITS]


def faults(what: Content) -> list[str]:
    """Return what is wrong with a batch in itself: sums that do not add up, ids or invoices twice, mixed currencies."""
    ids = [payment.payment_id for payment in what.payments]
    found = [f"payment {each} is in it twice" for each in _twice(ids)]
    found += [f"invoice {each} is in it twice" for each in _twice(what.invoice_ids)]
    for payment in what.payments:
        paid = sum((invoice.amount for invoice in payment.invoices), Decimal(0))
        if paid != payment.amount:
            found.append(f"payment {payment.payment_id} is {payment.amount}, its invoices are {paid}")
        if payment.amount <= 0 or payment.amount != payment.amount.quantize(CENT):
            found.append(f"payment {payment.payment_id} is of {payment.amount}")
        if payment.currency != what.currency:
            found.append(f"payment {payment.payment_id} is in {payment.currency}, the batch in {what.currency}")
    return found


def _twice(values: Iterable[str]) -> list[str]:
    return sorted(value for value, count in Counter(values).items() if count > 1)


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_text)


def _text(value: Any) -> str:
    """Spell a value: amounts with the four places in which they are stored."""
    return f"{value:.4f}" if isinstance(value, Decimal) else value.isoformat()
