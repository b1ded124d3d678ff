"""Tells that events wait: soon after each arrival, and again while any wait (docs/reference/feedback.md, Events in).

The inbox is durable; an announcement may be lost. So one thread announces after arrivals, many arrivals at once where
they come quickly, tries again where it fails, and looks once a minute for events that wait though nobody rang: what a
process that ended left behind.
"""

import logging
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)
LOOK_SECONDS = 60.0
RETRY_SECONDS = 1.0


class Announcer:
    """One thread that announces.

    Args:
        announce: tells; it may fail.
        overdue: whether events wait that should have been taken by now; it may fail.
        look_seconds: between looks; `retry_seconds` after a failure, doubled each time up to `look_seconds`.
    """

    def __init__(
        self,
        announce: Callable[[], None],
        overdue: Callable[[], bool],
        *,
        look_seconds: float = LOOK_SECONDS,
        retry_seconds: float = RETRY_SECONDS,
    ) -> None:
        self._announce = announce
        self._overdue = overdue
        self._look_seconds = look_seconds
        self._retry_seconds = retry_seconds
        self._rung = threading.Event()
        self._ended = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread where it does not run."""
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="events-announcer", daemon=True)
                self._thread.start()

    def ring(self) -> None:
        """Say that an event arrived; returns at once."""
        self.start()
        self._rung.set()

    def stop(self) -> None:
        """End the thread."""
        self._ended.set()
        self._rung.set()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def _run(self) -> None:
        failures = 0
        while not self._ended.is_set():
            rung = self._rung.is_set()
            self._rung.clear()
            try:
                if rung or failures or self._overdue():
                    self._announce()
                failures = 0
            except Exception:
                log.exception("Events may wait, but that could not be announced; it is tried again")
                failures += 1
            if failures:
                self._ended.wait(min(self._retry_seconds * 2 ** (failures - 1), self._look_seconds))
            else:
                self._rung.wait(self._look_seconds)
