"""Plays days through a stack while faults strike; without faults it is the undisturbed run."""

import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx
import psycopg

from chaos import webhooks
from chaos.books import Books, Parts, open_books
from chaos.catalogue import FAULTS
from chaos.keeper import Keeper
from chaos.network import Storm
from chaos.scene import Scene
from launcher import played as progress
from launcher.airflow_api import DagRun
from launcher.cycle import EXTRACTIONS, FOLLOWERS, describe, under_way
from launcher.errors import LaunchError
from launcher.stack import Stack

DAY_SECONDS = 900.0
LOOK_SECONDS = 0.5
WAITING = "select min(due_at) from feedback.queue"
NOT_NOW = (httpx.HTTPError, LaunchError, psycopg.Error)

Report = Callable[[str], None]


@dataclass
class Day:
    """What happened on a day: how often each fault struck, what the books say, runs that a person had to clear."""

    name: str
    struck: dict[str, int]
    books: Books
    cleared: list[str] = field(default_factory=list)
    seconds: float = 0.0


class Player:
    """Plays interval after interval.

    Args:
        stack: that was started; a keeper is at work on it.
        chance: of when and where faults strike.
        disk: that the archive is on.
        report: is told what is under way.
    """

    def __init__(self, stack: Stack, keeper: Keeper, chance: random.Random, disk: Path | None, report: Report) -> None:
        self._stack = stack
        self._keeper = keeper
        self._chance = chance
        self._disk = disk
        self._report = report
        self._played = progress.Played()
        self._by_hand = 0

    def play(self, days: int, faults: Sequence[str]) -> Day:
        """Let the source systems live through days, process them while faults strike, and open the books."""
        began = time.monotonic()
        self._stack.estate.advance(days)
        interval = self._played.interval_through(self._played.through + days)
        self._played = self._played.with_end(self._played.through + days)
        scene = Scene(self._stack, self._keeper, self._chance, Storm(self._stack.estate, self._chance), self._disk)
        due = sorted((FAULTS[name] for name in faults), key=lambda fault: fault.phase)
        for fault in due:
            fault.begin(scene)
        since, struck = datetime.now(UTC), dict.fromkeys(faults, 0)
        for dag_id in EXTRACTIONS:
            self._stack.api.trigger(dag_id, run_id=interval.name, start=interval.start, end=interval.end)

        def strike() -> None:
            for fault in due:
                struck[fault.name] += fault.strike(scene)

        with ThreadPoolExecutor(1, "faults") as thread:
            striking = thread.submit(strike)
            try:
                cleared = self._until_quiet(since, began)
            finally:
                scene.quiet.set()
            striking.result()
        cleared += self._until_quiet(since, began)
        for name, times in scene.storm.end().items():
            struck[name] += times
        self._drain(since, began)
        books = open_books(Parts.of(self._stack), interval.end)
        return Day(interval.name, struck, books, cleared, time.monotonic() - began)

    def hear(self) -> Day:
        """Let the source systems tell events while faults strike, and open the books when all were dealt with."""
        began, since = time.monotonic(), datetime.now(UTC)
        scene = Scene(self._stack, self._keeper, self._chance, Storm(self._stack.estate, self._chance), self._disk)
        told = webhooks.tell(scene)
        cleared: list[str] = []
        while any(left := webhooks.waiting(scene)):
            self._report(f"events: {left[0]} on their way, {left[1]} in the inbox")
            cleared += self._until_quiet(since, began)
            outside, inside = webhooks.waiting(scene)
            if inside and not outside:
                self._run_once_more("receive")  # their notice was lost: in a deployment the next event brings it
            time.sleep(LOOK_SECONDS)
        cleared += self._until_quiet(since, began)
        scene.storm.end()
        self._drain(since, began)
        books = open_books(Parts.of(self._stack), self._played.interval_through(self._played.through + 1).start)
        lost, doubled = webhooks.findings(scene)
        books.findings["rows lost"].extend(lost)
        books.findings["rows doubled"].extend(doubled)
        return Day(webhooks.NAME, {webhooks.NAME: told}, books, cleared, time.monotonic() - began)

    def _until_quiet(self, since: datetime, began: float) -> list[str]:
        """Wait until nothing is under way; clear runs that failed, as a person would, and return their names."""
        cleared: list[str] = []
        while True:
            if time.monotonic() - began > DAY_SECONDS:
                raise LaunchError(f"The day was not over after {DAY_SECONDS:.0f} s.", "Look at the runs in Airflow.")
            with suppress(*NOT_NOW):
                runs = self._stack.api.runs(since=since)
                unfinished = under_way(self._stack.api)
                self._report(describe(self._stack.api, unfinished))
                if not unfinished and not any(
                    self._stack.api.waiting_events(dag_id) for dag_id in (*FOLLOWERS, "receive")
                ):
                    failed = [run for run in runs if run.state == "failed"]
                    if not failed and not under_way(self._stack.api):
                        return cleared
                    cleared += [self._clear(run) for run in failed]
            time.sleep(LOOK_SECONDS)

    def _clear(self, run: DagRun) -> str:
        self._stack.api.trigger(run.dag_id, run_id=run.run_id)
        return f"{run.dag_id} {run.run_id}"

    def _drain(self, since: datetime, began: float) -> None:
        """Publish until no message waits: a deployment does so with each transformation."""
        while (due := self._next_due()) is not None:
            self._report(f"messages wait until {due:%H:%M:%S}")
            time.sleep(max(0.0, (due - datetime.now(UTC)).total_seconds()))
            self._run_once_more("publish")
            self._until_quiet(since, began)

    def _run_once_more(self, dag_id: str) -> None:
        self._by_hand += 1
        self._stack.api.trigger(dag_id, run_id=f"chaos-{self._by_hand}")

    def _next_due(self) -> datetime | None:
        with psycopg.connect(self._stack.warehouse_dsn) as connection:
            row = connection.execute(WAITING).fetchone()
        return row[0] if row else None
