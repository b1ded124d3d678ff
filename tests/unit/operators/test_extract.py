"""When an extraction waits for files, and that it goes on."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from airflow.sdk.exceptions import TaskDeferred

from tieout.landing import configuration_files
from tieout.operators import extract
from tieout.operators.extract import ExtractSource

MISSING = [{"feed": "receipts", "until": "2026-04-01T02:00:00+00:00"}]
CONFIGURATION = SimpleNamespace(profile=lambda system: f"profile of {system}")


@pytest.fixture
def task(monkeypatch):
    """An extraction of which only the waiting is real: it says what it extracted with."""
    monkeypatch.setattr(configuration_files, "load_configuration", lambda directory: CONFIGURATION)
    made = ExtractSource(task_id="extract_supply", system="supply")
    monkeypatch.setattr(made, "_extract", lambda context, configuration: {"receipt_line": 3})
    return made


@pytest.fixture
def missing(monkeypatch):
    """What a look at the server finds missing; set by the test."""
    found = []
    monkeypatch.setattr(extract, "files_to_await", lambda profile, interval: list(found))
    return found


def context(run_type="manual"):
    return {
        "dag_run": SimpleNamespace(run_type=run_type),
        "data_interval_start": datetime(2026, 3, 31, tzinfo=UTC),
        "data_interval_end": datetime(2026, 4, 1, tzinfo=UTC),
    }


@pytest.mark.parametrize("run_type", ["manual", "scheduled"])
def test_a_run_is_deferred_while_a_file_is_missing(task, missing, run_type):
    missing += MISSING
    with pytest.raises(TaskDeferred) as deferred:
        task.execute(context(run_type))
    assert deferred.value.trigger.awaited == MISSING
    assert deferred.value.method_name == "resume_with_files"


def test_a_run_whose_files_are_there_extracts_at_once(task, missing):
    assert task.execute(context()) == {"receipt_line": 3}


def test_a_backfill_does_not_wait(task, missing):
    missing += MISSING
    assert task.execute(context("backfill")) == {"receipt_line": 3}


@pytest.mark.parametrize("absent", [[], ["receipts"]])
def test_it_extracts_after_the_wait_whether_files_came_or_not(task, absent):
    assert task.resume_with_files(context(), {"missing": absent}) == {"receipt_line": 3}
