"""When a DAG runs: ``config/schedules.yml`` as DAG arguments."""

from datetime import UTC, datetime, time
from functools import cache
from typing import Any

import yaml
from airflow.sdk import Asset, CronDataIntervalTimetable

from tieout import settings

KINDS = ("erp", "ap", "supply", "bank", "files")
LANDED = {kind: Asset(name=f"landed_{kind}", uri=f"tieout://landed/{kind}") for kind in KINDS}
CONCLUSIONS = Asset(name="conclusions", uri="tieout://conclusions")


def extraction_schedule(dag_id: str) -> dict[str, Any]:
    """Return schedule, start and end of an extraction DAG.

    A bare cron string gives a run no data interval, so the timetable is named.
    """
    schedules = _schedules()
    dates = {name: _midnight(schedules[name]) for name in ("start_date", "end_date") if name in schedules}
    return {"schedule": CronDataIntervalTimetable(schedules[dag_id], timezone="UTC"), "catchup": False, **dates}


@cache
def _schedules() -> dict[str, Any]:
    document = yaml.safe_load((settings.config_dir() / "schedules.yml").read_text())
    return document["simulated" if settings.simulated() else "wall"]


def _midnight(day: Any) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)
