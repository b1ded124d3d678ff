"""One cycle of the pipeline: extractions posted to Airflow with their data interval, then whatever follows from them.

Assets start the transformation and the publication; a cycle is over when no run is under way and no asset event waits.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from launcher.airflow_api import UNFINISHED, AirflowApi, DagRun
from launcher.errors import LaunchError
from launcher.processes import tail

EXTRACTIONS = ("extract_erp", "extract_ap", "extract_supply", "extract_bank", "extract_files")
FOLLOWERS = ("transform", "publish")
WATCH = "watch"  # runs by the wall clock, beside every cycle
POLL_SECONDS = 1.0
CYCLE_SECONDS = 900.0

Report = Callable[[str], None]


@dataclass(frozen=True)
class Interval:
    """A data interval [start, end) that all extractions of a cycle share, and the name of their runs."""

    start: datetime
    end: datetime
    name: str

    @classmethod
    def of_days(cls, first_day: datetime, days: int) -> "Interval":
        """Return the interval of whole days from midnight ``first_day`` on."""
        end = first_day + timedelta(days=days)
        return cls(first_day, end, f"interval__{first_day:%Y-%m-%d}__{end:%Y-%m-%d}")


@dataclass
class Cycle:
    """What happened in a cycle; ``seconds`` by phase of the pipeline."""

    interval: Interval
    runs: list[DagRun] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)


def run_cycle(
    api: AirflowApi, interval: Interval, *, task_logs: Path, report: Report = lambda _: None,
    check: Callable[[], None] = lambda: None, extractions: Sequence[str] = EXTRACTIONS,
    followers: Sequence[str] = FOLLOWERS, seconds: float = CYCLE_SECONDS,
) -> Cycle:  # fmt: skip
    """Post the extractions and wait until everything that follows has ended.

    Args:
        task_logs: Airflow's folder of task logs, for the message about a failure.
        report: is told what is under way.
        check: raises when the stack is no longer alive.
        seconds: how long a cycle may take.

    Raises:
        LaunchError: a run failed, a follower did not start, or it took too long.
    """
    since = datetime.now(UTC)
    began = time.monotonic()
    cycle = Cycle(interval)
    posted = [
        api.trigger(dag_id, run_id=interval.name, start=interval.start, end=interval.end) for dag_id in extractions
    ]
    fresh = any(not run.ended for run in posted)
    seen: set[str] = set()
    while True:
        cycle.runs = _current(api, posted, since)
        seen |= {run.dag_id for run in cycle.runs}
        _note_phases(cycle, time.monotonic() - began, extractions, followers)
        if any(run.state == "failed" for run in cycle.runs):
            raise _failure(api, cycle.runs, task_logs)
        if _is_over(api, cycle.runs, followers):
            break
        if time.monotonic() - began > seconds:
            waiting = ", ".join(f"{run.dag_id} {run.state}" for run in cycle.runs if not run.ended) or "for a follower"
            raise LaunchError(
                f"The cycle took longer than {seconds:.0f} s; still waiting: {waiting}.",
                "Look at the runs in Airflow; `make demo` goes on with them.",
            )
        check()
        report(describe(api, cycle.runs))
        time.sleep(POLL_SECONDS)
    missing = [dag_id for dag_id in followers if dag_id not in seen]
    if fresh and missing:
        raise LaunchError(
            f"The extractions ended, but {' and '.join(missing)} did not start.",
            "Look at the assets in Airflow: an extraction that lands something updates one.",
        )
    cycle.seconds["whole"] = time.monotonic() - began
    return cycle


def describe(api: AirflowApi, runs: Sequence[DagRun]) -> str:
    """Return what is under way: how many extractions have ended, and which tasks run."""
    extractions = [run for run in runs if run.dag_id.startswith("extract_")]
    words = [f"extracted {sum(run.ended for run in extractions)} of {len(extractions)}"]
    for run in runs:
        if run.ended or run.state == "queued":
            continue
        tasks = sorted({task["task_id"] for task in api.tasks(run, ("running", "deferred", "up_for_retry"))})
        words.append(f"{run.dag_id}: {', '.join(tasks)}" if tasks else run.dag_id)
    return " · ".join(words)


def under_way(api: AirflowApi) -> list[DagRun]:
    """Return the runs that have not ended, but for those of ``watch``."""
    return _of_cycles(api.runs(states=UNFINISHED))


def _of_cycles(runs: Iterable[DagRun]) -> list[DagRun]:
    return [run for run in runs if run.dag_id != WATCH]


def _current(api: AirflowApi, posted: Sequence[DagRun], since: datetime) -> list[DagRun]:
    """Return the posted runs as they are now, then those that followed or were under way from before."""
    found = [*_of_cycles(api.runs(since=since)), *under_way(api)]
    known = {(run.dag_id, run.run_id): run for run in found}
    own = [(run.dag_id, run.run_id) for run in posted]
    return [known.get(key) or api.run(*key) for key in own] + [run for key, run in known.items() if key not in own]


def _is_over(api: AirflowApi, runs: Sequence[DagRun], followers: Sequence[str]) -> bool:
    """Whether nothing is under way and nothing will start by itself.

    An event that waits becomes a run in one step of the scheduler. With nothing under way no event is added; so where
    no event waits after that, and then still nothing is under way, it is over.
    """
    if not all(run.ended for run in runs) or any(api.waiting_events(dag_id) for dag_id in followers):
        return False
    return not under_way(api)


def _note_phases(cycle: Cycle, elapsed: float, extractions: Sequence[str], followers: Sequence[str]) -> None:
    """Keep, for each phase, the elapsed time at which its last run was seen ended."""
    for phase, dag_ids in {"extract": tuple(extractions), **{name: (name,) for name in followers}}.items():
        runs = [run for run in cycle.runs if run.dag_id in dag_ids]
        if runs and not all(run.ended for run in runs):
            cycle.seconds.pop(phase, None)
        elif runs and phase not in cycle.seconds:
            cycle.seconds[phase] = elapsed


def _failure(api: AirflowApi, runs: Sequence[DagRun], task_logs: Path) -> LaunchError:
    """Return an error that names the failed tasks, their logs, and the end of the first log."""
    lines, logs = [], []
    for run in (run for run in runs if run.state == "failed"):
        for task in api.tasks(run, ("failed",)):
            mapped = f"/map_index={task['map_index']}" if task["map_index"] >= 0 else ""
            folder = task_logs / f"dag_id={run.dag_id}/run_id={run.run_id}/task_id={task['task_id']}{mapped}"
            logs.append(folder / f"attempt={task['try_number']}.log")
            lines.append(f"  {run.dag_id}.{task['task_id']}: {logs[-1]}")
    ending = tail(logs[0], 8) if logs else ""
    names = ", ".join(sorted({run.dag_id for run in runs if run.state == "failed"}))
    return LaunchError(
        f"{names} failed.\n" + "\n".join(lines) + (f"\nThe first log ends with:\n{ending}\n" if ending else "\n"),
        "Mend the cause; `make demo` then runs what failed again.",
    )
