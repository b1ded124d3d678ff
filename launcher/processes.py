"""Long-running child processes: each in a session of its own, known by pid and start time, ended as a group.

A pid alone says nothing after a restart of the machine: a process is ours when its start time is the recorded one too.
Airflow's workers and tasks may leave their group; every process inherits the variable ``TIEOUT_STACK``, by which those
are found.
"""

import os
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

MARK = "TIEOUT_STACK"
GRACE_SECONDS = 10.0


@dataclass(frozen=True)
class Child:
    """A started process. ``started`` is its start time in seconds since the epoch, ``log`` where its output goes."""

    name: str
    pid: int
    started: float
    log: str

    def running(self) -> bool:
        """Whether the process is still there."""
        try:
            process = psutil.Process(self.pid)
            return abs(process.create_time() - self.started) < 0.05 and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False

    def tail(self, lines: int = 5) -> str:
        """Return the last lines of its log."""
        return tail(Path(self.log), lines)


def tail(log: Path, lines: int = 5) -> str:
    """Return the last lines of a text file that are not empty; nothing where there is no file."""
    if not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 32768))
        text = file.read().decode(errors="replace")
    return "\n".join([line for line in text.splitlines() if line.strip()][-lines:])


def start(name: str, command: Sequence[str], environment: Mapping[str, str], log: Path, directory: Path) -> Child:
    """Start a command in a session of its own, with its output appended to ``log``."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        process = subprocess.Popen(
            list(command), env=dict(environment), cwd=directory, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
    return Child(name, process.pid, psutil.Process(process.pid).create_time(), str(log))


def run(
    command: Sequence[str], environment: Mapping[str, str], log: Path, directory: Path, seconds: float,
    echo: bool = False,
) -> int:  # fmt: skip
    """Run a command to its end with its output in ``log``; return its exit status, 124 when it took too long.

    With ``echo`` the output of a command that failed is printed.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        try:
            status = subprocess.run(
                list(command), env=dict(environment), cwd=directory, timeout=seconds, check=False,
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
            ).returncode  # fmt: skip
        except subprocess.TimeoutExpired:
            status = 124
    if echo and status != 0:
        print(log.read_text(errors="replace"))
    return status


def stop(children: Iterable[Child], mark: str, grace: float = GRACE_SECONDS) -> None:
    """End the children, everything in their groups and everything that carries the mark: asked first, then forced.

    Of a child that has ended already, what it left behind is ended.
    """
    children = list(children)
    alive = [child for child in children if child.running()]
    for child in children:
        if child not in alive:
            end_left_behind(child)
    _signal_groups(alive, signal.SIGTERM)
    _wait(alive, mark, grace)
    _signal_groups(alive, signal.SIGKILL)
    for process in marked(mark):
        with suppress(psutil.NoSuchProcess):
            process.kill()
    _wait(alive, mark, grace)


def marked(mark: str) -> list[psutil.Process]:
    """Return the processes whose environment carries the mark, without this one and those that started it."""
    ourselves = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.pid not in ourselves and process.environ().get(MARK) == mark:
                found.append(process)
    return found


def end_left_behind(child: Child) -> None:
    """End what is left of the session of a child that has ended.

    A scheduler that was killed leaves workers behind. They hold its sessions of the database open, with every lock
    that it had. (Not by the mark: a process that gives itself a title loses the environment that carries it.)
    """
    if psutil.boot_time() > child.started:
        return
    left = [process for process in psutil.process_iter() if _session_of(process) == child.pid]
    if any(process.pid == child.pid and process.status() != psutil.STATUS_ZOMBIE for process in left):
        return  # the number is another process's by now
    for process in left:
        with suppress(psutil.NoSuchProcess):
            process.kill()


def _session_of(process: psutil.Process) -> int | None:
    with suppress(ProcessLookupError, PermissionError):
        return os.getsid(process.pid)
    return None


def _signal_groups(children: Iterable[Child], number: signal.Signals) -> None:
    for child in children:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, number)


def _wait(children: list[Child], mark: str, seconds: float) -> None:
    """Wait until none of the children and no marked process is there; children of ours are reaped on the way."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for child in children:
            with suppress(ChildProcessError):
                os.waitpid(child.pid, os.WNOHANG)
        if not any(child.running() for child in children) and not marked(mark):
            return
        time.sleep(0.25)
