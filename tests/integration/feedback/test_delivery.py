"""At least once on the wire, once in effect: each fact of the protocol against a real server."""

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from tieout import settings
from tieout.errors import Refused
from tieout.feedback.targets import CircuitBreaker, Retry

RUNS = "select object, rows_read, rows_landed, rows_rejected, retries, outcome from ops.interface_run"
CHILD = """
import sys
from datetime import timedelta
from tieout import settings
from tieout.feedback.delivery import deliver
from tieout.feedback.targets import load_targets
from tieout.sources.endpoint import Endpoint
dsn, port, target = sys.argv[1], int(sys.argv[2]), sys.argv[3]
endpoint = Endpoint(host="127.0.0.1", port=port, login="tieout", password="secret", schema="http")
targets = load_targets(settings.CHECKOUT / "config" / "feedback")
deliver(dsn, targets[target], resolve=lambda _: endpoint, worker="child")
"""


def publish(loop, *subjects, target="ap", verdict="matched"):
    for subject in subjects:
        loop.conclude(subject, verdict, target=target)
    loop.publish()


@pytest.mark.parametrize("target", ["ap", "erp_main", "erp_west"])
def test_a_message_is_delivered_once_and_a_second_run_finds_nothing_to_do(loop, server, target):
    publish(loop, "INV-1", "INV-2", target=target)
    assert loop.deliver(target).acknowledged == 2
    assert loop.deliver(target).acknowledged == 0
    assert loop.states(target) == {"INV-1": ["acknowledged"], "INV-2": ["acknowledged"]}
    assert server.effects == {"INV-1": 1, "INV-2": 1}
    assert len(server.received) == 2


def test_a_message_carries_its_key_its_correlation_id_and_its_body(loop, server):
    publish(loop, "INV-1")
    loop.deliver()
    headers = server.received[0]["headers"]
    assert [(headers["idempotency-key"],)] == loop.rows("select idempotency_key from feedback.outbox")
    assert headers["x-correlation-id"] == "corr-INV-1"
    assert server.state["INV-1"]["verdict"] == "matched"


def test_a_delivery_is_an_interface_run_and_in_the_audit_trail(loop, server):
    publish(loop, "INV-1", "INV-2", "INV-3")
    server.answer_next(422)
    server.answer_next(500)
    loop.deliver()
    assert loop.rows(RUNS) == [("match_result", 4, 2, 1, 1, "failed")]
    told = "select action, after ->> 'status_code' from audit.event where action <> 'publish' order by 1"
    assert loop.rows(told) == [("dead", "422"), ("deliver", None), ("retry", "500")]


def test_a_worker_killed_after_the_target_accepted_sends_again_with_the_same_key(loop, server):
    publish(loop, "INV-1")
    accepted, over = threading.Event(), threading.Event()

    def accept_and_hang(target, request, body):
        answer = target.match_result(body, request)
        accepted.set()
        over.wait(20)
        return answer

    server.script.append(accept_and_hang)
    arguments = [sys.executable, "-c", CHILD, loop.dsn, str(server.port), "ap"]
    environment = {**os.environ, "PYTHONPATH": str(settings.CHECKOUT / "plugins")}
    with subprocess.Popen(arguments, env=environment) as child:
        assert accepted.wait(30)
        child.send_signal(signal.SIGKILL)
    over.set()
    assert loop.outcomes() == []
    deliver_until_quiet(loop)
    assert loop.outcomes() == ["acknowledged"]
    assert len({entry["headers"]["idempotency-key"] for entry in server.received}) == 1
    assert len(server.received) == 2
    assert server.effects == {"INV-1": 1}


def test_a_worker_killed_after_a_target_without_keys_accepted_has_one_effect(loop, server):
    publish(loop, "INV-1", target="erp_main")
    accepted, over = threading.Event(), threading.Event()

    def accept_and_hang(target, request, body):
        answer = target.clearance_without_key(body, request)
        accepted.set()
        over.wait(20)
        return answer

    server.script.append(accept_and_hang)
    arguments = [sys.executable, "-c", CHILD, loop.dsn, str(server.port), "erp_main"]
    environment = {**os.environ, "PYTHONPATH": str(settings.CHECKOUT / "plugins")}
    with subprocess.Popen(arguments, env=environment) as child:
        assert accepted.wait(30)
        child.send_signal(signal.SIGKILL)
    over.set()
    deliver_until_quiet(loop, "erp_main")
    assert loop.states("erp_main") == {"INV-1": ["acknowledged"]}
    assert server.effects == {"INV-1": 1}


def deliver_until_quiet(loop, target="ap"):
    """The server frees a killed worker's lock within moments; until then there is nothing to take."""
    for _ in range(100):
        loop.deliver(target)
        if not loop.rows("select 1 from feedback.queue"):
            return
        threading.Event().wait(0.05)


@pytest.mark.parametrize("target", ["ap", "erp_main", "erp_west"])
def test_a_timeout_after_the_target_accepted_has_one_effect(loop, server, target):
    loop.change(target, timeout=timedelta(seconds=0.3))
    publish(loop, "INV-1", target=target)
    over = threading.Event()
    handle = {
        "ap": server.match_result,
        "erp_main": server.clearance_without_key,
        "erp_west": server.clearance_with_key,
    }[target]

    def accept_and_be_slow(server, request, body):
        answer = handle(body, request)
        over.wait(1)
        return answer

    server.script.append(accept_and_be_slow)
    loop.deliver(target)
    over.set()
    assert loop.outcomes() == ["retrying", "acknowledged"]
    assert server.effects == {"INV-1": 1}


def test_a_changed_clearance_is_written_over_the_one_that_is_there(loop, server):
    publish(loop, "INV-1", target="erp_main", verdict="exception")
    loop.deliver("erp_main")
    publish(loop, "INV-1", target="erp_main", verdict="matched")
    loop.deliver("erp_main")
    assert server.effects == {"INV-1": 2}
    assert server.state["INV-1"]["status"] == "cleared"


def test_a_429_is_respected_by_everybody_until_the_time_it_named(loop, server):
    publish(loop, "INV-1", "INV-2")
    loop.change("ap", parallel_requests=1)
    server.answer_next(429, retry_after="30")
    delivered = loop.deliver()
    assert delivered.paused_until is not None
    assert len(server.received) == 1
    assert loop.deliver(worker="worker-2").acknowledged == 0
    assert len(server.received) == 1
    loop.wall_ahead = timedelta(seconds=31)
    assert loop.deliver().acknowledged == 2
    assert loop.outcomes() == ["retrying", "acknowledged", "acknowledged"]


def test_a_429_without_a_time_holds_everybody_back_for_the_first_wait(loop, server):
    publish(loop, "INV-1", "INV-2")
    first = timedelta(minutes=5)
    loop.change("ap", parallel_requests=1, retry=replace(loop.targets["ap"].retry, first=first))
    server.answer_next(429)
    assert loop.deliver().paused_until is not None
    assert len(server.received) == 1


def test_a_storm_of_429_and_503_loses_nothing_and_doubles_nothing(loop, server):
    subjects = [f"INV-{number}" for number in range(20)]
    publish(loop, *subjects)
    server.answer_next(503, times=25)
    server.answer_next(429, times=10, retry_after="0")
    for _ in range(6):
        loop.deliver()
        loop.wall_ahead += timedelta(seconds=30)
    assert server.effects == dict.fromkeys(subjects, 1)
    assert set(map(tuple, loop.states().values())) == {("acknowledged",)}
    assert loop.outcomes().count("retrying") == 35


def test_a_500_is_tried_again_after_a_while(loop, server):
    publish(loop, "INV-1")
    server.answer_next(500)
    assert loop.deliver().acknowledged == 1
    assert loop.outcomes() == ["retrying", "acknowledged"]


def test_a_message_that_never_gets_through_is_dead_after_a_day(loop, server):
    publish(loop, "INV-1")
    server.answer_next(500, times=100)
    hours = Retry(timedelta(hours=1), 2, timedelta(hours=6), timedelta(hours=24), timedelta())
    loop.change("ap", retry=hours)
    for _ in range(9):
        loop.deliver()
        loop.wall_ahead += timedelta(hours=8)
    assert loop.states() == {"INV-1": ["dead"]}
    assert loop.outcomes()[-1] == "dead"
    assert loop.incidents() == [("delivery failed", "dead")]
    assert len(server.received) == 4


def test_a_refused_body_is_dead_at_once_with_its_answer_and_the_others_go_on(loop, server):
    publish(loop, "INV-1", "INV-2")
    loop.change("ap", parallel_requests=1)
    server.answer_next(422)
    delivered = loop.deliver()
    assert (delivered.dead, delivered.acknowledged) == (1, 1)
    assert loop.states() == {"INV-1": ["dead"], "INV-2": ["acknowledged"]}
    assert loop.rows("select status_code, error_class, response_excerpt from feedback.attempt where outcome = 'dead'")[
        0
    ] == (422, "rejected", '{"error":422}')
    assert loop.incidents() == [("delivery failed", "dead")]


def test_an_expired_token_is_renewed_once_and_the_message_goes_through(loop, server):
    publish(loop, "INV-1", "INV-2")
    loop.change("ap", parallel_requests=1)

    def expire(target, request, body):
        target.valid_tokens.clear()

    server.script += [lambda *_: None, expire]
    assert loop.deliver().acknowledged == 2
    assert server.tokens_issued == 2
    assert loop.outcomes() == ["acknowledged", "acknowledged"]


def test_refused_credentials_stop_the_delivery_and_leave_the_rest_waiting(loop, server):
    publish(loop, "INV-1", "INV-2", "INV-3")
    loop.change("ap", parallel_requests=1)
    server.token_status = 401
    with pytest.raises(Refused, match="refused our credentials"):
        loop.deliver()
    assert sorted(state for states in loop.states().values() for state in states) == ["dead", "pending", "pending"]
    assert ("refused", "dead") in loop.incidents()
    server.token_status = 200
    assert loop.deliver().acknowledged == 2
    assert ("refused", "resolved") in loop.incidents()


def test_a_target_that_fails_again_and_again_is_left_alone_for_a_while(loop, server):
    loop.change("ap", circuit_breaker=CircuitBreaker(3, timedelta(seconds=60)), parallel_requests=1)
    publish(loop, *[f"INV-{number}" for number in range(10)])
    server.answer_next(503, times=100)
    assert loop.deliver().paused_until is not None
    assert len(server.received) == 3
    assert loop.incidents() == [("unavailable", "retrying")]
    loop.deliver()
    assert len(server.received) == 3
    server.script.clear()
    loop.wall_ahead = timedelta(seconds=70)
    assert loop.deliver().acknowledged == 10
    assert loop.incidents() == [("unavailable", "resolved")]


def test_a_newer_conclusion_supersedes_one_that_was_not_sent(loop, server):
    publish(loop, "INV-1", verdict="exception")
    publish(loop, "INV-1", verdict="matched")
    delivered = loop.deliver()
    assert delivered.acknowledged == 1
    assert [entry["body"]["verdict"] for entry in server.received] == ["matched"]
    assert loop.states() == {"INV-1": ["superseded", "acknowledged"]}
    assert loop.rows("select * from feedback.queue") == []


def test_a_newer_conclusion_waits_while_the_older_one_is_on_the_wire(loop, server):
    publish(loop, "INV-1", verdict="exception")
    on_the_wire, over = threading.Event(), threading.Event()

    def be_slow(target, request, body):
        on_the_wire.set()
        over.wait(4)

    server.script.append(be_slow)
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(loop.deliver, worker="worker-1")
        assert on_the_wire.wait(5)
        publish(loop, "INV-1", verdict="matched")
        second = threads.submit(loop.deliver, worker="worker-2")
        threading.Event().wait(0.3)
        assert len(server.received) == 1
        over.set()
        assert first.result().acknowledged + second.result().acknowledged == 2
    assert [entry["body"]["verdict"] for entry in server.received] == ["exception", "matched"]
    assert server.state["INV-1"]["verdict"] == "matched"
    assert server.overlaps == 0


def test_two_workers_side_by_side_send_each_message_once(loop, server):
    subjects = [f"INV-{number}" for number in range(60)]
    publish(loop, *subjects)
    with ThreadPoolExecutor(2) as threads:
        runs = [threads.submit(loop.deliver, worker=f"worker-{number}") for number in (1, 2)]
        counts = [run.result().acknowledged for run in runs]
    assert sum(counts) == 60
    assert len(server.received) == 60
    assert server.effects == dict.fromkeys(subjects, 1)
    assert server.overlaps == 0


def test_workers_share_the_targets_rate(loop, server):
    loop.change("ap", requests_per_second=25.0)
    publish(loop, *[f"INV-{number}" for number in range(20)])
    started = loop.wall_now()
    with ThreadPoolExecutor(2) as threads:
        runs = [threads.submit(loop.deliver, worker=f"worker-{number}") for number in (1, 2)]
        assert sum(run.result().acknowledged for run in runs) == 20
    (slot,) = loop.rows("select next_slot_at from feedback.pace where target = 'ap'")[0]
    assert slot - started >= timedelta(seconds=20 / 25)


def test_shadow_messages_are_kept_and_never_sent(loop, server):
    loop.mode("ap", "shadow")
    publish(loop, "INV-1")
    assert loop.deliver().acknowledged == 0
    assert server.received == []
    assert loop.states() == {"INV-1": ["shadow"]}


def test_what_is_switched_off_is_not_sent_though_it_waits(loop, server):
    publish(loop, "INV-1")
    loop.mode("ap", "off")
    loop.deliver()
    assert server.received == []
    loop.mode("ap", "live")
    loop.deliver()
    assert server.effects == {"INV-1": 1}


def test_a_connection_that_breaks_in_the_middle_of_an_answer_has_one_effect(loop, server):
    publish(loop, "INV-1")

    def accept_and_break(target, request, body):
        target.match_result(body, request)
        raise ConnectionResetError

    server.script.append(accept_and_break)
    loop.deliver()
    assert server.effects == {"INV-1": 1}
    assert loop.states() == {"INV-1": ["acknowledged"]}


def test_a_target_that_is_down_keeps_its_messages_waiting(loop, server):
    publish(loop, "INV-1")
    loop.change("ap", retry=replace(loop.targets["ap"].retry, first=timedelta(minutes=5)))
    port, server.port = server.port, 1
    assert loop.deliver().retries == 1
    assert loop.states() == {"INV-1": ["retrying"]}
    server.port = port
    loop.wall_ahead = timedelta(minutes=10)
    assert loop.deliver().acknowledged == 1


def test_the_queue_holds_exactly_what_is_still_to_be_sent(loop, server):
    loop.change("ap", retry=Retry(timedelta(hours=1), 2, timedelta(hours=1), timedelta(hours=24), timedelta()))
    publish(loop, *[f"INV-{number}" for number in range(6)])
    server.answer_next(422)
    server.answer_next(500)
    loop.deliver()
    publish(loop, "INV-9")
    queued = loop.rows("select message_id from feedback.queue order by 1")
    waiting = loop.rows(
        "select message_id from feedback.message_state where state in ('pending', 'retrying') order by 1"
    )
    assert queued == waiting
    assert len(queued) == 2
