"""What a piece of work costs: wall and processor time, memory of server and client, temporary files."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg

INTERVAL_SECONDS = 0.2


@dataclass(frozen=True)
class Cost:
    """Seconds by the clock and of processors (server and client), peak megabytes, megabytes of temporary files.

    ``server_cpu_seconds`` are the server's part of the processors' time. ``server_mb`` is its private memory, all
    processes together, without the shared buffers that they map.
    """

    seconds: float
    cpu_seconds: float
    server_cpu_seconds: float
    server_mb: float
    client_mb: float
    temporary_mb: float


class Meter:
    """Measures work on one server: its processes are the postmaster and its children."""

    def __init__(self, data: Path, dsn: str) -> None:
        self._postmaster = psutil.Process(int((data / "postmaster.pid").read_text().splitlines()[0]))
        self._dsn = dsn

    def cost(self, work: Callable[[], object]) -> Cost:
        """Do the work and return its cost."""
        peaks = [0.0, 0.0]
        done = threading.Event()
        watch = threading.Thread(target=self._watch, args=(peaks, done), daemon=True)
        temporary, cpu, server_cpu, started = self._temporary(), self._cpu(), self._server_cpu(), time.perf_counter()
        watch.start()
        try:
            work()
        finally:
            seconds = time.perf_counter() - started
            done.set()
            watch.join()
        server_cpu = self._server_cpu() - server_cpu
        return Cost(seconds, self._cpu() - cpu, server_cpu, peaks[0], peaks[1], self._temporary() - temporary)

    def _watch(self, peaks: list[float], done: threading.Event) -> None:
        own = psutil.Process()
        while not done.wait(INTERVAL_SECONDS):
            peaks[0] = max(peaks[0], sum(map(_private_mb, _family(self._postmaster))))
            clients = [process for process in _family(own) if process.pid not in (own.pid, self._postmaster.pid)]
            peaks[1] = max(peaks[1], sum(map(_private_mb, clients)))

    def _cpu(self) -> float:
        """Seconds that the server's processes and our children have used, those that ended included."""
        return self._server_cpu() + _cpu_of(psutil.Process(), with_ended=True)

    def _server_cpu(self) -> float:
        """Seconds that the server's processes have used, those that ended included."""
        postmaster = self._postmaster
        return sum(_cpu_of(process, with_ended=process.pid == postmaster.pid) for process in _family(postmaster))

    def _temporary(self) -> float:
        """Megabytes that temporary files of this database have taken so far."""
        with psycopg.connect(self._dsn) as connection:
            connection.execute("select pg_stat_force_next_flush()")
            row = connection.execute(
                "select temp_bytes / 1e6 from pg_stat_database where datname = current_database()"
            ).fetchone()
        return float(row[0]) if row else 0.0


def _cpu_of(process: psutil.Process, with_ended: bool) -> float:
    """Seconds of a process, with those of its children that ended where that is asked; zero where it has gone."""
    with suppress(psutil.Error):
        times = process.cpu_times()
        return times.user + times.system + with_ended * (times.children_user + times.children_system)
    return 0.0


def _family(process: psutil.Process) -> list[psutil.Process]:
    with suppress(psutil.Error):
        return [process, *process.children(recursive=True)]
    return []


def _private_mb(process: psutil.Process) -> float:
    """Memory that no other process shares, as Linux counts it; elsewhere what is resident."""
    try:
        text = Path(f"/proc/{process.pid}/status").read_text()
        return next(int(line.split()[1]) / 1024 for line in text.splitlines() if line.startswith("RssAnon"))
    except (OSError, StopIteration):
        with suppress(psutil.Error):
            return process.memory_info().rss / 2**20
    return 0.0
