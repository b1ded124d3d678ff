"""Technical exceptions: ``ops.incident``.

One row per failure of one thing: the same failure again updates the row, and what works again resolves it.
Business findings are holds and live elsewhere; nothing is in both (docs/reference/exceptions.md).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

import psycopg

State = Literal["retrying", "dead"]

_UPSERT = """
    insert into ops.incident as i (
        fingerprint, class, source_system, object, entity_id, batch_id, message,
        first_seen_at, last_seen_at, next_attempt_at, state, runbook
    )
    values (
        %(fingerprint)s, %(class)s, %(source_system)s, %(object)s, %(entity_id)s, %(batch_id)s, %(message)s,
        %(at)s, %(at)s, %(next_attempt_at)s, %(state)s, %(runbook)s
    )
    on conflict (fingerprint) where state in ('retrying', 'dead') do update set
        class = excluded.class,
        batch_id = excluded.batch_id,
        message = excluded.message,
        attempts = i.attempts + 1,
        last_seen_at = greatest(i.last_seen_at, excluded.last_seen_at),
        next_attempt_at = excluded.next_attempt_at,
        state = excluded.state
    returning incident_id
"""


def raise_incident(
    connection: psycopg.Connection,
    *,
    fingerprint: str,
    incident_class: str,
    message: str,
    runbook: str,
    at: datetime,
    source_system: str | None = None,
    object_name: str | None = None,
    entity_id: str | None = None,
    batch_id: str | None = None,
    state: State = "retrying",
    next_attempt_at: datetime | None = None,
) -> int:
    """Record a technical exception, or that it was seen again, and return its id.

    ``fingerprint`` names the failing thing (``deliver:ap:match_result:ap:4711``), so that a repetition is
    recognised. ``incident_class`` is one of the classes of ``ops.incident``; ``at`` is business time; ``runbook`` is
    the name of a page in docs/runbooks. ``state`` is ``retrying`` while something will try again, ``dead`` when only
    a person can help.
    """
    row = connection.execute(
        _UPSERT,
        {
            "fingerprint": fingerprint,
            "class": incident_class,
            "source_system": source_system,
            "object": object_name,
            "entity_id": entity_id,
            "batch_id": batch_id,
            "message": message,
            "at": at,
            "next_attempt_at": next_attempt_at,
            "state": state,
            "runbook": runbook,
        },
    ).fetchone()
    if row is None:  # `insert … returning` of one row always answers; says so to the type checker
        raise RuntimeError("The incident was not recorded.")
    return int(row[0])


def raise_found(
    connection: psycopg.Connection, found: Mapping[str, Mapping[str, Any]], *, kinds: Sequence[str], at: datetime
) -> None:
    """Record what a look found, and resolve what an earlier one found and this one did not.

    Args:
        found: by fingerprint, what ``raise_incident`` is told besides it and the time.
        kinds: beginnings of the fingerprints of everything that the look can find.
        at: business time.
    """
    for fingerprint, said in found.items():
        raise_incident(connection, fingerprint=fingerprint, at=at, **said)
    over = connection.execute(
        "select fingerprint from ops.incident where state in ('retrying', 'dead')"
        " and exists (select from unnest(%s::text[]) as kind where starts_with(fingerprint, kind))"
        " and fingerprint <> all(%s)",
        (list(kinds), list(found)),
    ).fetchall()
    resolve_incidents(connection, [fingerprint for (fingerprint,) in over], at=at)


def resolve_incidents(connection: psycopg.Connection, fingerprints: Sequence[str], *, at: datetime) -> int:
    """Resolve what is open or replayed under these fingerprints and return how many incidents that were."""
    if not fingerprints:
        return 0
    return connection.execute(
        "update ops.incident set state = 'resolved', last_seen_at = greatest(last_seen_at, %s), next_attempt_at = null"
        " where fingerprint = any(%s) and state in ('retrying', 'dead', 'replayed')",
        (at, list(fingerprints)),
    ).rowcount


def mark_replayed(connection: psycopg.Connection, fingerprints: Sequence[str], *, at: datetime) -> int:
    """Say of dead incidents that a person sent them again; return how many incidents that were."""
    return connection.execute(
        "update ops.incident set state = 'replayed', last_seen_at = greatest(last_seen_at, %s)"
        " where fingerprint = any(%s) and state = 'dead'",
        (at, list(fingerprints)),
    ).rowcount
