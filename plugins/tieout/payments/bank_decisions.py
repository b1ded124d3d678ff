"""A person's decision that a bank entry is certain payments, or none of them.

It is landed as a record in one transaction with its audit event, and the ladder honours it from the next transformation
on, before every reference (docs/reference/payments.md, section 7).
"""

from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from typing import Literal

import psycopg

from tieout.errors import TieoutError
from tieout.quality import knowledge
from tieout.quality.decisions import Decision, need_person_and_reason, new_id
from tieout.quality.master_decisions import Made, make
from tieout.warehouse.connection import connect

Kind = Literal["bank_match", "bank_apart"]

_ENTRY = "select state, coalesce(rung, ''), reason, payment_ids from mart.bank_reconciliation where bank_entry_id = %s"
_KNOWN = "select payment_id, currency from mart.payment_settlement where payment_id = any(%s)"


def decide(
    dsn: str,
    *,
    kind: Kind,
    bank_entry_id: str,
    payment_ids: Sequence[str],
    by: str,
    reason: str,
    now: datetime,
    seen_at: datetime | None = None,
) -> Made:
    """Say that a bank entry settles or returns these payments, or that it has nothing to do with them.

    Args:
        dsn: of the warehouse.
        kind: ``bank_match`` or ``bank_apart``.
        bank_entry_id: of ``mart.bank_reconciliation``.
        payment_ids: of ``mart.payment_settlement``; of a match all that the entry is.
        by: who decides.
        reason: why; kept with the decision.
        now: the business clock.
        seen_at: knowledge time of what the person looked at; by default that of the last transformation.

    Raises:
        TieoutError: entry or payment is unknown, the entry is the bank's fee, payments that it is to be are of several
            currencies, or somebody else decided meanwhile.
    """
    if kind not in ("bank_match", "bank_apart"):
        raise TieoutError(f"There is no decision {kind!r} on bank entries.", "Choose bank_match or bank_apart.")
    need_person_and_reason(by, reason)
    named = sorted({each.strip() for each in payment_ids if each.strip()})
    if not named:
        raise TieoutError("The decision names no payment.", "Take payment ids from mart.payment_settlement.")
    with closing(connect(dsn)) as connection, connection:
        known_at = knowledge.next_known_at(connection, now)
        before = _entry(connection, bank_entry_id.strip())
        _check_payments(connection, kind, named)
        detail = {"payment_ids": named}
        decision = Decision(new_id(), kind, "bank_entry", bank_entry_id.strip(), by.strip(), reason, detail)
        return make(connection, decision, before=before, known_at=known_at, now=now, seen_at=seen_at)


def _check_payments(connection: psycopg.Connection, kind: Kind, named: Sequence[str]) -> None:
    known: dict[str, str] = dict(connection.execute(_KNOWN, (named,)).fetchall())
    if set(named) - set(known):
        unknown = ", ".join(sorted(set(named) - set(known)))
        raise TieoutError(f"There is no payment {unknown}.", "Take payment ids from mart.payment_settlement.")
    currencies = sorted(set(known.values()))
    if kind == "bank_match" and len(currencies) > 1:
        raise TieoutError(
            f"An entry cannot be payments in {' and '.join(currencies)}: what it takes of each cannot be told.",
            "Match it with the payments of one currency; the rest is somebody's.",
        )


def _entry(connection: psycopg.Connection, bank_entry_id: str) -> dict[str, object]:
    row = connection.execute(_ENTRY, (bank_entry_id,)).fetchone()
    if row is None:
        raise TieoutError(f"There is no bank entry {bank_entry_id!r}.", "Take it from mart.bank_reconciliation.")
    state, rung, why, payments = row
    if state == "fee":
        raise TieoutError(f"{bank_entry_id} is a fee of the bank.", "Fees settle no payment.")
    return {"state": state, "rung": rung, "reason": why, "payment_ids": payments}
