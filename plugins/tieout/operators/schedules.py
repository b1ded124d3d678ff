"""When a DAG runs: ``config/schedules.yml`` as DAG arguments.

A file that is wrong hides no DAG: what cannot be read from it is daily, and the tasks that refuse to run say what is
wrong (docs/adr/0011-tasks-refuse-a-wrong-configuration.md).
"""

from datetime import UTC, date, datetime, time
from functools import cache
from typing import Any

import yaml
from airflow.sdk import Asset, CronDataIntervalTimetable
from croniter import croniter

from tieout import settings

KINDS = ("erp", "ap", "supply", "bank", "files")
LANDED = {kind: Asset(name=f"landed_{kind}", uri=f"tieout://landed/{kind}") for kind in KINDS}
DECIDED = Asset(name="decided", uri="tieout://decided")
INBOX = Asset(name="inbox", uri="tieout://inbox")
DAILY = "0 0 * * *"
DATES = ("start_date", "end_date")
WATCH = "watch"
CONCLUSIONS = Asset(name="conclusions", uri="tieout://conclusions")


def timetable(dag_id: str) -> CronDataIntervalTimetable:
    """Return the timetable of an extraction DAG. It is named, because a bare cron string gives no data interval."""
    cron = str(_schedules().get(dag_id, DAILY))
    return CronDataIntervalTimetable(cron if croniter.is_valid(cron) else DAILY, timezone="UTC")


def timetable_if_named(dag_id: str) -> CronDataIntervalTimetable | None:
    """Return the timetable of a DAG that only runs by the clock where the file says so."""
    cron = str(_schedules().get(dag_id, ""))
    return CronDataIntervalTimetable(cron, timezone="UTC") if croniter.is_valid(cron) else None


def always() -> dict[str, Any]:
    """Return, as DAG arguments, that a DAG runs by the wall clock whatever the business clock is."""
    return {"catchup": False, "start_date": started()}


def scheduled() -> dict[str, str]:
    """Return the cron of each DAG that runs by a schedule, the watching one aside: nobody watches itself."""
    schedules = _schedules()
    return {name: str(cron) for name, cron in schedules.items() if name not in (*DATES, WATCH)}


def started() -> datetime:
    """Return since when the schedules hold."""
    day = _schedules().get("start_date")
    return _midnight(day) if isinstance(day, date) else datetime(2026, 1, 1, tzinfo=UTC)


def window() -> dict[str, Any]:
    """Return the days in which extractions may run, as DAG arguments. Nothing catches up by itself."""
    schedules = _schedules()
    days = {name: schedules.get(name) for name in DATES}
    return {"catchup": False, **{name: _midnight(day) for name, day in days.items() if isinstance(day, date)}}


@cache
def _schedules() -> dict[str, Any]:
    try:
        document = yaml.safe_load((settings.config_dir() / "schedules.yml").read_text())
        return dict(document["simulated" if settings.simulated() else "wall"])
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError):
        return {}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)
