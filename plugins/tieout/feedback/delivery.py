"""Delivers what is due at one target.

Any number of workers may run at once, on any number of machines. Each takes one message at a time by locking its row
of the queue (``for update skip locked``), sends it, adds the attempt and commits: the lock, the request and the
record of it are one short transaction. A worker that dies in between loses the lock and the attempt; the message is
sent again with the same key, and the target knows it. While an older message of a subject is on the wire, the newer
one waits; where a newer one exists, the older is not sent any more.
"""

import queue
import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import psycopg
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from tieout import audit, operations, settings
from tieout.errors import Refused
from tieout.feedback import incidents
from tieout.feedback.answers import Answer
from tieout.feedback.pace import Pacer, Sleep, TargetPausedError, longest_wait
from tieout.feedback.tally import Delivered, RunContext, Tally, record_interface_runs
from tieout.feedback.targets import Target
from tieout.feedback.wire import Message, Wire
from tieout.http import Address, Clock
from tieout.warehouse.connection import connect

Step = Literal["acknowledged", "retrying", "dead", "superseded", "skipped", "paused"]

_LIVE = "coalesce(%(modes)s -> q.operation ->> q.entity_id, %(modes)s -> q.operation ->> '*') = 'live'"
_DUE = f"""
    select q.message_id
    from feedback.queue as q
    where q.target = %(target)s and q.due_at <= %(now)s and {_LIVE}
    order by q.due_at, q.message_id
    limit %(limit)s
    for update skip locked
"""  # noqa: S608 - the text is ours; values are parameters
_NEXT = f"""
    select q.due_at
    from feedback.queue as q
    where q.target = %(target)s and {_LIVE}
    order by q.due_at
    limit 1
    for update skip locked
"""  # noqa: S608 - the text is ours; values are parameters
_TAKE = """
    select message_id
    from feedback.queue
    where message_id = %(message_id)s and due_at <= %(now)s
    for update skip locked
"""
_MESSAGE = """
    select message_id, operation, entity_id, subject_id, target_key, body::text as body, idempotency_key,
        correlation_id
    from feedback.outbox
    where message_id = %(message_id)s
"""
_NEWER = """
    select exists (
        select 1
        from feedback.outbox as o
        inner join feedback.outbox as newer using (target, operation, subject_id)
        where o.message_id = %(message_id)s and newer.sequence > o.sequence
    )
"""
_DROP_OLDER = """
    delete from feedback.queue
    where message_id in (
        select message_id
        from feedback.queue
        where target = %(target)s and operation = %(operation)s and subject_id = %(subject_id)s
            and message_id < %(message_id)s
        for update skip locked
    )
"""
_OLDER_ON_THE_WIRE = """
    select exists (
        select 1
        from feedback.queue
        where target = %(target)s and operation = %(operation)s and subject_id = %(subject_id)s
            and message_id < %(message_id)s
    )
"""
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


@dataclass(frozen=True)
class Clocks:
    """The two clocks: business time for what happened, wall time for waiting."""

    business_now: Clock = settings.business_now
    wall_now: Clock = settings.wall_now
    sleep: Sleep = time.sleep


def deliver(
    dsn: str,
    target: Target,
    *,
    resolve: Callable[[str], Address],
    worker: str,
    context: RunContext | None = None,
    clocks: Clocks | None = None,
) -> Delivered:
    """Send what is due at the target, and what comes due while it is worth waiting; return what became of it.

    ``resolve`` gives the endpoint of a connection id; ``worker`` names this worker in the attempts; ``context``
    goes into ``ops.interface_run``. Messages that stay behind (a target that is down, a pause that it asked for) are
    for the next run: ``Delivered.paused_until`` says when that makes sense. A target of which no operation is live is
    not spoken with.

    Raises:
        Refused: the target refused the credentials; nothing more was sent.
        ConfigurationError: the connection is incomplete.
    """
    run = _Run(dsn, target, worker, clocks or Clocks())
    if not target.is_live:
        return run.tally.delivered()
    started_at = run.clocks.business_now()
    try:
        run.work(resolve(target.connection))
    finally:
        run.finish(started_at, context or RunContext())
    if run.tally.refused is not None:
        raise Refused(
            f"{target.name} refused our credentials: {run.tally.refused}.",
            f"Correct the connection '{target.connection}', then replay the dead messages (docs/runbooks/replay.md).",
        )
    return run.tally.delivered()


class _Run:
    """One worker's run over one target."""

    def __init__(self, dsn: str, target: Target, worker: str, clocks: Clocks) -> None:
        self.dsn = dsn
        self.target = target
        self.worker = worker
        self.clocks = clocks
        self.tally = Tally()
        self._idle: queue.SimpleQueue[psycopg.Connection] = queue.SimpleQueue()

    def work(self, address: Address) -> None:
        """Go through the queue until nothing is due, the time is over, or the target wants to be left alone."""
        with ExitStack() as stack:
            look = stack.enter_context(self._connection())
            pacing = stack.enter_context(self._connection())
            pacing.autocommit = True
            for _ in range(self.target.parallel_requests):
                self._idle.put(stack.enter_context(self._connection()))
            pacer = Pacer(pacing, self.target, wall_now=self.clocks.wall_now, sleep=self.clocks.sleep)
            wire = Wire(self.target, address, wall_now=self.clocks.wall_now, pace=pacer.wait)
            stack.callback(wire.close)
            threads = stack.enter_context(ThreadPoolExecutor(self.target.parallel_requests, "deliver"))
            stack.callback(threads.shutdown, cancel_futures=True)
            ends_at = self.clocks.wall_now() + self.target.run_at_most
            while self._continues() and self.clocks.wall_now() < ends_at:
                due = self._due(look)
                if due:
                    steps = set(threads.map(lambda message_id: self._step(message_id, wire, pacer), due))
                    if steps == {"skipped"}:  # others are at these; look again a little later
                        self.clocks.sleep(0.05)
                elif not self._wait_for_more(look):
                    return

    def finish(self, started_at: datetime, context: RunContext) -> None:
        """Record the run by operation, and settle the technical exceptions that it ended or found."""
        ended_at = self.clocks.business_now()
        with connect(self.dsn) as connection:
            record_interface_runs(connection, self.target.name, self.tally, started_at, ended_at, context)
            incidents.resolve_settled(connection, at=ended_at)
            self._settle_target(connection, ended_at)

    def _settle_target(self, connection: psycopg.Connection, at: datetime) -> None:
        name = incidents.fingerprint(incidents.TARGET, self.target.name)
        if self.tally.refused is not None:
            self._target_incident(connection, name, "refused", self.tally.refused, at, None)
        elif self.tally.broken_until is not None:
            self._target_incident(connection, name, "unavailable", self.tally.last_failure, at, self.tally.broken_until)
        elif self.tally.acknowledged_any:
            operations.resolve_incidents(connection, [name], at=at)

    def _target_incident(
        self,
        connection: psycopg.Connection,
        name: str,
        incident_class: str,
        said: str,
        at: datetime,
        next_attempt_at: datetime | None,
    ) -> None:
        operations.raise_incident(
            connection,
            fingerprint=name,
            incident_class=incident_class,
            message=f"{self.target.name} does not take feedback: {said}",
            runbook="publish",
            at=at,
            source_system=self.target.name,
            next_attempt_at=next_attempt_at,
            state="dead" if incident_class == "refused" else "retrying",
        )

    @contextmanager
    def _connection(self) -> Iterator[psycopg.Connection]:
        """A connection whose forgotten transaction the server ends, so that a lost machine frees its message."""
        connection = connect(self.dsn)
        try:
            patience = 4 * self.target.timeout + 2 * longest_wait(self.target) + timedelta(seconds=60)
            connection.execute(
                "select set_config('idle_in_transaction_session_timeout', %s, false)",
                (f"{int(patience.total_seconds() * 1000)}ms",),
            )
            connection.commit()
            yield connection
        finally:
            connection.close()

    def _continues(self) -> bool:
        return self.tally.refused is None and self.tally.paused_until is None

    def _due(self, connection: psycopg.Connection) -> list[int]:
        with connection.transaction():
            rows = connection.execute(_DUE.encode(), self._look(limit=self.target.batch_size)).fetchall()
        return [row[0] for row in rows]

    def _wait_for_more(self, connection: psycopg.Connection) -> bool:
        """Sleep until the next message is due, where that is soon; say whether to go on."""
        with connection.transaction():
            row = connection.execute(_NEXT.encode(), self._look()).fetchone()
        if row is None:
            return False
        wait = row[0] - self.clocks.wall_now()
        if wait > self.target.retry.wait:
            return False
        self.clocks.sleep(max(wait.total_seconds(), 0.0))
        return True

    def _look(self, limit: int | None = None) -> dict[str, Any]:
        return {
            "target": self.target.name,
            "modes": Jsonb(self.target.modes),
            "now": self.clocks.wall_now(),
            "limit": limit,
        }

    def _step(self, message_id: int, wire: Wire, pacer: Pacer) -> Step:
        """Take one message to its next state."""
        if not self._continues():
            return "paused"
        connection = self._idle.get()
        try:
            with connection.transaction():
                return self._deliver_one(connection, message_id, wire, pacer)
        except TargetPausedError as pause:
            self.tally.pause(pause.until)
            return "paused"
        finally:
            self._idle.put(connection)

    def _deliver_one(self, connection: psycopg.Connection, message_id: int, wire: Wire, pacer: Pacer) -> Step:
        taken = self._take(connection, message_id)
        if not isinstance(taken, Message):
            return taken
        answer = wire.send(taken)
        self._tell_pacer(answer, pacer)
        return self._record(connection, taken, answer)

    def _take(self, connection: psycopg.Connection, message_id: int) -> Message | Step:
        """Lock a message and return it, or say why it is not to be sent now.

        Each look is a statement of its own after the lock, so that it sees what the last holder committed.
        """
        now = {"message_id": message_id, "now": self.clocks.wall_now()}
        if connection.execute(_TAKE, now).fetchone() is None:
            return "skipped"
        message = connection.cursor(row_factory=class_row(Message)).execute(_MESSAGE, now).fetchone()
        if message is None or _true(connection, _NEWER, now):
            connection.execute("delete from feedback.queue where message_id = %(message_id)s", now)
            self.tally.superseded()
            return "superseded"
        subject = now | {
            "target": self.target.name,
            "operation": message.operation,
            "subject_id": message.subject_id,
        }
        connection.execute(_DROP_OLDER, subject)
        return "skipped" if _true(connection, _OLDER_ON_THE_WIRE, subject) else message

    def _tell_pacer(self, answer: Answer, pacer: Pacer) -> None:
        if answer.error_class == "throttled":
            wait = self.target.retry.first if answer.retry_after is None else answer.retry_after
            pacer.hold(self.clocks.wall_now() + wait)
        elif answer.target_is_down:
            until = pacer.failed()
            if answer.retry_after is not None:
                pacer.hold(self.clocks.wall_now() + answer.retry_after)
            if until is not None:
                self.tally.broken(until)
        else:
            pacer.succeeded()
            self.tally.broken(None)

    def _record(self, connection: psycopg.Connection, message: Message, answer: Answer) -> Step:
        """Add the attempt, and take the message off the queue or give it its next moment."""
        tried_at = self.clocks.wall_now()
        at = self.clocks.business_now()
        outcome, next_attempt_at = self._next(connection, message, answer, tried_at)
        connection.execute(
            _ATTEMPT,
            {
                "message_id": message.message_id,
                "at": at,
                "tried_at": tried_at,
                "outcome": outcome,
                "status_code": answer.status_code,
                "error_class": answer.error_class,
                "response_sha256": answer.response_sha256,
                "response_excerpt": answer.excerpt,
                "latency_ms": round(answer.latency.total_seconds() * 1000),
                "next_attempt_at": next_attempt_at,
                "worker": self.worker,
            },
        )
        if next_attempt_at is not None:
            connection.execute(
                "update feedback.queue set due_at = %s where message_id = %s", (next_attempt_at, message.message_id)
            )
        else:
            connection.execute("delete from feedback.queue where message_id = %s", (message.message_id,))
        if outcome == "dead":
            self._bury(connection, message, answer, at)
        self.tally.count(message.operation, outcome, answer)
        return outcome

    def _next(
        self, connection: psycopg.Connection, message: Message, answer: Answer, tried_at: datetime
    ) -> tuple[Literal["acknowledged", "retrying", "dead"], datetime | None]:
        """Return outcome and next moment: what can be tried again is dead after ``give_up_after``."""
        if answer.outcome != "retrying":
            return answer.outcome, None
        row = connection.execute(_TRIES, {"message_id": message.message_id}).fetchone()
        tries, first_at = row if row is not None else (0, None)
        if first_at is not None and tried_at - first_at >= self.target.retry.give_up_after:
            return "dead", None
        delay = answer.retry_after
        if delay is None:
            delay = self.target.retry.delay(tries + 1) * random.uniform(0.75, 1.25)  # noqa: S311 - spreads the load
        return "retrying", tried_at + delay

    def _bury(self, connection: psycopg.Connection, message: Message, answer: Answer, at: datetime) -> None:
        said = answer.status_code or answer.error_class
        operations.raise_incident(
            connection,
            fingerprint=incidents.fingerprint(incidents.DEAD, message.message_id),
            incident_class="delivery failed",
            message=f"{self.target.name} did not take {message.operation} of {message.subject_id}: {said}",
            runbook="replay",
            at=at,
            source_system=self.target.name,
            object_name=message.operation,
            entity_id=message.entity_id,
            state="dead",
        )
        audit.record(
            connection,
            at=at,
            actor=self.worker,
            action="dead",
            subject_type="feedback message",
            subject_id=str(message.message_id),
            after={"target": self.target.name, "operation": message.operation, "status_code": answer.status_code},
            reason=answer.error_class,
            trace_id=message.correlation_id,
        )


def _true(connection: psycopg.Connection, query: str, parameters: dict[str, Any]) -> bool:
    row = connection.execute(query.encode(), parameters).fetchone()
    return row is not None and bool(row[0])
