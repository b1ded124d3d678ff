"""Batches that wait for the gate, and what becomes of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from tieout import audit
from tieout.errors import ConfigurationError
from tieout.warehouse.contracts import Contract, DepartureLimit, QuarantineLimit

ACCEPT = "accept"
"""Action of the audit event with which a person lets a batch pass its quarantine limit (``steward``)."""


@dataclass(frozen=True)
class Batch:
    """Rows of one interface object that landed together (``ops.batch``)."""

    batch_id: str
    source_system: str
    feed: str
    object: str
    rows_landed: int
    missing_fields: list[str]
    rows_read: int = 0


@dataclass(frozen=True)
class Stop:
    """A batch of which nothing is promoted, and why."""

    batch: Batch
    message: str


def waiting(connection: psycopg.Connection, feed: str | None = None) -> list[Batch]:
    """Return the batches that landed and were not judged yet, oldest first; of one feed where it is given."""
    with connection.cursor(row_factory=class_row(Batch)) as cursor:
        return cursor.execute(
            "select batch_id, source_system, feed, object, rows_landed, missing_fields, rows_read"
            " from ops.batch where state = 'landed' and (%(feed)s::text is null or feed = %(feed)s)"
            " order by landed_at, batch_id",
            {"feed": feed},
        ).fetchall()


def contract_of(batch: Batch, contracts: Mapping[str, Contract]) -> Contract:
    """Return the contract of the batch's object.

    Raises:
        ConfigurationError: there is none.
    """
    if batch.object not in contracts:
        raise ConfigurationError(
            f"Batch {batch.batch_id} is of {batch.object!r}, which has no contract.",
            f"Add config/objects/{batch.object}.yml, or correct config/sources/{batch.source_system}.yml.",
        )
    return contracts[batch.object]


def broken_contract(batch: Batch, contract: Contract) -> Stop | None:
    """Return why the batch stops, if a field that its contract requires did not arrive at all."""
    missing = [field.name for field in contract.fields if field.required and field.name in batch.missing_fields]
    if not missing:
        return None
    return Stop(
        batch,
        f"Contract broken: {batch.source_system} sent {batch.object} (feed {batch.feed}) without {', '.join(missing)}, "
        f"which version {contract.version} of config/objects/{batch.object}.yml requires. Nothing of batch "
        f"{batch.batch_id} is promoted. Correct config/sources/{batch.source_system}.yml and parse the archive again.",
    )


def over_limit(batch: Batch, quarantined: int, limit: QuarantineLimit) -> Stop | None:
    """Return why the batch stops, if more of its rows would be quarantined than its object's contract allows."""
    of_rows = batch.rows_landed
    too_many = quarantined > limit.rows
    too_large_a_part = of_rows >= limit.min_rows and quarantined * 100 > limit.percent * of_rows
    if not (too_many or too_large_a_part):
        return None
    allowed = f"{limit.percent} %" if too_large_a_part else f"{limit.rows} rows"
    return Stop(
        batch,
        f"{quarantined} of {of_rows} rows of {batch.object} from {batch.source_system} (feed {batch.feed}) break a "
        f"critical rule; its contract allows {allowed}. Nothing of batch {batch.batch_id} is promoted. quality.result "
        "says which rules; mend the feed, or accept the batch as a steward.",
    )


def departed(connection: psycopg.Connection, batch: Batch) -> int:
    """Return how many records the batch says are gone."""
    statement = sql.SQL("select count(*) from {} where _batch_id = %s and _deleted")
    row = connection.execute(statement.format(sql.Identifier("raw", batch.object)), (batch.batch_id,)).fetchone()
    return row[0] if row else 0


def shrinks(batch: Batch, gone: int, limit: DepartureLimit) -> Stop | None:
    """Return why the batch stops, if more records left the list at once than its object's contract allows."""
    of_all = batch.rows_read + gone
    if of_all < limit.min_rows or gone * 100 <= limit.percent * of_all:
        return None
    return Stop(
        batch,
        f"{gone} records of {batch.object} from {batch.source_system} (feed {batch.feed}) are gone and "
        f"{batch.rows_read} are there; its contract allows {limit.percent} % to go at once. Nothing of batch "
        f"{batch.batch_id} is promoted, what was known stays. Get the whole list again; if it did become so much "
        "shorter, accept the batch as a steward.",
    )


def accepted(connection: psycopg.Connection, batches: Sequence[Batch]) -> set[str]:
    """Return the ids of those batches that a person lets pass their limit."""
    rows = connection.execute(
        "select subject_id from audit.event where subject_type = 'batch' and action = %s and subject_id = any(%s)",
        (ACCEPT, [batch.batch_id for batch in batches]),
    ).fetchall()
    return {row[0] for row in rows}


def promote(
    connection: psycopg.Connection,
    batches: Sequence[Batch],
    quarantined: Mapping[str, int],
    *,
    gate_run_id: str,
    known_at: datetime,
) -> None:
    """Let batches through: their rows, but the quarantined, are known from ``known_at``."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into quality.promotion"
            " (batch_id, object, source_system, known_at, rows_promoted, rows_quarantined, gate_run_id)"
            " values (%s, %s, %s, %s, %s, %s, %s)",
            [
                (b.batch_id, b.object, b.source_system, known_at, b.rows_landed - held, held, gate_run_id)
                for b in batches
                for held in [quarantined.get(b.batch_id, 0)]
            ],
        )
    for batch, sha256 in _set_state(connection, batches, "promoted"):
        if batch.rows_landed:
            held = quarantined.get(batch.batch_id, 0)
            _tell(connection, batch, sha256, "promoted", known_at, {"rows_quarantined": held})


def stop(connection: psycopg.Connection, stops: Sequence[Stop], at: datetime) -> None:
    """Keep batches out as a whole."""
    reasons = {stop.batch.batch_id: stop.message for stop in stops}
    for batch, sha256 in _set_state(connection, [stop.batch for stop in stops], "stopped"):
        _tell(connection, batch, sha256, "stopped", at, {}, reasons[batch.batch_id])


def _set_state(connection: psycopg.Connection, batches: Sequence[Batch], state: str) -> list[tuple[Batch, str]]:
    """Return the batches with the hash of what they were parsed from."""
    rows = connection.execute(
        "update ops.batch set state = %s where batch_id = any(%s) returning batch_id, payload_sha256",
        (state, [batch.batch_id for batch in batches]),
    ).fetchall()
    hashes: dict[str, str] = dict(rows)
    return [(batch, hashes[batch.batch_id]) for batch in batches]


def _tell(
    connection: psycopg.Connection,
    batch: Batch,
    payload_sha256: str,
    state: str,
    at: datetime,
    counts: Mapping[str, int],
    reason: str | None = None,
) -> None:
    """Write into the audit trail which payload changed the warehouse, and that it was let through or kept out."""
    after = {"state": state, "object": batch.object, "source_system": batch.source_system, "feed": batch.feed}
    audit.record(
        connection,
        at=at,
        actor="gate",
        action=state,
        subject_type="batch",
        subject_id=batch.batch_id,
        before={"state": "landed"},
        after={**after, "payload_sha256": payload_sha256, "rows_landed": batch.rows_landed, **counts},
        reason=reason,
    )
