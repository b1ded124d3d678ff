"""Extraction runs carry the interval that they extract."""

from datetime import UTC, datetime

import pendulum
import pytest
from airflow.sdk import DAG
from airflow.serialization.serialized_objects import DagSerialization

from tieout.operators import schedules

DAGS = [f"extract_{kind}" for kind in schedules.KINDS]


@pytest.fixture(autouse=True)
def _no_memory():
    schedules._schedules.cache_clear()
    yield
    schedules._schedules.cache_clear()


def test_in_a_deployment_extractions_have_no_end(monkeypatch):
    monkeypatch.setenv("TIEOUT_BUSINESS_CLOCK", "wall")
    assert "end_date" not in schedules.window()
    assert schedules.window()["catchup"] is False


def test_simulated_days_end_in_the_past_so_that_the_wall_clock_starts_nothing(monkeypatch):
    monkeypatch.setenv("TIEOUT_BUSINESS_CLOCK", "file:/nowhere")
    window = schedules.window()
    assert window["start_date"] == datetime(2026, 3, 1, tzinfo=UTC)
    assert window["end_date"] < datetime.now(UTC)


@pytest.mark.parametrize("dag_id", [f"extract_{kind}" for kind in schedules.KINDS])
def test_the_interval_of_a_run_is_the_time_between_two_ticks(dag_id, monkeypatch):
    monkeypatch.setenv("TIEOUT_BUSINESS_CLOCK", "file:/nowhere")
    dag = DAG(dag_id, schedule=schedules.timetable(dag_id), **schedules.window())
    scheduled = DagSerialization.from_dict(DagSerialization.to_dict(dag)).timetable
    interval = scheduled.infer_manual_data_interval(run_after=pendulum.datetime(2026, 4, 2, tz="UTC"))
    assert interval.start == pendulum.datetime(2026, 4, 1, tz="UTC")
    assert interval.end == pendulum.datetime(2026, 4, 2, tz="UTC")
