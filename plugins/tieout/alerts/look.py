"""One look at everything that should have happened by now; what did not becomes a technical exception."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import psycopg

from tieout.alerts import ages, due, lists
from tieout.alerts.alerting import Alerting
from tieout.alerts.promise_file import load_promises, served_by
from tieout.alerts.promises import Promise, late
from tieout.landing.configuration_files import inspect
from tieout.screening.configuration import fresh_days


@dataclass(frozen=True)
class Schedules:
    """What runs by the wall clock: cron by DAG, and since when. Empty where the clock is simulated."""

    crons: Mapping[str, str] = field(default_factory=dict)
    start: datetime | None = None


def look(
    connection: psycopg.Connection, *, config: Path, alerting: Alerting, schedules: Schedules | None, now: datetime,
    business_now: datetime, made: due.Made,
) -> tuple[list[Promise], dict[str, int]]:  # fmt: skip
    """Record what is late, what stopped coming and what did not run; resolve what came and ran since.

    Args:
        config: folder of the configuration. A mistake in it is another task's to tell; what can be read is used.
        schedules: none where nothing is due by the wall clock.
        now, business_now: wall time and business time.
        made: what Airflow knows of runs.

    Returns:
        the promises, and how much is late, old and missing.
    """
    promises = load_promises(config)
    served = served_by(inspect(config)[0], business_now.date().isoformat())
    broken = late(business_now, promises, served, ages.read_ages(connection, promises, served))
    ages.record_late(connection, broken, business_now)
    days = fresh_days(config)
    old = lists.stale(business_now, days, lists.read_taken(connection, days))
    lists.record_stale(connection, old, business_now)
    missing: dict[str, str] = {}
    if schedules is not None:
        missing = due.waiting_work(connection, now, alerting.waiting)
        missing |= due.missing_runs(schedules.crons, now, alerting.grace, alerting.waiting, schedules.start, made)
    due.record_missing(connection, missing, business_now)
    connection.commit()
    return promises, {"late": len(broken), "old": len(old), "missing": len(missing)}
