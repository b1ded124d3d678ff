"""What a fault has at hand: the running stack, what runs in it, and chance."""

import os
import random
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import psycopg

from chaos.keeper import Keeper
from chaos.network import Storm
from launcher.stack import Stack

LOOK_SECONDS = 0.05
TASKS = """
select id::text from task_instance
where state = %s and dag_id like %s and task_id like %s
order by start_date desc limit 1
"""


@dataclass
class Scene:
    """A stack under load, during one day.

    ``quiet`` is set when nothing is under way any more; ``disk`` is the small disk that the archive is on, if there is
    one.
    """

    stack: Stack
    keeper: Keeper
    chance: random.Random
    storm: Storm
    disk: Path | None = None
    quiet: threading.Event = field(default_factory=threading.Event)

    def wait_for_task(self, dag: str, task: str = "%", state: str = "running") -> str | None:
        """Wait until a task is in a state; return its id, None where the day was over before."""
        while not self.quiet.is_set():
            with suppress(psycopg.Error), psycopg.connect(self.stack.postgres.dsn("airflow")) as connection:
                row = connection.execute(TASKS, [state, dag, task]).fetchone()
                if row:
                    return row[0]
            time.sleep(LOOK_SECONDS)
        return None

    def wait_until(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Wait until a condition holds; return whether it came true in time."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if condition():
                return True
            time.sleep(LOOK_SECONDS)
        return False

    def pause(self, most_seconds: float) -> None:
        """Wait for a random time."""
        time.sleep(self.chance.uniform(0, most_seconds))

    def kill_titled(self, title: str) -> int:
        """Kill the process of this title, which names a task instance; return how many there were."""
        return sum(kill(process.pid) for process in psutil.process_iter() if _title(process) == title)

    def kill_component(self, name: str) -> int:
        """Kill one of the stack's long-running processes; return how many there were."""
        return sum(kill(child.pid) for child in self.stack.children() if child.name == name and child.running())

    def kill_database(self) -> int:
        """Kill PostgreSQL's first process; its sessions notice and end."""
        pid = (self.stack.postgres.data / "postmaster.pid").read_text().splitlines()[0]
        return kill(int(pid))


def kill(pid: int) -> int:
    """Kill a process with no chance to say anything; return 1 where there was one."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
        return 1
    return 0


def _title(process: psutil.Process) -> str:
    with suppress(psutil.Error):
        return " ".join(process.cmdline()).strip()
    return ""
