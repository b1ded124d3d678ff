"""Says what is going on: one moving line on a terminal, a plain line now and then elsewhere."""

import sys
import time
from collections.abc import Callable

from rich.console import Console
from rich.status import Status

NEWS_SECONDS = 10.0


class Display:
    """What the launcher tells the person in front of it."""

    def __init__(self, console: Console | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self.console = console or Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 120)
        self._clock = clock
        self._started = clock()
        self._said = 0.0
        self._status: Status | None = None

    def step(self, text: str) -> None:
        """Announce a step."""
        self._end_status()
        self.console.print(f"{self._stamp()} {text}", markup=False)
        self._said = self._clock()

    def working(self, text: str) -> None:
        """Say what is under way: shown at once on a terminal, every ten seconds elsewhere."""
        if self.console.is_terminal:
            if self._status is None:
                self._status = self.console.status(text)
                self._status.start()
            self._status.update(f"{self._stamp()} {text}")
        elif self._clock() - self._said >= NEWS_SECONDS:
            self.console.print(f"{self._stamp()}   … {text}", markup=False)
            self._said = self._clock()

    def done(self, text: str) -> None:
        """Say that something is finished."""
        self.step(text)

    def close(self) -> None:
        """Give the terminal back."""
        self._end_status()

    def _end_status(self) -> None:
        if self._status is not None:
            self._status.stop()
            self._status = None

    def _stamp(self) -> str:
        return f"{self._clock() - self._started:5.0f} s"
