"""Dead letters are listed with the answer received and replayed when a person says so."""

from datetime import timedelta

import psycopg
import pytest

from tieout.feedback.replay import Selection, dead_letters, replay


@pytest.fixture
def dead(loop, server):
    """Three dead messages (422, 404, 422) and one delivered."""
    loop.change("ap", parallel_requests=1)
    for subject in ("INV-1", "INV-2", "INV-3", "INV-4"):
        loop.conclude(subject)
    loop.publish()
    for status in (422, 404, 422):
        server.answer_next(status)
    loop.deliver()
    return loop


def ask(loop, selection=None, *, dry_run=False):
    with psycopg.connect(loop.dsn) as connection:
        chosen = replay(
            connection,
            selection or Selection(),
            now=loop.now,
            wall_now=loop.wall_now(),
            by="d.engineer",
            reason="AP was corrected",
            dry_run=dry_run,
        )
    return [letter.subject_id.removeprefix("ap:") for letter in chosen]


def test_dead_letters_are_listed_with_the_answer_received(dead):
    with psycopg.connect(dead.dsn) as connection:
        letters = dead_letters(connection)
    assert [(letter.subject_id, letter.status_code, letter.answer) for letter in letters] == [
        ("ap:INV-1", 422, '{"error":422}'),
        ("ap:INV-2", 404, '{"error":404}'),
        ("ap:INV-3", 422, '{"error":422}'),
    ]


def test_a_dry_run_changes_nothing(dead):
    before = dead.outcomes()
    assert ask(dead, dry_run=True) == ["INV-1", "INV-2", "INV-3"]
    assert dead.outcomes() == before
    assert dead.rows("select * from feedback.queue") == []


def test_a_replayed_message_is_pending_and_then_delivered_with_its_own_key(dead, server):
    assert ask(dead) == ["INV-1", "INV-2", "INV-3"]
    assert dead.states()["INV-1"] == ["pending"]
    assert dead.incidents() == [("delivery failed", "replayed")] * 3
    assert dead.deliver().acknowledged == 3
    assert server.effects == {f"INV-{number}": 1 for number in (1, 2, 3, 4)}
    keys = [entry["headers"]["idempotency-key"] for entry in server.received if entry["subject"] == "INV-1"]
    assert len(keys) == 2 and len(set(keys)) == 1
    assert dead.incidents() == [("delivery failed", "resolved")] * 3


def test_a_replay_of_everything_changes_nothing_that_was_delivered(dead, server):
    ask(dead)
    dead.deliver()
    received = len(server.received)
    assert ask(dead) == []
    dead.deliver()
    assert len(server.received) == received


def test_a_replay_takes_what_its_selection_names(dead):
    chosen = {
        Selection(code="422"): ["INV-1", "INV-3"],
        Selection(code="rejected"): ["INV-1", "INV-2", "INV-3"],
        Selection(target="erp_main"): [],
        Selection(target="ap", code="404"): ["INV-2"],
        Selection(message_ids=(1, 3, 4)): ["INV-1", "INV-3"],
        Selection(message_ids=()): [],
    }
    assert {selection: ask(dead, selection, dry_run=True) for selection in chosen} == chosen
    assert ask(dead, Selection(code="404")) == ["INV-2"]
    assert [state for states in dead.states().values() for state in states].count("pending") == 1


def test_a_selection_by_time_is_half_open(dead):
    assert ask(dead, Selection(since=dead.now + timedelta(seconds=1)), dry_run=True) == []
    assert ask(dead, Selection(until=dead.now), dry_run=True) == []
    assert len(ask(dead, Selection(since=dead.now, until=dead.now + timedelta(seconds=1)), dry_run=True)) == 3


def test_a_dead_message_that_a_newer_conclusion_replaced_is_not_replayed(dead, server):
    dead.conclude("INV-1", "exception")
    dead.publish()
    assert ask(dead) == ["INV-2", "INV-3"]
    dead.deliver()
    assert dead.states()["INV-1"] == ["superseded", "acknowledged"]
    assert dead.incidents("dead", "replayed") == []


def test_a_replayed_message_that_is_refused_again_is_dead_again(dead, server):
    ask(dead, Selection(message_ids=(1,)))
    server.answer_next(422)
    dead.deliver()
    assert dead.states()["INV-1"] == ["dead"]
    assert dead.incidents("dead") == [("delivery failed", "dead")] * 3


def test_a_replay_is_in_the_audit_trail_with_who_and_why(dead):
    ask(dead, Selection(message_ids=(2,)))
    assert dead.rows("select actor, subject_id, reason from audit.event where action = 'replay'") == [
        ("d.engineer", "2", "AP was corrected")
    ]


def test_the_day_of_retries_begins_again_with_a_replay(dead, server):
    ask(dead, Selection(message_ids=(1,)))
    dead.wall_ahead = timedelta(hours=30)
    server.answer_next(500)
    dead.deliver()
    assert dead.states()["INV-1"] == ["acknowledged"]
