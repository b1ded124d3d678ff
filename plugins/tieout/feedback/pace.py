"""How fast a target may be called: one row of ``feedback.pace`` per target, shared by all workers everywhere.

The row says when the next call may be made. A target that asks for a pause (429), or that failed many times in a row
(circuit breaker), gets it from all workers, because the row says so.
"""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import psycopg

from tieout.feedback.targets import Target
from tieout.http import Clock

Sleep = Callable[[float], None]

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
_SUCCEEDED = "update feedback.pace set failures = 0 where target = %(target)s and failures > 0"


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

    def wait(self) -> None:
        """Wait for the next moment at which the target may be called.

        Raises:
            TargetPausedError: that is later than a run waits for.
        """
        now = self._wall_now()
        gap = timedelta(seconds=1 / self._target.requests_per_second)
        with self._lock:
            row = self._connection.execute(_RESERVE, {"target": self._target.name, "now": now, "gap": gap}).fetchone()
            slot_at, failures = row if row is not None else (now, 0)
            self._failing = failures > 0
        if slot_at - now > longest_wait(self._target):
            raise TargetPausedError(slot_at)
        if slot_at > now:
            self._sleep((slot_at - now).total_seconds())

    def hold(self, until: datetime) -> None:
        """Leave the target alone until then; all workers do."""
        with self._lock:
            self._connection.execute(_HOLD, {"target": self._target.name, "until": until})

    def failed(self) -> datetime | None:
        """Count a failure of the target; return the end of the pause where it opened the circuit breaker."""
        breaker = self._target.circuit_breaker
        now = self._wall_now()
        with self._lock:
            row = self._connection.execute(_FAILED, {"target": self._target.name, "now": now}).fetchone()
            self._failing = True
        if row is None or row[0] < breaker.failures:
            return None
        self.hold(now + breaker.pause)
        return now + breaker.pause

    def succeeded(self) -> None:
        """Forget the failures in a row."""
        with self._lock:
            if self._failing:
                self._connection.execute(_SUCCEEDED, {"target": self._target.name})
                self._failing = False
