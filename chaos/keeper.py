"""Starts again what has ended, every second: what systemd or compose does in a deployment."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from launcher.errors import LaunchError
from launcher.stack import Stack

LOOK_SECONDS = 1.0

log = logging.getLogger(__name__)


class Keeper:
    """Revives the processes of a stack from a thread of its own, until it is left.

    Args:
        stack: that was started.
    """

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._ended = threading.Event()
        self._turn = threading.Lock()
        self.revived: list[str] = []

    @contextmanager
    def at_work(self) -> Iterator["Keeper"]:
        """Keep the stack alive within the block."""
        thread = threading.Thread(target=self._work, name="keeper", daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._ended.set()
            thread.join()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let nothing be revived within the block."""
        with self._turn:
            yield

    def _work(self) -> None:
        while not self._ended.wait(LOOK_SECONDS):
            with self._turn:
                try:
                    self.revived += self._stack.revive()
                except (LaunchError, psycopg.Error) as error:
                    log.info("not yet: %s", error)
