from datetime import UTC, datetime
from pathlib import Path

import pytest

from launcher import cycle
from launcher.airflow_api import DagRun
from launcher.cycle import Interval, run_cycle
from launcher.errors import LaunchError

INTERVAL = Interval.of_days(datetime(2026, 3, 1, tzinfo=UTC), 30)
LOGS = Path("/logs")


class FakeAirflow:
    """Answers from a script: each call of ``runs(since=...)`` shows the next moment, the last one stays."""

    def __init__(self, *moments, waiting=0):
        self.moments = [
            [DagRun(dag_id, INTERVAL.name, state) for dag_id, state in moment.items()] for moment in moments
        ]
        self.now = []
        self.waiting = waiting
        self.triggered = []
        self.posted = "queued"

    def trigger(self, dag_id, *, run_id, start, end):
        self.triggered.append((dag_id, run_id, start, end))
        return DagRun(dag_id, run_id, self.posted)

    def runs(self, *, since=None, states=None):
        if since is not None:
            self.now = self.moments.pop(0) if len(self.moments) > 1 else self.moments[0]
        return [run for run in self.now if states is None or run.state in states]

    def run(self, dag_id, run_id):
        return DagRun(dag_id, run_id, "running")

    def tasks(self, run, states):
        return [{"task_id": "land", "map_index": -1, "try_number": 2}]

    def waiting_events(self, dag_id):
        return self.waiting


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(cycle.time, "sleep", lambda _: None)


def run(airflow, **arguments):
    return run_cycle(
        airflow, INTERVAL, task_logs=LOGS, extractions=("extract_ap",), followers=("transform",), **arguments
    )


def test_a_cycle_is_over_when_extraction_and_follower_have_ended():
    airflow = FakeAirflow(
        {"extract_ap": "running"},
        {"extract_ap": "success", "transform": "queued"},
        {"extract_ap": "success", "transform": "success"},
    )
    done = run(airflow)
    assert airflow.triggered == [("extract_ap", "interval__2026-03-01__2026-03-31", INTERVAL.start, INTERVAL.end)]
    assert {run.dag_id: run.state for run in done.runs} == {"extract_ap": "success", "transform": "success"}
    assert list(done.seconds) == ["extract", "transform", "whole"]


def test_a_failed_run_is_reported_with_its_task_and_the_log():
    airflow = FakeAirflow({"extract_ap": "failed"})
    with pytest.raises(LaunchError) as caught:
        run(airflow)
    assert "extract_ap.land: /logs/dag_id=extract_ap" in str(caught.value)
    assert "task_id=land/attempt=2.log" in str(caught.value)


def test_a_follower_that_never_starts_is_an_error():
    with pytest.raises(LaunchError, match="transform did not start"):
        run(FakeAirflow({"extract_ap": "success"}))


def test_a_cycle_that_is_taken_up_again_after_all_of_it_had_ended_is_over():
    airflow = FakeAirflow({"extract_ap": "success"})
    airflow.posted = "success"
    assert run(airflow).seconds["whole"] >= 0


def test_an_event_that_still_waits_keeps_the_cycle_open():
    airflow = FakeAirflow({"extract_ap": "success", "transform": "success"}, waiting=1)
    with pytest.raises(LaunchError, match="took longer"):
        run(airflow, seconds=0.0)


def test_a_stack_that_is_no_longer_alive_ends_the_waiting():
    def dead():
        raise LaunchError("scheduler has ended by itself.", "Look.")

    with pytest.raises(LaunchError, match="scheduler has ended"):
        run(FakeAirflow({"extract_ap": "running"}), check=dead)


def test_progress_names_what_is_under_way():
    runs = [DagRun("extract_ap", "a", "success"), DagRun("extract_erp", "a", "running")]
    assert cycle.describe(FakeAirflow({}), runs) == "extracted 1 of 2 · extract_erp: land"
