"""What a delivering run did: counted by operation while it runs, recorded in ``ops.interface_run`` at its end."""

import threading
from dataclasses import dataclass, field
from datetime import datetime

import psycopg

from tieout import audit
from tieout.feedback.answers import Answer, Outcome


@dataclass(frozen=True)
class RunContext:
    """Who runs the delivery."""

    dag_id: str | None = None
    dag_run_id: str | None = None
    trace_id: str | None = None


@dataclass
class Counts:
    """Tries of one operation by outcome, and the last error."""

    acknowledged: int = 0
    retrying: int = 0
    dead: int = 0
    error_class: str | None = None
    error: str | None = None

    @property
    def tries(self) -> int:
        """All tries."""
        return self.acknowledged + self.retrying + self.dead

    @property
    def failed(self) -> bool:
        """Whether something was refused for good, or nothing got through."""
        return self.dead > 0 or (self.acknowledged == 0 and self.retrying > 0)


@dataclass(frozen=True)
class Delivered:
    """What became of a target's messages in one run. ``paused_until``: the target is left alone until then."""

    acknowledged: int
    retries: int
    dead: int
    superseded: int
    paused_until: datetime | None


@dataclass
class Tally:
    """Counts of a run that threads share."""

    by_operation: dict[str, Counts] = field(default_factory=dict)
    refused: str | None = None
    paused_until: datetime | None = None
    broken_until: datetime | None = None
    last_failure: str = ""
    _superseded: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, operation: str, outcome: Outcome, answer: Answer) -> None:
        """Count a try."""
        with self._lock:
            counts = self.by_operation.setdefault(operation, Counts())
            setattr(counts, outcome, getattr(counts, outcome) + 1)
            if answer.error_class is None:
                return
            counts.error_class, counts.error = answer.error_class, answer.excerpt
            self.last_failure = str(answer.status_code or answer.excerpt or answer.error_class)
            if answer.credentials_refused:
                self.refused = self.last_failure

    def superseded(self) -> None:
        """Count a message that a newer one replaced before it was sent."""
        with self._lock:
            self._superseded += 1

    def pause(self, until: datetime) -> None:
        """The target is left alone until then."""
        with self._lock:
            self.paused_until = until

    def resume(self) -> None:
        """The target answers again: what waited for that goes on."""
        with self._lock:
            self.paused_until = self.broken_until = None

    def broken(self, until: datetime | None) -> None:
        """The circuit breaker opened until then; None when the target answered again."""
        with self._lock:
            self.broken_until = until

    @property
    def acknowledged_any(self) -> bool:
        """Whether the target took anything."""
        return any(counts.acknowledged for counts in self.by_operation.values())

    def delivered(self) -> Delivered:
        """Return the totals."""
        counts = self.by_operation.values()
        return Delivered(
            acknowledged=sum(count.acknowledged for count in counts),
            retries=sum(count.retrying for count in counts),
            dead=sum(count.dead for count in counts),
            superseded=self._superseded,
            paused_until=self.paused_until,
        )


def record_interface_runs(
    connection: psycopg.Connection,
    target: str,
    tally: Tally,
    started_at: datetime,
    ended_at: datetime,
    context: RunContext,
) -> None:
    """Add one ``ops.interface_run`` and one audit event for each operation that was tried.

    rows_read are the messages tried, rows_landed those taken over, rows_rejected the dead, retries the failed tries.
    """
    for operation, counts in sorted(tally.by_operation.items()):
        connection.execute(
            "insert into ops.interface_run (direction, source_system, object, started_at, ended_at, rows_read,"
            " rows_landed, rows_rejected, retries, outcome, error_class, error, dag_id, dag_run_id, trace_id)"
            " values ('deliver', %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            (
                target,
                operation,
                started_at,
                ended_at,
                counts.tries,
                counts.acknowledged,
                counts.dead,
                counts.retrying,
                "failed" if counts.failed else "succeeded",
                counts.error_class if counts.failed else None,
                counts.error if counts.failed else None,
                context.dag_id,
                context.dag_run_id,
                context.trace_id,
            ),
        )
        audit.record(
            connection,
            at=ended_at,
            actor="feedback",
            action="deliver",
            subject_type="feedback operation",
            subject_id=f"{target}/{operation}",
            after={"acknowledged": counts.acknowledged, "retrying": counts.retrying, "dead": counts.dead},
            trace_id=context.trace_id,
        )
