"""Plays simulated days through a running stack: history in one interval, then day by day."""

import time

from launcher import payments
from launcher import played as progress
from launcher.cycle import Cycle, run_cycle
from launcher.display import Display
from launcher.stack import Stack

HISTORY_DAYS = 30
DAYS = 4


def play(stack: Stack, display: Display, *, history_days: int = HISTORY_DAYS, days: int = DAYS) -> list[Cycle]:
    """Process what the estate has played and the pipeline has not seen, then ``days`` more, one by one.

    The first interval is the whole history, as when a system is connected.
    A cycle that failed before is taken up again: its runs keep their names.
    """
    path = stack.layout.played_file
    played = progress.load(path)
    estate_day, _ = stack.estate.clock()
    targets = next_days(played.through, estate_day, history_days=history_days, days=days)
    cycles = []
    for day in targets:
        if estate_day < day:
            display.working(f"The source systems live through {_span(played.through + 1, day)}")
            estate_day, _ = stack.estate.advance(day - estate_day)
        cycles.append(_process(stack, display, played, day))
        played = played.with_end(day)
        progress.save(path, played)
    return cycles


def next_days(through: int, estate_day: int, *, history_days: int, days: int) -> list[int]:
    """Return the last day of each interval to process next.

    Args:
        through: the last day that was processed, 0 before anything.
        estate_day: the day that the source systems have lived through.
    """
    if through:
        return list(range(through + 1, through + 1 + days))
    history = max(history_days, estate_day)
    return list(range(history, history + 1 + days))


def _process(stack: Stack, display: Display, played: progress.Played, day: int) -> Cycle:
    title = _span(played.through + 1, day)
    cycle = run_cycle(
        stack.api, played.interval_through(day), task_logs=stack.layout.task_logs, check=stack.check_alive,
        report=lambda text: display.working(f"{title}: {text}"),
    )  # fmt: skip
    if payments.pays_through_us(stack.layout.config, stack.entities):
        _pay(stack, display, cycle, title)
    times = ", ".join(f"{phase} after {seconds:.0f} s" for phase, seconds in cycle.seconds.items() if phase != "whole")
    display.done(f"{title} processed in {cycle.seconds['whole']:.0f} s ({times}).")
    return cycle


def _pay(stack: Stack, display: Display, cycle: Cycle, title: str) -> None:
    """Pay what is due after a cycle, and wait until what follows from it has ended."""
    began = time.monotonic()
    payments.pay(stack, f"payments__{cycle.interval.name}", lambda text: display.working(f"{title}: {text}"))
    run_cycle(
        stack.api, cycle.interval, task_logs=stack.layout.task_logs, check=stack.check_alive, extractions=(),
        report=lambda text: display.working(f"{title}: after payments, {text}"),
    )  # fmt: skip
    cycle.seconds["payments"] = time.monotonic() - began


def _span(first: int, last: int) -> str:
    if first == last:
        return f"Day {last} ({progress.date_of(last)})"
    return f"Days {first} to {last} ({progress.date_of(first)} to {progress.date_of(last)})"
