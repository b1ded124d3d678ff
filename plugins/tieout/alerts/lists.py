"""Screening lists that stop coming: whoever fetches them stopped, and vendors are screened against old ones.

The extraction notices nothing: a folder without a new file is a folder that was read. docs/reference/alerts.md, 1.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

import psycopg

from tieout import operations

RUNBOOK = "decide_screening"
SOURCE = "screening"
# When the file of each list was taken last, also where it said nothing new; before the first, when it was asked for.
_TAKEN = """
select feed, coalesce(max(taken_at), min(asked_at))
from (
    select feed, taken_at, null::timestamptz as asked_at
    from ops.taken_file
    where source_system = %(source)s and outcome in ('landed', 'repeated')
    union all
    select asked.feed, null, run.started_at
    from unnest(%(feeds)s::text[]) as asked (feed)
    cross join ops.interface_run as run
    where run.direction = 'extract' and run.source_system = %(source)s
) as seen
where feed = any(%(feeds)s)
group by feed
"""


def stale(now: datetime, fresh_days: Mapping[str, int], taken: Mapping[str, datetime]) -> dict[str, str]:
    """Return, by list, what is said of those whose file is older than it may be; the last day is within.

    Args:
        now: business time.
        fresh_days: how old each may be.
        taken: when the file of each came last. A list that nobody has asked for is not old.
    """
    return {
        feed: f"The list {feed} came last on {taken[feed]:%Y-%m-%d %H:%M} UTC, more than {days} days ago."
        " Vendors are screened against the old one."
        for feed, days in sorted(fresh_days.items())
        if feed in taken and now - taken[feed] > timedelta(days=days)
    }


def read_taken(connection: psycopg.Connection, fresh_days: Mapping[str, int]) -> dict[str, datetime]:
    """Return when the file of each list came last."""
    return dict(connection.execute(_TAKEN, {"source": SOURCE, "feeds": list(fresh_days)}).fetchall())


def record_stale(connection: psycopg.Connection, found: Mapping[str, str], at: datetime) -> None:
    """Raise a technical exception for each list that stopped coming, resolve those that came again."""
    said = {
        f"stale:{SOURCE}:{feed}": {
            "incident_class": "late", "message": message, "runbook": RUNBOOK, "source_system": SOURCE,
        }
        for feed, message in found.items()
    }  # fmt: skip
    operations.raise_found(connection, said, kinds=[f"stale:{SOURCE}:"], at=at)
