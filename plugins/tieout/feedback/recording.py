"""Records what became of a message: the attempt, its next moment or its end, and what people are told of it."""

import random
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import psycopg

from tieout import audit, operations
from tieout.feedback import incidents
from tieout.feedback.answers import Answer
from tieout.feedback.targets import Target
from tieout.feedback.transport import Message

Outcome = Literal["acknowledged", "retrying", "dead"]

_TRIES = """
    select count(*), min(tried_at)
    from feedback.attempt
    where message_id = %(message_id)s
        and attempt_id > coalesce(
            (
                select max(attempt_id)
                from feedback.attempt
                where message_id = %(message_id)s and outcome = 'replayed'
            ), 0
        )
"""
_ATTEMPT = """
    insert into feedback.attempt (
        message_id, at, tried_at, outcome, status_code, error_class, response_sha256, response_excerpt,
        latency_ms, next_attempt_at, worker
    )
    select
        message_id, greatest(created_at, %(at)s), %(tried_at)s, %(outcome)s, %(status_code)s, %(error_class)s,
        %(response_sha256)s, %(response_excerpt)s, %(latency_ms)s, %(next_attempt_at)s, %(worker)s
    from feedback.outbox
    where message_id = %(message_id)s
"""
_CONFIRM = """
    insert into feedback.confirmation (message_id, confirmed_at, known_at)
    select message_id, at, at
    from feedback.attempt
    where message_id = %(message_id)s and outcome = 'acknowledged'
    order by attempt_id desc
    limit 1
    on conflict (message_id) do nothing
"""


@dataclass(frozen=True)
class Try:
    """One try: who made it, ``at`` in business time, ``tried_at`` in wall time."""

    worker: str
    at: datetime
    tried_at: datetime


def record(connection: psycopg.Connection, target: Target, message: Message, answer: Answer, one: Try) -> Outcome:
    """Add the attempt, and take the message off the queue or give it its next moment; the caller commits.

    Where nothing reads the effect back, what is acknowledged is confirmed.
    """
    outcome, next_attempt_at = _next(connection, target, message, answer, one.tried_at)
    connection.execute(
        _ATTEMPT,
        {
            "message_id": message.message_id,
            "at": one.at,
            "tried_at": one.tried_at,
            "outcome": outcome,
            "status_code": answer.status_code,
            "error_class": answer.error_class,
            "response_sha256": answer.response_sha256,
            "response_excerpt": answer.excerpt,
            "latency_ms": round(answer.latency.total_seconds() * 1000),
            "next_attempt_at": next_attempt_at,
            "worker": one.worker,
        },
    )
    if next_attempt_at is not None:
        connection.execute(
            "update feedback.queue set due_at = %s where message_id = %s", (next_attempt_at, message.message_id)
        )
    else:
        connection.execute("delete from feedback.queue where message_id = %s", (message.message_id,))
    if outcome == "dead":
        _bury(connection, target, message, answer, one)
    if outcome == "retrying" and _tries(connection, message)[0] == 1:
        _tell(connection, "retry", target, message, answer, one)
    if outcome == "acknowledged" and target.operations[message.operation].read_back is None:
        connection.execute(_CONFIRM, {"message_id": message.message_id})
    return outcome


def _next(
    connection: psycopg.Connection, target: Target, message: Message, answer: Answer, tried_at: datetime
) -> tuple[Outcome, datetime | None]:
    """Return outcome and next moment: what can be tried again is dead after ``give_up_after``."""
    if answer.outcome != "retrying":
        return answer.outcome, None
    tries, first_at = _tries(connection, message)
    if first_at is not None and tried_at - first_at >= target.retry.give_up_after:
        return "dead", None
    delay = answer.retry_after
    if delay is None:
        delay = target.retry.delay(tries + 1) * random.uniform(0.75, 1.25)  # noqa: S311 - spreads the load
    return "retrying", tried_at + delay


def _tries(connection: psycopg.Connection, message: Message) -> tuple[int, datetime | None]:
    """Return how often the message was tried (since its last replay), and when first."""
    row = connection.execute(_TRIES, {"message_id": message.message_id}).fetchone()
    return (0, None) if row is None else (row[0], row[1])


def _bury(connection: psycopg.Connection, target: Target, message: Message, answer: Answer, one: Try) -> None:
    said = answer.status_code or answer.error_class
    operations.raise_incident(
        connection,
        fingerprint=incidents.fingerprint(incidents.DEAD, message.message_id),
        incident_class="delivery failed",
        message=f"{target.name} did not take {message.operation} of {message.subject_id}: {said}",
        runbook="replay",
        at=one.at,
        source_system=target.name,
        object_name=message.operation,
        entity_id=message.entity_id,
        state="dead",
    )
    _tell(connection, "dead", target, message, answer, one)


def _tell(
    connection: psycopg.Connection, action: str, target: Target, message: Message, answer: Answer, one: Try
) -> None:
    """Write into the audit trail that a message is tried again (the first time alone), or died."""
    audit.record(
        connection,
        at=one.at,
        actor=one.worker,
        action=action,
        subject_type="feedback message",
        subject_id=str(message.message_id),
        after={"target": target.name, "operation": message.operation, "status_code": answer.status_code},
        reason=answer.error_class,
        trace_id=message.correlation_id,
    )
