"""A batch as the page that Airflow shows to its approvers: Markdown with count, total and exceptions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import psycopg

from tieout.payments import proposed, store
from tieout.payments.content import Content
from tieout.payments.people import involved
from tieout.payments.store import Batch
from tieout.payments.vocabulary import ANSWER_WITHIN
from tieout.people.markdown import plain
from tieout.warehouse.connection import connect

LARGEST = 20
_REFUSED_BEFORE = """
select invoice.invoice_number, step.reason, step.actor
from payments.step as step
inner join payments.payment_invoice as earlier on step.batch_id = earlier.batch_id
inner join payments.payment_invoice as invoice
    on earlier.invoice_id = invoice.invoice_id and invoice.batch_id = %(batch_id)s
where step.step = 'refused' and step.batch_id <> %(batch_id)s
order by step.step_id desc, invoice.invoice_number
"""
_NEW_ACCOUNTS = """
select payment.vendor_name
from payments.payment as payment
where payment.batch_id = %(batch_id)s and payment.account_token is not null
    and not exists (
        select from payments.instruction as paid
        inner join payments.payment as before on paid.batch_id = before.batch_id and paid.payment_id = before.payment_id
        where before.account_token = payment.account_token
    )
order by payment.vendor_name
"""


@dataclass(frozen=True)
class Exceptions:
    """What an approver should look at.

    Attributes:
        left_out: of the proposal, because something blocks it: vendor, currency, amount, what blocks.
        refused_before: invoices of a batch that was refused: number, reason, who.
        new_accounts: vendors that are paid to an account for the first time.
    """

    left_out: Sequence[tuple[str, str, Decimal, Sequence[str]]]
    refused_before: Sequence[tuple[str, str, str]]
    new_accounts: Sequence[str]


def pages(dsn: str, batches: Iterable[Batch]) -> list[dict[str, str]]:
    """Return what approvers are asked: id, hash and page of each batch."""
    with connect(dsn) as connection:
        return [
            {"batch_id": head.batch_id, "sha256": head.sha256, "page": page_of(connection, head)} for head in batches
        ]


def page_of(connection: psycopg.Connection, head: Batch) -> str:
    """Return the page of a frozen batch."""
    values = {"batch_id": head.batch_id}
    exceptions = Exceptions(
        list(proposed.blocked(connection, head.entity_id)),
        connection.execute(_REFUSED_BEFORE, values).fetchall(),
        [row[0] for row in connection.execute(_NEW_ACCOUNTS, values).fetchall()],
    )
    return as_markdown(head, store.batch_content(connection, head), exceptions, involved(connection, head.batch_id))


def as_markdown(head: Batch, what: Content, exceptions: Exceptions, had_a_hand: Mapping[str, str]) -> str:
    """Return the page. What sources wrote is shown as text: it cannot become a link, a table or markup."""
    payments = "payment" if head.payment_count == 1 else "payments"
    people = "two people" if head.approvers_needed == 2 else "one person"
    lines = [
        f"**{head.payment_count} {payments}, {head.total_amount:,.2f} {head.currency}**, of {plain(head.entity_id)}"
        f" from {plain(head.paying_account)}. Batch {head.batch_id}, content {head.sha256[:12]},"
        f" known at {head.as_of:%Y-%m-%d %H:%M} UTC, proposed by {plain(head.proposed_by)}.",
        "",
        f"- **Approve** sends it after {people} approved; **Refuse** gives its invoices back with your comment.",
        f"- No answer within {ANSWER_WITHIN.total_seconds() / 3600:.0f} hours refuses it.",
        "- The approval of somebody who had a hand in it, or of a batch that changed, refuses it as well.",
        "",
        "#### Exceptions",
        "",
        *_exceptions(exceptions),
        "",
        "#### Who may not approve",
        "",
        *_listed(f"{plain(person)}: {act}" for person, act in sorted(had_a_hand.items())),
        f"- {plain(head.proposed_by)}: proposed the batch",
        "",
        f"#### Largest payments{f' ({LARGEST} of {head.payment_count})' if head.payment_count > LARGEST else ''}",
        "",
        *_listed(_payments(what)),
    ]
    return "\n".join(lines)


def _exceptions(exceptions: Exceptions) -> list[str]:
    said = [
        f"left out: {plain(name)}, {amount:,.2f} {currency}: {plain(', '.join(why))}"
        for name, currency, amount, why in exceptions.left_out
    ]
    said += [
        f"refused before: invoice {plain(number)}, by {plain(who)}: {plain(reason or '')}"
        for number, reason, who in exceptions.refused_before
    ]
    said += [f"first payment to this account: {plain(name)}" for name in exceptions.new_accounts]
    return list(_listed(said)) or ["- none"]


def _payments(what: Content) -> Iterable[str]:
    for payment in sorted(what.payments, key=lambda each: (-each.amount, each.payment_id))[:LARGEST]:
        account = f"account …{payment.account_last4}" if payment.account_last4 else payment.method
        invoices = ", ".join(invoice.invoice_number for invoice in payment.invoices[:5])
        more = f" and {len(payment.invoices) - 5} more" if len(payment.invoices) > 5 else ""
        yield (
            f"{plain(payment.vendor_name)} ({plain(payment.vendor_number)}), {payment.amount:,.2f} {payment.currency}"
            f" on {payment.requested_date}, {plain(account)}: {plain(invoices)}{more}"
        )


def _listed(said: Iterable[str]) -> Iterable[str]:
    return (f"- {each}" for each in said)
