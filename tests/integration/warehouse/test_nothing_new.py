"""A transformation is left out only where it would conclude what the last one did."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from tieout.warehouse.runs import finish_run, nothing_new, start_run

NOW = datetime(2026, 4, 1, tzinfo=UTC)
GATE_RUN = "insert into quality.gate_run (gate_run_id, known_at, started_at, ended_at) values (%s, %s, %s, %s)"
BATCH = """
insert into ops.batch (batch_id, source_system, feed, object, interval_start, interval_end, payload_sha256,
    archive_manifest, profile_version, contract_version, rows_read, rows_landed, rows_unchanged, origin, trace_id,
    landed_at)
values ('b', 's', 'f', 'o', %(now)s, %(now)s, 'x', 'm', 1, 1, 1, 1, 0, 'manual', 't', %(now)s)
"""


@pytest.fixture
def connection(warehouse):
    with psycopg.connect(warehouse) as connection:
        yield connection


def succeed(connection, *, sends_feedback=True, scope="whole"):
    run = start_run(
        connection, now=NOW, dag_run_id=None, full_refresh=False, sends_feedback=sends_feedback, scope=scope
    )
    finish_run(connection, run.run_id, True, now=NOW)


def test_the_first_transformation_is_never_left_out(connection):
    assert not nothing_new(connection, now=NOW, sends_feedback=True)


def test_a_second_one_at_the_same_moment_is_left_out(connection):
    succeed(connection)
    assert nothing_new(connection, now=NOW, sends_feedback=True)


def test_time_that_has_passed_may_change_a_verdict(connection):
    succeed(connection)
    assert not nothing_new(connection, now=NOW + timedelta(seconds=1), sends_feedback=True)


def test_a_batch_that_waits_is_something_new(connection):
    succeed(connection)
    connection.execute(BATCH, {"now": NOW})
    assert not nothing_new(connection, now=NOW, sends_feedback=True)


def test_a_released_row_is_something_new(connection):
    succeed(connection)
    connection.execute(GATE_RUN, ["g", NOW + timedelta(microseconds=1), NOW, NOW])
    assert not nothing_new(connection, now=NOW, sends_feedback=True)


def test_a_run_that_sends_feedback_is_not_left_out_after_one_that_did_not(connection):
    succeed(connection, sends_feedback=False)
    assert not nothing_new(connection, now=NOW, sends_feedback=True)
    assert nothing_new(connection, now=NOW, sends_feedback=False)


def test_a_whole_run_is_not_left_out_after_one_of_a_part(connection):
    succeed(connection)
    connection.execute(GATE_RUN, ["g", NOW + timedelta(microseconds=1), NOW, NOW])
    succeed(connection, scope="feedback")
    assert not nothing_new(connection, now=NOW, sends_feedback=True)
