"""A replay of everything, with messages in every state there is, changes nothing that had been delivered."""

from datetime import timedelta

import psycopg
import pytest

from tieout.feedback.confirmation import confirm
from tieout.feedback.replay import Selection, replay
from tieout.feedback.targets import Retry

STATES = "select subject_id, sequence, state from feedback.message_state order by subject_id, sequence"
DELIVERED = "select message_id from feedback.message_state where state in ('acknowledged', 'confirmed')"


@pytest.fixture
def every_state(loop, server):
    """One subject per state, and what the target holds of each."""
    hours = timedelta(hours=1)
    loop.change("ap", parallel_requests=1, retry=Retry(hours, 2, hours, 24 * hours, timedelta()))

    def send(subject, verdict="matched", status=None, entity="H1"):
        loop.conclude(subject, verdict, entity=entity)
        loop.publish()
        if status is not None:
            server.answer_next(status)
        loop.deliver()

    send("CONFIRMED")
    send("ACKNOWLEDGED", "exception")
    send("DEAD", status=422)
    send("REPLAYED", status=404)
    send("SUPERSEDED", "exception", status=422)
    send("SUPERSEDED", "matched")
    send("RETRYING", status=500)
    loop.mode("ap", "live", H2="shadow")
    loop.conclude("SHADOW", entity="H2")
    loop.conclude("PENDING")
    loop.publish()
    loop.now += timedelta(days=1)
    loop.run()
    loop.observe("CONFIRMED", "matched|", loop.now)
    with psycopg.connect(loop.dsn) as connection:
        confirm(connection, loop.now, targets_config=loop.targets)
    ask(loop, Selection(code="404"))
    return loop


def ask(loop, selection=None):
    with psycopg.connect(loop.dsn) as connection:
        letters = replay(
            connection,
            selection or Selection(),
            now=loop.now,
            wall_now=loop.wall_now(),
            by="d.engineer",
            reason="all of it",
            dry_run=False,
        )
    return [letter.subject_id.removeprefix("ap:") for letter in letters]


def test_a_replay_of_everything_takes_the_dead_and_leaves_every_other_state_as_it_is(every_state, server):
    before = every_state.rows(STATES)
    assert {state for *_, state in before} == {
        "pending", "retrying", "acknowledged", "confirmed", "dead", "superseded", "shadow",
    }  # fmt: skip
    assert ask(every_state) == ["DEAD"]
    after = every_state.rows(STATES)
    assert [row for row in after if row not in before] == [("ap:DEAD", 1, "pending")]


def test_what_had_been_delivered_is_not_sent_again_by_a_replay_of_everything(every_state, server):
    delivered = every_state.rows(DELIVERED)
    attempts = "select count(*) from feedback.attempt where message_id = any(%s)"
    tries = every_state.rows(attempts, [row[0] for row in delivered])
    effects = dict(server.effects)
    for _ in range(2):
        ask(every_state)
        every_state.wall_ahead += timedelta(hours=3)
        every_state.deliver()
    assert every_state.rows(attempts, [row[0] for row in delivered]) == tries
    assert {subject: server.effects[subject] for subject in effects} == effects
    assert set(server.effects.values()) == {1}
    assert server.effects.keys() == {
        "CONFIRMED", "ACKNOWLEDGED", "DEAD", "REPLAYED", "SUPERSEDED", "RETRYING", "PENDING",
    }  # fmt: skip
    assert ask(every_state) == []


def test_two_replays_of_everything_at_once_take_each_dead_message_once(every_state):
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(2) as threads:
        taken = list(threads.map(lambda _: ask(every_state), range(2)))
    assert sorted(taken) == [[], ["DEAD"]]
    replays = "select count(*) from feedback.attempt where outcome = 'replayed'"
    assert every_state.rows(replays) == [(2,)]


def test_a_message_that_another_replay_delivered_since_it_was_listed_is_left_alone(every_state, server, monkeypatch):
    from tieout.feedback import replay as room

    listed = room.dead_letters

    def overtaken(connection, selection=None):
        letters = listed(connection, selection)
        monkeypatch.setattr(room, "dead_letters", listed)
        assert ask(every_state) == ["DEAD"]
        every_state.deliver()
        return letters

    monkeypatch.setattr(room, "dead_letters", overtaken)
    assert ask(every_state) == []
    received = len(server.received)
    every_state.deliver()
    assert len(server.received) == received
    assert every_state.states()["DEAD"] == ["acknowledged"]
