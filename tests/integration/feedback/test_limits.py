"""What a target's configuration promises, it gets: from all workers together."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest
from starlette.responses import JSONResponse

from tieout import settings
from tieout.feedback import taking
from tieout.feedback.targets import CircuitBreaker

WORKER = """
import sys
from dataclasses import replace
from tieout import settings
from tieout.feedback.delivery import deliver
from tieout.feedback.targets import load_targets
from tieout.sources.endpoint import Endpoint
dsn, port, target, rate, name = sys.argv[1:]
endpoint = Endpoint(host="127.0.0.1", port=int(port), login="tieout", password="secret", schema="http")
configured = load_targets(settings.CHECKOUT / "config" / "feedback")[target]
limited = replace(configured, requests_per_second=float(rate), parallel_requests=2, batch_size=7)
print(deliver(dsn, limited, resolve=lambda _: endpoint, worker=name))
"""


def publish(loop, *subjects, target="ap", verdict="matched"):
    for subject in subjects:
        loop.conclude(subject, verdict, target=target)
    loop.publish()


def workers(loop, server, target, rate, number=3):
    """Run several delivering processes until all are done."""
    environment = {**os.environ, "PYTHONPATH": str(settings.CHECKOUT / "plugins")}
    arguments = [sys.executable, "-c", WORKER, loop.dsn, str(server.port), target, str(rate)]
    running = [subprocess.Popen([*arguments, f"worker-{one}"], env=environment) for one in range(number)]
    assert [process.wait(60) for process in running] == [0] * number


@pytest.mark.parametrize("target", ["ap", "erp_main"])
def test_several_processes_share_the_rate_keep_the_order_and_do_each_thing_once(loop, server, target):
    rate = 40.0
    subjects = [f"INV-{number}" for number in range(24)]
    publish(loop, *subjects, target=target, verdict="exception")
    # Newer conclusions about some come while the older ones are on their way.
    later = subjects[::4]
    server.script += [lambda *_: publish(loop, *later, target=target)] + [lambda *_: None] * 5
    server.answer_next(503, times=2)
    started = loop.wall_now()
    workers(loop, server, target, rate)
    loop.deliver(target)
    assert server.overlaps == 0
    said = "verdict" if target == "ap" else "status"
    expected = {"ap": ("exception", "matched"), "erp_main": ("held", "cleared")}[target]
    assert {subject: body[said] for subject, body in server.state.items()} == {
        subject: expected[subject in later] for subject in subjects
    }
    for subject in subjects:
        words = [entry["body"][said] for entry in server.received if entry["subject"] == subject]
        assert words == sorted(words, key=expected.index), subject
    # Each message that was sent took effect once; those that were replaced in time, not at all.
    ended = loop.rows("select state, count(*) from feedback.message_state group by state")
    acknowledged = dict(ended)["acknowledged"]
    assert dict(ended).keys() <= {"acknowledged", "superseded"}
    assert sum(server.effects.values()) == acknowledged
    seconds = (loop.rows("select next_slot_at from feedback.pace")[0][0] - started).total_seconds()
    assert len(server.received) <= seconds * rate + 1


def test_no_more_requests_are_under_way_than_a_run_may_have(loop, server):
    under_way, most = [], []

    def note(target, request, body):
        under_way.append(1)
        most.append(len(under_way))
        loop.sleep(0.02)
        under_way.pop()

    loop.change("ap", parallel_requests=2)
    publish(loop, *[f"INV-{number}" for number in range(12)])
    server.script += [note] * 12
    loop.deliver()
    assert max(most) == 2


def test_a_look_at_the_queue_brings_no_more_than_a_batch(loop):
    publish(loop, *[f"INV-{number}" for number in range(12)])
    loop.change("ap", batch_size=5)
    with psycopg.connect(loop.dsn) as connection:
        assert len(taking.due(connection, loop.targets["ap"], loop.wall_now())) == 5
    assert loop.deliver().acknowledged == 12


@pytest.mark.parametrize("target", ["ap", "erp_main"])
def test_when_a_breakers_pause_is_over_one_message_says_whether_the_target_is_back(loop, server, target):
    loop.change(target, circuit_breaker=CircuitBreaker(3, timedelta(seconds=60)), parallel_requests=1)
    publish(loop, *[f"INV-{number}" for number in range(10)], target=target)
    server.answer_next(503, times=4)
    loop.deliver(target)
    assert len(server.received) == 3
    # Half open: one goes through, fails, and the breaker opens again.
    loop.wall_ahead = timedelta(seconds=70)
    loop.change(target, parallel_requests=3)
    loop.deliver(target)
    assert len(server.received) == 4
    assert loop.incidents("retrying") == [("unavailable", "retrying")]
    # It is back: one goes through first, then the others, in the same run.
    loop.wall_ahead = timedelta(seconds=140)
    in_between = []
    server.script.append(lambda *_: in_between.append(len(server.received)) or loop.sleep(0.2))
    assert loop.deliver(target).acknowledged == 10
    assert in_between == [5]
    assert loop.incidents("retrying") == []
    assert loop.rows("select failures from feedback.pace") == [(0,)]


def test_back_off_grows_as_configured_and_is_spread_by_a_quarter(loop, server):
    retry = replace(loop.targets["ap"].retry, first=timedelta(hours=1), factor=3, wait=timedelta())
    loop.change("ap", retry=replace(retry, longest=timedelta(hours=5)))
    publish(loop, "INV-1")
    server.script += [lambda *_: JSONResponse({}, status_code=500)] * 4
    waits = []
    for _ in range(4):
        loop.deliver()
        waited = "select next_attempt_at - tried_at from feedback.attempt order by attempt_id desc limit 1"
        waits.append(loop.rows(waited)[0][0] / timedelta(hours=1))
        loop.wall_ahead += timedelta(hours=7)
    for wait, expected in zip(waits, (1, 3, 5, 5), strict=True):
        assert 0.75 * expected <= wait <= 1.25 * expected
