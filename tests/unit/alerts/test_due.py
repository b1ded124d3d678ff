"""Runs that should be there by now."""

from datetime import UTC, datetime, timedelta

import pytest

from tieout.alerts.due import due_runs, missing_runs

GRACE = timedelta(minutes=10)


def at(hour, minute=0, day=1):
    return datetime(2026, 4, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (at(12, 24), [at(11, 45), at(12, 0)]),  # the run of 12:00 to 12:15 may still be made
        (at(12, 25), [at(12, 0)]),
        (at(12, 39), [at(12, 0), at(12, 15)]),
    ],
)
def test_a_run_is_due_of_the_last_interval_that_ended_before_the_grace_or_of_a_newer_one(now, due):
    assert due_runs("*/15 * * * *", now, GRACE) == due


def test_no_run_is_due_of_an_interval_before_the_schedule_began():
    assert due_runs("0 3 * * *", at(12), GRACE, start=at(0)) == []
    assert due_runs("0 3 * * *", at(12, day=3), GRACE, start=at(0)) == [at(3, day=2)]


def test_a_dag_is_missed_when_airflow_has_no_run_of_the_interval():
    asked = []

    def made(dag_id, due, holding_up):
        asked.append((dag_id, due, len(holding_up)))
        return dag_id == "extract_ap"

    crons = {"extract_ap": "*/5 * * * *", "extract_bank": "0 * * * *"}
    found = missing_runs(crons, at(12, 30), GRACE, timedelta(hours=1), None, made)
    assert found == {
        "extract_bank": "extract_bank did not run: there is no run for the interval from 2026-04-01 11:00 UTC."
    }
    # One that is under way may hold it up for an hour.
    assert asked == [("extract_ap", [at(12, 15), at(12, 20), at(12, 25)], 13), ("extract_bank", [at(11)], 2)]
