"""Runs that should have been made: pure arithmetic over schedules, and the work that nobody took up."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import psycopg
from croniter import croniter

from tieout import operations

RUNBOOK = "watch"

# What follows from data has no schedule. It did not run where the work that it takes up waits since long.
# Times are wall time in a deployment, the only place where this is looked at.
WAITING = {
    "transform": "select min(landed_at) from ops.batch where state = 'landed'",
    "publish": """
        select min(ended_at)
        from ops.run
        where state = 'succeeded' and scope = 'whole' and sends_feedback
            and ended_at > coalesce((select at from ops.heartbeat where name = 'publish'), '-infinity')
    """,
    "receive": "select min(arrived_at) from raw.inbox inner join ops.inbox_waiting using (inbox_id)",
}


def due_runs(cron: str, now: datetime, grace: timedelta, start: datetime | None = None) -> list[datetime]:
    """Return the starts of the intervals of which one should have a run by now: from that whose grace is over, on.

    Nothing catches up: where a run takes longer than an interval the next one is that of the newest interval.

    Args:
        cron: in UTC; a run is made at the end of its interval.
        now: the moment.
        grace: how late the run may be made.
        start: of the schedule; there is no run of an interval that began before.
    """
    # get_prev is strictly before; an instant that is a tick itself counts here.
    end = croniter(cron, now - grace + timedelta(seconds=1), ret_type=datetime).get_prev()
    begin = croniter(cron, end, ret_type=datetime).get_prev()
    if start and begin < start:
        return []
    starts = [begin.astimezone(UTC)]
    ticks = croniter(cron, end, ret_type=datetime)
    begin = end
    while (end := ticks.get_next()) <= now:
        starts.append(begin.astimezone(UTC))
        begin = end
    return starts


# Whether a DAG has a run of one of the first logical dates, in whatever state, or one under way of the second.
Made = Callable[[str, list[datetime], list[datetime]], bool]


def missing_runs(
    crons: Mapping[str, str], now: datetime, grace: timedelta, patience: timedelta, start: datetime | None, made: Made
) -> dict[str, str]:
    """Return, by DAG, what is said of those whose last run that is due was not made.

    What ran and failed is told by its tasks. A run that is under way holds up the next one, but for ``patience`` only:
    in a DAG that was paused, or that hangs, it is under way for ever.
    """
    found = {}
    for dag_id, cron in crons.items():
        due = due_runs(cron, now, grace, start)
        if due and not made(dag_id, due, due_runs(cron, now, max(grace, patience))):
            found[dag_id] = f"{dag_id} did not run: there is no run for the interval from {due[0]:%Y-%m-%d %H:%M} UTC."
    return found


def waiting_work(connection: psycopg.Connection, now: datetime, patience: timedelta) -> dict[str, str]:
    """Return, by DAG, what is said of those whose work waits longer than ``patience``."""
    found = {}
    for dag_id, query in WAITING.items():
        row = connection.execute(query).fetchone()  # type: ignore[arg-type]
        if row and row[0] and row[0] < now - patience:
            found[dag_id] = f"{dag_id} did not run: its work waits since {row[0]:%Y-%m-%d %H:%M} UTC."
    return found


def record_missing(connection: psycopg.Connection, found: Mapping[str, str], at: datetime) -> None:
    """Raise a technical exception for each DAG that did not run, resolve those that did since."""
    said = {
        f"missing:{dag_id}": {
            "incident_class": "pipeline failed", "message": message, "runbook": RUNBOOK, "state": "dead",
        }
        for dag_id, message in found.items()
    }  # fmt: skip
    operations.raise_found(connection, said, kinds=["missing:"], at=at)
