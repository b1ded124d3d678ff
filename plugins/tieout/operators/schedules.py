"""When a DAG runs: ``config/schedules.yml`` as DAG arguments."""

from datetime import UTC, datetime, time
from functools import cache
from typing import Any

import yaml
from airflow.sdk import Asset, CronDataIntervalTimetable

from tieout import settings

KINDS = ("erp", "ap", "supply", "bank", "files")
LANDED = {kind: Asset(name=f"landed_{kind}", uri=f"tieout://landed/{kind}") for kind in KINDS}
DECIDED = Asset(name="decided", uri="tieout://decided")
CONCLUSIONS = Asset(name="conclusions", uri="tieout://conclusions")


def timetable(dag_id: str) -> CronDataIntervalTimetable:
    """Return the timetable of an extraction DAG. It is named, because a bare cron string gives no data interval."""
    return CronDataIntervalTimetable(_schedules()[dag_id], timezone="UTC")


def window() -> dict[str, Any]:
    """Return the days in which extractions may run, as DAG arguments. Nothing catches up by itself."""
    schedules = _schedules()
    dates = {name: _midnight(schedules[name]) for name in ("start_date", "end_date") if name in schedules}
    return {"catchup": False, **dates}


@cache
def _schedules() -> dict[str, Any]:
    document = yaml.safe_load((settings.config_dir() / "schedules.yml").read_text())
    return document["simulated" if settings.simulated() else "wall"]


def _midnight(day: Any) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)
