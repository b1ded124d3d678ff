"""The processes of a stack: started, waited for, watched and ended; the state file knows them from launch to launch."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from launcher import processes
from launcher.errors import LaunchError
from launcher.files import read_json
from launcher.layout import Layout
from launcher.processes import Child
from launcher.settings import CHECKOUT

BOOT_SECONDS = 240.0
PREPARE_SECONDS = 180


class Children:
    """Processes of one stack.

    Args:
        layout: of its folder.
        mark: what each of them carries in its environment.
    """

    def __init__(self, layout: Layout, mark: str) -> None:
        self._layout = layout
        self._mark = mark
        self._started: dict[str, Child] = {}

    def all(self) -> list[Child]:
        """Return the processes that were started, from the state file where another launcher started them."""
        recorded = read_json(self._layout.state_file).get("processes", {})
        return list(({name: Child(**child) for name, child in recorded.items()} | self._started).values())

    def adopt(self) -> None:
        """Take those that another launcher started for our own."""
        self._started = {child.name: child for child in self.all()}

    def as_state(self) -> dict[str, Any]:
        """Return our own as the state file has them."""
        return {name: asdict(child) for name, child in self._started.items()}

    def check_alive(self) -> None:
        """Refuse to go on when a process has ended.

        Raises:
            LaunchError: one has; the message has the end of its log.
        """
        for child in self.all():
            if not child.running():
                raise LaunchError(
                    f"{child.name} has ended by itself. Its log ends with:\n{child.tail()}\n", f"Look at {child.log}."
                )

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start a long-running process, with its output in a log of its name."""
        log = self._layout.logs / f"{name}.log"
        self._started[name] = processes.start(name, command, environment, log, CHECKOUT)

    def run_once(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Run a command to its end.

        Raises:
            LaunchError: it fails; the message has the end of its log.
        """
        log = self._layout.logs / f"{name}.log"
        status = processes.run(command, environment, log, CHECKOUT, seconds=PREPARE_SECONDS)
        if status != 0:
            ending = processes.tail(log)
            raise LaunchError(f"{name} ended with status {status}. Its log ends with:\n{ending}\n", f"Look at {log}.")

    def wait_until(self, condition: Callable[[], bool], what: str) -> None:
        """Wait until something is so.

        Raises:
            LaunchError: one of our processes ended meanwhile, or it took too long.
        """
        deadline = time.monotonic() + BOOT_SECONDS
        while not condition():
            for child in self._started.values():
                if not child.running():
                    raise LaunchError(
                        f"{child.name} did not come up. Its log ends with:\n{child.tail()}\n", f"Look at {child.log}."
                    )
            if time.monotonic() > deadline:
                raise LaunchError(
                    f"{what} did not come up within {BOOT_SECONDS:.0f} s.", f"Look at the logs in {self._layout.logs}."
                )
            time.sleep(0.3)

    def stop(self) -> None:
        """End all of them, and whatever else carries the mark."""
        processes.stop(self.all(), self._mark)
        self._started.clear()
