"""Closes a period: what is known of it now stays findable, whatever becomes known later (payments, section 8).

A close is the ``as_of`` of the last whole transformation, with the balances as they stood. It is inserted and never
changed; a later close of the same period stands beside it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg

from tieout import audit
from tieout.errors import ConfigurationError, TieoutError
from tieout.warehouse.connection import connect

_LAST_RUN = """
select run_id, as_of from ops.run
where state = 'succeeded' and scope = 'whole'
order by as_of desc, ended_at desc
limit 1
"""
_RUNS_LOCK = "select pg_advisory_xact_lock(hashtext('tieout runs'))"
_CLOSES_LOCK = "select pg_advisory_xact_lock(hashtext('tieout close'))"
_OPEN = """
select entity_id, hold_id, explanation from mart.exc_hold
where code = 'GL_OUT_OF_BALANCE' and is_open and subject_id = any(%s)
"""
_UNREAD = """
select distinct entity_id || ' (' || kind || ')' from mart.balance
where period = %s and entity_id = any(%s) and judged_to < %s
order by 1
"""
_EARLIER = """
select max(c.close_id) from ops.period_close as c
inner join ops.period_close_entity as e using (close_id)
where c.period = %s and e.entity_id = any(%s)
"""
_CLOSE = """
insert into ops.period_close (period, as_of, run_id, closed_by, reason, dag_run_id, closed_at)
values (%s, %s, %s, %s, %s, %s, %s)
returning close_id
"""
_ENTITY = """
insert into ops.period_close_entity (close_id, entity_id, accepted_hold_id, accepted_explanation)
values (%s, %s, %s, %s)
"""
_BALANCES = """
insert into ops.period_close_balance
    (close_id, entity_id, kind, currency, subledger_amount, gl_amount, differing_documents)
select %s, entity_id, kind, currency, subledger_amount, gl_amount, differing_documents
from mart.balance
where period = %s and entity_id = any(%s)
"""


@dataclass(frozen=True)
class Request:
    """What is to be closed: a period (YYYY-MM), an entity or all where it is blank, by whom and why.

    ``reason`` is needed where a period is out of balance, or is closed once more.
    """

    period: str
    entity_id: str
    closed_by: str
    reason: str = ""


@dataclass(frozen=True)
class Closed:
    """A close: its number, the moment that it stands on, the entities, and those that were out of balance."""

    close_id: int
    period: str
    as_of: datetime
    entities: tuple[str, ...]
    accepted: tuple[str, ...]


def close_period(dsn: str, request: Request, *, now: datetime, dag_run_id: str | None = None) -> Closed:
    """Record a close as of the last whole transformation.

    Args:
        dsn: of the warehouse.
        request: what to close.
        now: the business clock.
        dag_run_id: of the run that asks for it; the same run coming back finds its close.

    Raises:
        ConfigurationError: no such period or entity, or nobody is named who closes.
        TieoutError: the period is not over, or it is out of balance or closed already and no reason is given.
    """
    ends = _end_of(request.period)
    if not request.closed_by.strip():
        raise ConfigurationError("Nobody is named who closes the period.", "Say who: the controller.")
    with connect(dsn) as connection:
        connection.execute(_RUNS_LOCK)
        connection.execute(_CLOSES_LOCK)
        done = connection.execute(
            "select close_id from ops.period_close where dag_run_id = %s", (dag_run_id,)
        ).fetchone()
        if done:
            return closed(connection, done[0])
        run_id, as_of = _last_run(connection, ends)
        entities = _entities(connection, request.entity_id)
        _need_whole_period(connection, request.period, entities, ends)
        accepted = _accepted(connection, request, entities)
        row = connection.execute(
            _CLOSE, (request.period, as_of, run_id, request.closed_by.strip(), request.reason.strip(), dag_run_id, now)
        ).fetchone()
        if row is None:  # `insert … returning` of one row always answers; says so to the type checker
            raise RuntimeError("The close was not inserted.")
        close_id = int(row[0])
        for entity_id in entities:
            connection.execute(_ENTITY, (close_id, entity_id, *accepted.get(entity_id, (None, None))))
        connection.execute(_BALANCES, (close_id, request.period, list(entities)))
        audit.record(
            connection,
            at=now,
            actor=request.closed_by.strip(),
            action="close",
            subject_type="period",
            subject_id=request.period,
            after={"close_id": close_id, "entities": list(entities), "as_of": as_of.isoformat()},
            reason=request.reason.strip() or None,
        )
        return closed(connection, close_id)


def closed(connection: psycopg.Connection, close_id: int) -> Closed:
    """Return a close.

    Raises:
        TieoutError: there is none of that number.
    """
    row = connection.execute("select period, as_of from ops.period_close where close_id = %s", (close_id,)).fetchone()
    if row is None:
        raise TieoutError(f"There is no close {close_id}.", "select * from ops.period_close lists them.")
    rows = connection.execute(
        "select entity_id, accepted_hold_id is not null from ops.period_close_entity where close_id = %s order by 1",
        (close_id,),
    ).fetchall()
    entities = tuple(entity_id for entity_id, _ in rows)
    return Closed(close_id, row[0], row[1], entities, tuple(entity_id for entity_id, open_ in rows if open_))


def _end_of(period: str) -> datetime:
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", period):
        raise ConfigurationError(f"{period!r} is no period.", "Write it as 2026-03.")
    year, month = map(int, period.split("-"))
    return datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)


def _last_run(connection: psycopg.Connection, ends: datetime) -> tuple[str, datetime]:
    row = connection.execute(_LAST_RUN).fetchone()
    if row is None or row[1] < ends:
        raise TieoutError(
            f"The period ends on {ends.isoformat()}, and the last transformation knows things up to"
            f" {row[1].isoformat() if row else 'nothing'}.",
            "Close it when its last day was extracted and transformed.",
        )
    return row[0], row[1]


def _entities(connection: psycopg.Connection, named: str) -> Sequence[str]:
    known = [row[0] for row in connection.execute("select entity_id from mart.dim_entity order by 1").fetchall()]
    if named.strip() and named.strip() not in known:
        raise ConfigurationError(f"There is no entity {named!r}.", f"There are {', '.join(known)}.")
    return [named.strip()] if named.strip() else known


def _need_whole_period(connection: psycopg.Connection, period: str, entities: Sequence[str], ends: datetime) -> None:
    unread = [row[0] for row in connection.execute(_UNREAD, (period, list(entities), ends)).fetchall()]
    if unread:
        raise TieoutError(
            f"Ledger or bank of {', '.join(unread)} were not read up to the end of {period}.",
            "Extract them (extract_erp, extract_bank), let transform run, and close then.",
        )


def _accepted(
    connection: psycopg.Connection, request: Request, entities: Sequence[str]
) -> Mapping[str, tuple[str, str]]:
    """Return the open findings that the reason accepts, by entity: id and explanation."""
    subjects = [f"{entity_id}:{request.period}" for entity_id in entities]
    found = {row[0]: (row[1], row[2]) for row in connection.execute(_OPEN, (subjects,)).fetchall()}
    if found and not request.reason.strip():
        raise TieoutError(
            f"{request.period} is out of balance: " + " ".join(text for _, text in found.values()),
            "mart.balance_difference names the documents. Have them corrected, or name the controller and the reason.",
        )
    earlier = connection.execute(_EARLIER, (request.period, list(entities))).fetchone()
    if earlier and earlier[0] and not request.reason.strip():
        raise TieoutError(f"{request.period} is closed already: close {earlier[0]}.", "To close it once more, say why.")
    return found
