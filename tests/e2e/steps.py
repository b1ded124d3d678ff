"""What the end-to-end tests do with a running deployment."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from launcher.airflow_api import DagRun
from launcher.cycle import FOLLOWERS, under_way
from launcher.settings import CHECKOUT
from sandbox.settings import load_config

START_SECONDS = 5  # after the command returned, the scheduler makes the runs
QUIET_SECONDS = 600
DEFERRED_SECONDS = 120


def backfill(stack, dag_id: str, first: date, last: date) -> list[DagRun]:
    """Backfill whole days with Airflow's own command, and return the runs of these days when all has ended."""
    command = [sys.executable, "-m", "airflow", "backfill", "create", "--dag-id", dag_id]
    command += ["--from-date", f"{first}T00:00:00+00:00", "--to-date", f"{last}T00:00:00+00:00"]
    command += ["--reprocess-behavior", "completed"]
    result = subprocess.run(command, env=stack.environment(), cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    time.sleep(START_SECONDS)
    wait_until_quiet(stack)
    runs = [run for run in stack.api.runs() if run.dag_id == dag_id and run.logical_date]
    return [run for run in runs if first <= run.logical_date.date() <= last]


@contextmanager
def withheld(stack, folder: str, pattern: str) -> Iterator[None]:
    """Let files of the supply system's server be missing for a while."""
    place = load_config(stack.layout.estate_config).root_of("supply") / folder
    aside = place.with_name(f"{place.name}.withheld")
    aside.mkdir()
    for file in place.glob(pattern):
        file.rename(aside / file.name)
    try:
        yield
    finally:
        for file in aside.iterdir():
            file.rename(place / file.name)
        aside.rmdir()


def wait_until_deferred(stack, run: DagRun) -> None:
    """Wait until a task of a run is deferred."""
    deadline = time.monotonic() + DEFERRED_SECONDS
    while not stack.api.tasks(run, ["deferred"]):
        assert not stack.api.run(run.dag_id, run.run_id).ended, "the run ended without waiting"
        assert time.monotonic() < deadline, "nothing was deferred"
        time.sleep(1)


def wait_until_asked(stack, run: DagRun, task_id: str) -> None:
    """Wait until a task asks a person."""
    deadline = time.monotonic() + DEFERRED_SECONDS
    while not stack.api.asks(run, task_id):
        assert not stack.api.run(run.dag_id, run.run_id).ended, "the run ended without asking"
        assert time.monotonic() < deadline, "nobody was asked"
        time.sleep(1)


def answer_until_taken(stack, run: DagRun, task_id: str, option: str, fields: dict[str, str]) -> None:
    """Answer what a task asks, and again where Airflow asks anew.

    An answer that comes before the scheduler has heard that the asking process ended, a few tenths of a second, is
    taken for the end of a task that failed (Airflow 3.3.2): the task is tried again and asks once more. No person is so
    quick, a test is.
    """
    deadline = time.monotonic() + DEFERRED_SECONDS
    while task_id not in {task["task_id"] for task in stack.api.tasks(run, ["success"])}:
        assert time.monotonic() < deadline, "the answer was not taken"
        stack.api.answer(run, task_id, option, fields)
        time.sleep(1)


def wait_until_quiet(stack) -> None:
    """Wait until no run is under way and no asset event waits to start one."""
    deadline = time.monotonic() + QUIET_SECONDS
    while under_way(stack.api) or any(stack.api.waiting_events(dag_id) for dag_id in FOLLOWERS):
        assert time.monotonic() < deadline, "runs are still under way"
        time.sleep(1)
