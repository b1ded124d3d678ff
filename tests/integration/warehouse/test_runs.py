"""A run fixes what it knows, once; one run is under way at a time."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from tieout.errors import ConfigurationError
from tieout.warehouse import runs

NOW = datetime(2026, 4, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def connection(warehouse):
    with psycopg.connect(warehouse) as opened:
        yield opened


def start(connection, now=NOW, dag_run_id="dag-run-1", scope="whole"):
    return runs.start_run(
        connection, now=now, dag_run_id=dag_run_id, full_refresh=False, sends_feedback=True, scope=scope
    )


def succeed(connection, now, scope="whole"):
    run = start(connection, now, None, scope)
    runs.finish_run(connection, run.run_id, True, now=now)
    return run


def known(connection, at):
    connection.execute(
        "insert into quality.gate_run (gate_run_id, known_at, started_at) values (%s, %s, %s)", (str(at), at, at)
    )


def states(connection):
    return [row[0] for row in connection.execute("select state from ops.run order by started_at, as_of")]


def test_a_run_knows_what_the_business_clock_and_the_gate_say_whichever_is_later(connection):
    assert start(connection).as_of == NOW
    known(connection, NOW + HOUR)
    assert start(connection, dag_run_id="dag-run-2").as_of == NOW + HOUR


def test_a_run_never_knows_less_than_the_one_before(connection):
    first = start(connection)
    runs.finish_run(connection, first.run_id, True, now=NOW)
    assert start(connection, NOW - HOUR, "dag-run-2").as_of == NOW


def test_the_first_run_follows_nothing_and_the_next_the_last_that_succeeded(connection):
    first = start(connection)
    assert first.previous_as_of is None
    runs.finish_run(connection, first.run_id, True, now=NOW)
    second = start(connection, NOW + HOUR, "dag-run-2")
    runs.finish_run(connection, second.run_id, False, now=NOW + HOUR)
    third = start(connection, NOW + 2 * HOUR, "dag-run-3")
    assert (third.previous_as_of, third.as_of) == (NOW, NOW + 2 * HOUR)


def test_what_a_run_of_a_part_saw_is_new_to_the_next_run_whole_or_not(connection):
    succeed(connection, NOW)
    part = succeed(connection, NOW + HOUR, "feedback")
    another = succeed(connection, NOW + 2 * HOUR, "feedback")
    whole = succeed(connection, NOW + 3 * HOUR)
    after = succeed(connection, NOW + 4 * HOUR, "feedback")
    assert {part.previous_as_of, another.previous_as_of, whole.previous_as_of} == {NOW}
    assert after.previous_as_of == whole.as_of


def test_no_run_knows_less_than_a_run_of_a_part_before_it(connection):
    succeed(connection, NOW)
    succeed(connection, NOW + HOUR, "feedback")
    assert start(connection, NOW).as_of == NOW + HOUR


def test_a_part_may_be_built_ahead_only_of_what_no_run_has_seen_and_on_a_whole_run(connection):
    known(connection, NOW)
    assert not runs.is_ahead(connection)
    succeed(connection, NOW)
    assert not runs.is_ahead(connection)
    known(connection, NOW + HOUR)
    assert runs.is_ahead(connection)
    succeed(connection, NOW + HOUR, "feedback")
    assert not runs.is_ahead(connection)


def test_a_run_that_a_task_left_is_not_resumed_for_another_scope(connection):
    left = start(connection, scope="feedback")
    assert start(connection).run_id != left.run_id
    assert states(connection) == ["failed", "running"]


def test_one_builds_at_a_time(warehouse):
    with runs.one_at_a_time(warehouse), psycopg.connect(warehouse) as other:
        taken = other.execute("select pg_try_advisory_lock(hashtext('tieout build'))").fetchone()
    assert taken == (False,)


def test_a_run_that_a_killed_task_left_is_resumed_by_its_own_dag_run(connection):
    left = start(connection)
    assert start(connection, NOW + HOUR) == left
    assert states(connection) == ["running"]


def test_a_run_that_a_killed_task_left_is_failed_by_any_other(connection):
    left = start(connection)
    following = start(connection, NOW + HOUR, "dag-run-2")
    assert following.run_id != left.run_id
    assert states(connection) == ["failed", "running"]


def test_a_run_started_by_hand_resumes_nothing(connection):
    start(connection, dag_run_id=None)
    start(connection, NOW + HOUR, dag_run_id=None)
    assert states(connection) == ["failed", "running"]


def test_a_run_is_closed_once_and_again_only_in_the_same_way(connection):
    run = start(connection)
    runs.finish_run(connection, run.run_id, True, now=NOW)
    runs.finish_run(connection, run.run_id, True, now=NOW + HOUR)
    assert connection.execute("select state, ended_at from ops.run").fetchall() == [("succeeded", NOW)]
    with pytest.raises(ConfigurationError, match="is succeeded"):
        runs.finish_run(connection, run.run_id, False, now=NOW)
    with pytest.raises(ConfigurationError, match="does not exist"):
        runs.finish_run(connection, "run-of-nobody", True, now=NOW)


def test_node_results_are_kept_and_a_retry_replaces_them(connection):
    run = start(connection)
    result = {
        "unique_id": "model.tieout.stg_invoices",
        "status": "error",
        "execution_time": 0.5,
        "adapter_response": {},
        "message": "deadlock detected",
    }
    test = {
        "unique_id": "test.tieout.not_null_x.1",
        "status": "pass",
        "execution_time": 0.1,
        "adapter_response": {"rows_affected": -1},
        "message": None,
    }
    assert runs.record_node_results(connection, run.run_id, {"results": [result, test]}) == 2
    again = result | {"status": "success", "adapter_response": {"rows_affected": 7}, "message": "INSERT 0 7"}
    runs.record_node_results(connection, run.run_id, {"results": [again]})
    assert connection.execute(
        "select node_id, resource_type, status, rows_affected from ops.node_result order by node_id"
    ).fetchall() == [
        ("model.tieout.stg_invoices", "model", "success", 7),
        ("test.tieout.not_null_x.1", "test", "pass", None),
    ]
