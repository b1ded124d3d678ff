"""Delivers what is due at one target.

Any number of workers may run at once, on any number of machines. Each takes one message at a time by locking its row
of the queue (``for update skip locked``), sends it, adds the attempt and commits: the lock, the request and the
record of it are one short transaction. A worker that dies in between loses the lock and the attempt; the message is
sent again with the same key, and the target knows it. While an older message of a subject is on the wire, the newer
one waits; where a newer one exists, the older is not sent any more. Messages that go into a file are taken together.
"""

import queue
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeVar

import httpx
import psycopg

from tieout import operations, settings
from tieout.errors import Refused, TieoutError
from tieout.feedback import batches, incidents, taking
from tieout.feedback.answers import Answer, answer_to_error
from tieout.feedback.open_transport import open_transport
from tieout.feedback.pace import Pacer, Sleep, TargetPausedError, longest_wait
from tieout.feedback.recording import Try, record
from tieout.feedback.tally import Delivered, RunContext, Tally, record_interface_runs
from tieout.feedback.targets import Target
from tieout.feedback.transport import Message, Transport
from tieout.http import Clock
from tieout.sources.endpoint import Endpoint
from tieout.warehouse.connection import connect

Step = Literal["acknowledged", "retrying", "dead", "superseded", "skipped", "released", "paused"]
Said = TypeVar("Said", Answer, Answer | None)


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
    resolve: Callable[[str], Endpoint],
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

    def work(self, endpoint: Endpoint) -> None:
        """Go through the queue until nothing is due, the time is over, or the target wants to be left alone."""
        with ExitStack() as stack:
            look = stack.enter_context(self._connection())
            pacing = stack.enter_context(self._connection())
            pacing.autocommit = True
            for _ in range(self.target.parallel_requests):
                self._idle.put(stack.enter_context(self._connection()))
            pacer = Pacer(pacing, self.target, wall_now=self.clocks.wall_now, sleep=self.clocks.sleep)
            transport = open_transport(self.target, endpoint, wall_now=self.clocks.wall_now, pace=pacer.wait)
            stack.callback(transport.close)
            threads = stack.enter_context(ThreadPoolExecutor(self.target.parallel_requests, "deliver"))
            stack.callback(threads.shutdown, cancel_futures=True)
            ends_at = self.clocks.wall_now() + self.target.run_at_most
            while self._continues() and self.clocks.wall_now() < ends_at:
                due = taking.due(look, self.target, self.clocks.wall_now())
                if due:
                    parcels = self._batches(look, due) if self.target.collects else due
                    steps = set(threads.map(lambda parcel: self._step(parcel, transport, pacer), parcels))
                    if steps <= {"skipped"}:  # others are at these; look again a little later
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
            patience = 8 * self.target.timeout + 2 * longest_wait(self.target) + timedelta(seconds=60)
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

    def _wait_for_more(self, connection: psycopg.Connection) -> bool:
        """Sleep until the next message is due, where that is soon; say whether to go on."""
        wait = taking.wait_for_next(connection, self.target, self.clocks.wall_now())
        if wait is None or wait > self.target.retry.wait:
            return False
        self.clocks.sleep(max(wait.total_seconds(), 0.0))
        return True

    def _batches(self, connection: psycopg.Connection, due: Sequence[taking.Due]) -> list[batches.Batch]:
        """Put messages into batches, and keep that before a file is written."""
        with connection.transaction():
            found, superseded = batches.assign(connection, self.target, due, self.clocks.wall_now())
        for _ in range(superseded):
            self.tally.superseded()
        return found

    def _step(self, parcel: taking.Due | batches.Batch, transport: Transport, pacer: Pacer) -> Step:
        """Take one message, or one batch of them, to its next state."""
        if not self._continues():
            return "paused"
        connection = self._idle.get()
        try:
            with connection.transaction():
                if isinstance(parcel, batches.Batch):
                    return self._deliver_batch(connection, parcel, transport, pacer)
                return self._deliver_one(connection, parcel.message_id, transport, pacer)
        except TargetPausedError as pause:
            self.tally.pause(pause.until)
            return "paused"
        finally:
            self._idle.put(connection)

    def _deliver_one(self, connection: psycopg.Connection, message_id: int, transport: Transport, pacer: Pacer) -> Step:
        taken = taking.take(connection, self.target, message_id, self.clocks.wall_now())
        if isinstance(taken, Message):
            answer = self._answer(lambda: transport.send([taken]), pacer)
            return self._record(connection, [taken], answer)
        if taken == "superseded":
            self.tally.superseded()
        return taken

    def _deliver_batch(
        self, connection: psycopg.Connection, batch: batches.Batch, transport: Transport, pacer: Pacer
    ) -> Step:
        held = batches.hold(connection, self.target, batch, self.clocks.wall_now())
        if held is None:
            return "skipped"
        if held.whole:
            return self._record(connection, held.messages, self._answer(lambda: transport.send(held.messages), pacer))
        answer = self._answer(lambda: _found(transport.has(batch.operation, batch.batch_key)), pacer)
        if answer is not None:
            return self._record(connection, held.messages, answer)
        batches.release(connection, batch)
        return "released"

    def _answer(self, call: Callable[[], Said], pacer: Pacer) -> Said | Answer:
        """Ask the target; an error of it is an answer, too."""
        started = self.clocks.wall_now()
        answer: Said | Answer
        try:
            answer = call()
        except (httpx.RequestError, TieoutError) as error:
            answer = answer_to_error(error)
        if answer is None:
            return answer
        answer = answer.took(max(self.clocks.wall_now() - started, timedelta()))
        self._tell_pacer(answer, pacer)
        return answer

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
            if pacer.succeeded():
                self.tally.resume()
            self.tally.broken(None)

    def _record(self, connection: psycopg.Connection, messages: Sequence[Message], answer: Answer) -> Step:
        """Record the answer for each message that it is about."""
        one = Try(self.worker, at=self.clocks.business_now(), tried_at=self.clocks.wall_now())
        outcomes = [record(connection, self.target, message, answer, one) for message in messages]
        for message, outcome in zip(messages, outcomes, strict=True):
            self.tally.count(message.operation, outcome, answer)
        return outcomes[0]


def _found(there: bool) -> Answer | None:
    return Answer("acknowledged", excerpt="The file was there already; nothing was written.") if there else None
