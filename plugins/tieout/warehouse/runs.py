"""Runs of the transformation: ``ops.run`` fixes what a run knows, ``ops.node_result`` keeps what each dbt node did.

``as_of`` is set once, when the run starts, and read from here by every model
(docs/adr/0004-the-business-clock-is-a-setting.md). One run is under way at a time. A whole run builds every model, a
run of scope ``feedback`` what targets are told from (docs/adr/0015-a-run-may-build-a-part.md).
"""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import uuid4

import psycopg

from tieout import settings
from tieout.errors import ConfigurationError
from tieout.warehouse.connection import connect

Scope = Literal["whole", "feedback"]

_LOCK = "select pg_advisory_xact_lock(hashtext('tieout runs'))"
_LAST_MOMENTS = """
    select max(as_of), max(as_of) filter (where scope = 'whole')
    from ops.run
    where state = 'succeeded'
"""
_UNSEEN = """
    select
        (select max(as_of) from ops.run where state = 'succeeded' and scope = 'whole') is not null
        and (select max(known_at) from quality.gate_run)
        > (select max(as_of) from ops.run where state = 'succeeded')
"""
_LAST_SUCCEEDED = """
    select as_of, sends_feedback
    from ops.run
    where state = 'succeeded' and scope = 'whole'
    order by as_of desc, ended_at desc, sends_feedback desc
    limit 1
"""


@dataclass(frozen=True)
class Run:
    """One transformation: everything known at ``as_of`` counts, what changed since ``previous_as_of`` is new."""

    run_id: str
    as_of: datetime
    previous_as_of: datetime | None


def start_run(
    connection: psycopg.Connection,
    *,
    now: datetime,
    dag_run_id: str | None,
    full_refresh: bool,
    sends_feedback: bool,
    scope: Scope = "whole",
) -> Run:
    """Open a run and return it; the caller commits.

    ``now`` is the business clock. ``as_of`` is the later of it and what the gate let through last, and never earlier
    than the last run's. ``previous_as_of`` is the ``as_of`` of the last whole run that succeeded, so that what a
    failed run should have done, and what a run of a part left out, is done by the next.

    A run that a killed task left open is resumed, with its ``as_of``, when the same DAG run comes back for it;
    any other is marked as failed.
    """
    connection.execute(_LOCK)
    left = _left_open(connection, dag_run_id, scope)
    if left is not None:
        return left
    connection.execute("update ops.run set state = 'failed', ended_at = %s where state = 'running'", (now,))
    last, previous = connection.execute(_LAST_MOMENTS).fetchone() or (None, None)
    known = _scalar(connection, "select max(known_at) from quality.gate_run")
    as_of = max(moment for moment in (now, last, known) if moment is not None)
    run = Run(f"{as_of:%Y%m%dT%H%M%S}-{uuid4().hex[:12]}", as_of, previous)
    connection.execute(
        "insert into ops.run"
        " (run_id, as_of, previous_as_of, full_refresh, sends_feedback, dag_run_id, started_at, scope)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s)",
        (run.run_id, run.as_of, run.previous_as_of, full_refresh, sends_feedback, dag_run_id, now, scope),
    )
    return run


@contextmanager
def one_at_a_time(dsn: str) -> Iterator[None]:
    """Wait until nobody builds, and keep others out meanwhile. A process that dies lets go of it."""
    with closing(connect(dsn)) as connection:
        connection.autocommit = True
        connection.execute("select pg_advisory_lock(hashtext('tieout build'))")
        yield


def nothing_new(connection: psycopg.Connection, *, now: datetime, sends_feedback: bool) -> bool:
    """Whether a whole run would conclude what the last one did: no row became known and no time has passed.

    Batches that arrive together are taken together, but each of their events asks for a run; this tells which may be
    left out. A run that sends feedback is not left out where the last one did not send it.
    """
    row = connection.execute(_LAST_SUCCEEDED).fetchone()
    if row is None:
        return False
    as_of, last_sent = row
    waiting = _scalar(connection, "select exists (select from ops.batch where state = 'landed')")
    known = _scalar(connection, "select max(known_at) from quality.gate_run")
    return not waiting and now <= as_of and (known is None or known <= as_of) and (last_sent or not sends_feedback)


def is_ahead(connection: psycopg.Connection) -> bool:
    """Whether something is known that no run has seen, on top of a whole run: then a part may be built ahead."""
    return bool(_scalar(connection, _UNSEEN))


def finish_run(connection: psycopg.Connection, run_id: str, succeeded: bool, *, now: datetime | None = None) -> None:
    """Close the run; the caller commits. Closing it again with the same outcome changes nothing.

    ``now`` is the business clock, read from the settings when it is not given.

    Raises:
        ConfigurationError: there is no such run, or it ended otherwise.
    """
    state = "succeeded" if succeeded else "failed"
    closed = connection.execute(
        "update ops.run set state = %s, ended_at = %s, closed_wall_at = %s where run_id = %s and state = 'running'",
        (state, now or settings.business_now(), settings.wall_now(), run_id),
    ).rowcount
    if closed:
        return
    found = _scalar(connection, "select state from ops.run where run_id = %s", (run_id,))
    if found != state:
        raise ConfigurationError(
            f"Run {run_id} cannot be closed as {state}: it {'is ' + found if found else 'does not exist'}.",
            "Start the transformation again; a run is closed once, by the DAG run that opened it.",
        )


def record_node_results(connection: psycopg.Connection, run_id: str, run_results: Mapping[str, Any]) -> int:
    """Keep each node's result of one dbt invocation and return how many; the caller commits.

    ``run_results`` is dbt's ``run_results.json`` (schema v6). A node that ran again in the same run (a retry)
    replaces what it said before.
    """
    rows = list(_node_rows(run_id, run_results))
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into ops.node_result"
            " (run_id, node_id, resource_type, status, seconds, rows_affected, message)"
            " values (%s, %s, %s, %s, %s, %s, %s)"
            " on conflict (run_id, node_id) do update set status = excluded.status, seconds = excluded.seconds,"
            " rows_affected = excluded.rows_affected, message = excluded.message",
            rows,
        )
    return len(rows)


def _node_rows(run_id: str, run_results: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    for result in run_results["results"]:
        node_id = result["unique_id"]
        affected = (result.get("adapter_response") or {}).get("rows_affected")
        yield (
            run_id,
            node_id,
            node_id.partition(".")[0],
            str(result["status"]),
            float(result["execution_time"]),
            affected if isinstance(affected, int) and affected >= 0 else None,
            result.get("message"),
        )


def _left_open(connection: psycopg.Connection, dag_run_id: str | None, scope: Scope) -> Run | None:
    if dag_run_id is None:
        return None
    row = connection.execute(
        "select run_id, as_of, previous_as_of from ops.run where state = 'running' and dag_run_id = %s and scope = %s",
        (dag_run_id, scope),
    ).fetchone()
    return None if row is None else Run(*row)


def _scalar(connection: psycopg.Connection, query: str, parameters: tuple[Any, ...] = ()) -> Any:
    row = connection.execute(query.encode(), parameters).fetchone()
    return None if row is None else row[0]
