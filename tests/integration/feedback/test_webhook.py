"""A generic signed webhook as target: signed, keyed, once in effect."""

import hashlib
import hmac
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tieout.events.signature import verify
from tieout.feedback.targets import Authentication, Send

SECRET = "secret"


@pytest.fixture
def desk(loop, server):
    """The loop with a target that takes webhooks."""
    target = loop.targets["ap"]
    operation = replace(
        target.operations["match_result"],
        entities={},
        read_back=None,
        send=Send(path="/hooks/tieout", key_header="X-Event-Id", on_conflict="retry"),
    )
    loop.targets["desk"] = replace(
        target,
        name="desk",
        kind="webhook",
        authentication=Authentication("signature", timestamp_header="X-At", signature_header="X-Sum"),
        operations={"match_result": operation},
    )
    return loop


def publish(loop, *subjects, verdict="matched"):
    for subject in subjects:
        loop.conclude(subject, verdict, target="desk")
    loop.publish()


def test_a_webhook_carries_its_key_a_fresh_timestamp_and_a_signature_over_both(desk, server):
    publish(desk, "INV-1")
    assert desk.deliver("desk").acknowledged == 1
    (entry,) = server.received
    headers = entry["headers"]
    assert [(headers["x-event-id"],)] == desk.rows("select idempotency_key from feedback.outbox")
    age = datetime.now(UTC) - datetime.fromtimestamp(int(headers["x-at"]), UTC)
    assert timedelta(seconds=-2) < age < timedelta(minutes=5)
    verify([SECRET], headers["x-at"], headers["x-sum"], entry["raw"], datetime.now(UTC))
    expected = hmac.new(SECRET.encode(), headers["x-at"].encode() + b"." + entry["raw"], hashlib.sha256)
    assert headers["x-sum"] == f"v1={expected.hexdigest()}"


def test_a_timeout_after_the_webhook_was_accepted_has_one_effect(desk, server):
    desk.change("desk", timeout=timedelta(seconds=0.3))
    publish(desk, "INV-1")
    over = threading.Event()

    def accept_and_be_slow(target, request, body):
        answer = target.webhook(body, request)
        over.wait(1)
        return answer

    server.script.append(accept_and_be_slow)
    desk.deliver("desk")
    over.set()
    assert desk.outcomes() == ["retrying", "acknowledged"]
    assert server.effects == {"INV-1": 1}
    assert len({entry["headers"]["x-event-id"] for entry in server.received}) == 1


def test_where_nothing_is_read_back_the_answer_confirms(desk, server):
    publish(desk, "INV-1", "INV-2")
    desk.change("desk", parallel_requests=1)
    server.answer_next(422)
    desk.deliver("desk")
    assert desk.states("desk") == {"INV-1": ["dead"], "INV-2": ["confirmed"]}
    assert desk.rows("select confirmed_at from feedback.confirmation") == [(desk.now,)]
