"""Reads the proposal of the last transformation: ``mart.payment_proposal`` and its invoices.

Left out is what is blocked, what has an invoice in a live payment, and a payment whose id was instructed before: an id
goes to the bank once, whatever became of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

import psycopg
from psycopg.rows import dict_row

from tieout.errors import Refused
from tieout.payments.content import Content, Invoice, Payment, content

_AS_OF = "select max(as_of) from ops.run where state = 'succeeded' and scope = 'whole'"
_ENTITIES = """
select entity_id from mart.dim_entity where payment_origin = 'tieout' order by entity_id collate "C"
"""
_PAYMENTS = """
select
    batch_id, payment_id, paying_account, payment_profile, vendor_key, vendor_source, vendor_number, vendor_name,
    vendor_account_id, account_token, account_last4, routing_number, currency, amount, discount_amount, requested_date,
    method, remittance, policy_id, two_approvers_above
from mart.payment_proposal as proposed
where entity_id = %(entity_id)s and not is_blocked
    and not exists (
        select from mart.payment_proposal_invoice as invoice
        inner join payments.claim as claim on invoice.invoice_id = claim.invoice_id
        where invoice.payment_id = proposed.payment_id
    )
    and not exists (select from payments.instruction as sent where sent.payment_id = proposed.payment_id)
order by batch_id collate "C", currency collate "C", payment_id collate "C"
"""
_OF_BATCH = ("batch_id", "paying_account", "payment_profile", "policy_id", "two_approvers_above")
_INVOICES = """
select payment_id, invoice_id, invoice_number, amount, coalesce(discount_amount, 0) as discount_amount, due_date
from mart.payment_proposal_invoice
where payment_id = any(%s)
"""
_UNFINISHED = "select exists (select from mart.payment_proposal where known_at > %s)"
_BLOCKED = """
select vendor_name, currency, amount, blocked_by
from mart.payment_proposal
where entity_id = %s and is_blocked
order by amount desc, payment_id collate "C"
"""


@dataclass(frozen=True)
class Proposal:
    """A batch of the proposal that may be frozen; its payments have no cheque number yet."""

    proposal_id: str
    content: Content
    policy: "Policy"


@dataclass(frozen=True)
class Policy:
    """How many people must approve: two above the limit. No limit is none, zero is always two."""

    policy_id: str
    two_approvers_above: Decimal | None

    def approvers(self, total: Decimal) -> int:
        """Return how many people a batch with this total needs."""
        return 2 if self.two_approvers_above is not None and total > self.two_approvers_above else 1


def entities(connection: psycopg.Connection) -> list[str]:
    """Return the entities that pay through us."""
    return [row[0] for row in connection.execute(_ENTITIES).fetchall()]


def as_of(connection: psycopg.Connection) -> datetime:
    """Return what the proposal knew: the moment of the last transformation that ended well.

    Raises:
        Refused: nothing was transformed yet, or the proposal is of a transformation that did not end well.
    """
    row = connection.execute(_AS_OF).fetchone()
    if row is None or row[0] is None:
        raise Refused("Nothing was transformed yet, so there is no proposal.", "Run `transform` first.")
    unfinished = connection.execute(_UNFINISHED, row).fetchone()
    if unfinished and unfinished[0]:
        raise Refused("The transformation that proposes payments did not end well.", "Run `transform` again first.")
    return row[0]


def proposals(connection: psycopg.Connection, entity_id: str) -> list[Proposal]:
    """Return an entity's batches that may be frozen, by id."""
    rows = _rows(connection, _PAYMENTS, {"entity_id": entity_id})
    invoices = _invoices(connection, [row["payment_id"] for row in rows])
    return [
        _proposal(proposal_id, entity_id, list(members), invoices)
        for (proposal_id, _), members in groupby(rows, key=lambda row: (row["batch_id"], row["currency"]))
    ]


def blocked(connection: psycopg.Connection, entity_id: str) -> Iterator[tuple[str, str, Decimal, list[str]]]:
    """Yield what the proposal leaves out: vendor's name, currency, amount, and what blocks it. Largest first."""
    yield from connection.execute(_BLOCKED, (entity_id,)).fetchall()


def _proposal(
    proposal_id: str, entity_id: str, rows: list[dict[str, Any]], invoices: dict[str, list[Invoice]]
) -> Proposal:
    first = rows[0]
    payments = [
        Payment(
            **{name: value for name, value in row.items() if name not in _OF_BATCH},
            cheque_number=None,
            invoices=tuple(invoices.get(row["payment_id"], ())),
        )
        for row in rows
    ]
    what = content(entity_id, first["paying_account"], first["payment_profile"], first["currency"], payments)
    return Proposal(proposal_id, what, Policy(first["policy_id"], first["two_approvers_above"]))


def _invoices(connection: psycopg.Connection, payment_ids: list[str]) -> dict[str, list[Invoice]]:
    found: dict[str, list[Invoice]] = {}
    for row in connection.execute(_INVOICES, (payment_ids,)).fetchall():
        found.setdefault(row[0], []).append(Invoice(*row[1:]))
    return found


def _rows(connection: psycopg.Connection, query: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query.encode(), values).fetchall()
