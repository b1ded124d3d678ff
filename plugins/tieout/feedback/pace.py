"""How fast a target may be called: one row of ``feedback.pace`` per target, shared by all workers everywhere.

The row says when the next call may be made. A target that asks for a pause (429), or that failed many times in a row
(circuit breaker), gets it from all workers, because the row says so. When the breaker's pause is over, one call goes
through: what it meets closes the breaker or opens it again, and the others wait for that.
"""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import psycopg

from tieout.feedback.targets import Target
from tieout.http import Clock

Sleep = Callable[[float], None]

_LOOK = "select next_slot_at, failures from feedback.pace where target = %(target)s"
# Of those who find the breaker's pause over, one is the first.
_PROBE = """
    update feedback.pace
    set next_slot_at = %(now)s + %(pause)s
    where target = %(target)s and next_slot_at = %(seen)s
"""
_RESERVE = """
    insert into feedback.pace as p (target, next_slot_at)
    values (%(target)s, %(now)s + %(gap)s)
    on conflict (target) do update set
        next_slot_at = greatest(p.next_slot_at, %(now)s) + %(gap)s
    returning next_slot_at - %(gap)s, failures
"""
_HOLD = """
    insert into feedback.pace as p (target, next_slot_at)
    values (%(target)s, %(until)s)
    on conflict (target) do update set next_slot_at = greatest(p.next_slot_at, excluded.next_slot_at)
"""
_FAILED = """
    insert into feedback.pace as p (target, next_slot_at, failures)
    values (%(target)s, %(now)s, 1)
    on conflict (target) do update set failures = p.failures + 1
    returning failures
"""
_SUCCEEDED = """
    update feedback.pace
    set next_slot_at = case when failures >= %(failures)s then least(next_slot_at, %(now)s) else next_slot_at end,
        failures = 0
    where target = %(target)s and failures > 0
"""


def longest_wait(target: Target) -> timedelta:
    """Return how long a worker waits for its turn, with a message locked: for a few workers' turns at least."""
    return max(target.retry.wait, timedelta(seconds=32 / target.requests_per_second))


class TargetPausedError(Exception):
    """The target may not be called for longer than this worker is ready to wait."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"paused until {until.isoformat()}")
        self.until = until


class Pacer:
    """Hands out the moments at which a target may be called. Threads may share it.

    ``connection`` is in autocommit mode and belongs to the pacer alone, so that no lock outlives a statement.
    """

    def __init__(self, connection: psycopg.Connection, target: Target, *, wall_now: Clock, sleep: Sleep) -> None:
        self._connection = connection
        self._target = target
        self._wall_now = wall_now
        self._sleep = sleep
        self._lock = threading.Lock()
        self._failing = True  # until the row was seen
        self._probe: int | None = None  # the thread whose call shows whether the target is back
        breaker = target.circuit_breaker
        self._row = {"target": target.name, "failures": breaker.failures, "pause": breaker.pause}

    def wait(self) -> None:
        """Wait for the next moment at which the target may be called.

        Raises:
            TargetPausedError: that is later than a run waits for.
        """
        if self._probe == threading.get_ident():  # a message of several requests goes on
            return
        now = self._wall_now()
        parameters = self._row | {"now": now, "gap": timedelta(seconds=1 / self._target.requests_per_second)}
        with self._lock:
            seen_at, failures = self._connection.execute(_LOOK, parameters).fetchone() or (now, 0)
            if seen_at - now > longest_wait(self._target):
                raise TargetPausedError(seen_at)
            if failures >= self._target.circuit_breaker.failures:
                if not self._connection.execute(_PROBE, parameters | {"seen": seen_at}).rowcount:
                    raise TargetPausedError(now + self._target.circuit_breaker.pause)
                self._probe = threading.get_ident()
                slot_at = seen_at
            else:
                row = self._connection.execute(_RESERVE, parameters).fetchone()
                slot_at, failures = row if row is not None else (now, 0)
            self._failing = failures > 0
        if slot_at > now:
            self._sleep((slot_at - now).total_seconds())

    def hold(self, until: datetime) -> None:
        """Leave the target alone until then; all workers do."""
        with self._lock:
            self._probe = None
            self._connection.execute(_HOLD, {"target": self._target.name, "until": until})

    def failed(self) -> datetime | None:
        """Count a failure of the target; return the end of the pause where it opened the circuit breaker."""
        breaker = self._target.circuit_breaker
        now = self._wall_now()
        with self._lock:
            row = self._connection.execute(_FAILED, {"target": self._target.name, "now": now}).fetchone()
            self._failing = True
            self._probe = None
        if row is None or row[0] < breaker.failures:
            return None
        self.hold(now + breaker.pause)
        return now + breaker.pause

    def succeeded(self) -> bool:
        """Forget the failures in a row; return whether that closed the circuit breaker."""
        with self._lock:
            closed = self._probe is not None
            self._probe = None
            if self._failing:
                self._connection.execute(_SUCCEEDED, self._row | {"now": self._wall_now()})
                self._failing = False
            return closed
