"""Delivers what is due at one target.

Any number of workers may run at once, on any number of machines. Each takes one message at a time by locking its row
of the queue (``for update skip locked``), sends it, adds the attempt and commits: the lock, the request and the
record of it are one short transaction. A worker that dies in between loses the lock and the attempt; the message is
sent again with the same key, and the target knows it. While an older message of a subject is on the wire, the newer
one waits; where a newer one exists, the older is not sent any more. Messages that go into a file are taken together.
"""

import queue
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta

import psycopg

from tieout import operations
from tieout.errors import Refused
from tieout.feedback import batches, incidents, taking
from tieout.feedback.clocks import Clocks
from tieout.feedback.open_transport import open_transport
from tieout.feedback.pace import Pacer, TargetPausedError, longest_wait
from tieout.feedback.parcels import Parcels, Step
from tieout.feedback.tally import Delivered, RunContext, Tally, record_interface_runs
from tieout.feedback.targets import Target
from tieout.sources.endpoint import Endpoint
from tieout.warehouse.connection import connect


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
            parcels = Parcels(self.target, transport, pacer, self.tally, worker=self.worker, clocks=self.clocks)
            threads = stack.enter_context(ThreadPoolExecutor(self.target.parallel_requests, "deliver"))
            stack.callback(threads.shutdown, cancel_futures=True)
            ends_at = self.clocks.wall_now() + self.target.run_at_most
            while self._continues() and self.clocks.wall_now() < ends_at:
                due = taking.due(look, self.target, self.clocks.wall_now())
                if due:
                    found = self._batches(look, due) if self.target.collects else due
                    steps = set(threads.map(lambda parcel: self._step(parcel, parcels), found))
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

    def _step(self, parcel: taking.Due | batches.Batch, parcels: Parcels) -> Step:
        """Take one message, or one batch of them, to its next state."""
        if not self._continues():
            return "paused"
        connection = self._idle.get()
        try:
            with connection.transaction():
                return parcels.deliver(connection, parcel)
        except TargetPausedError as pause:
            self.tally.pause(pause.until)
            return "paused"
        finally:
            self._idle.put(connection)
