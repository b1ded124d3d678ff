"""From a receipt's event to its match at AP, on an embedded stack of its own.

The history of two hospitals is played, the last days without the supply system: so that invoices wait for receipts.
Then its webhook tells of the receipts: one after the other, many at once, and while a whole transformation runs.
Printed are seconds from the sending to AP showing the invoice's line as matched, and the stages between from
``ops.event_path``. The number of events is 120, or ``TIEOUT_BENCH_SIZE``; the limit is 30 s at the 95th percentile.
"""

import math
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import psycopg
import yaml

from bench._events.receipts import Waiting, event, sites_of, standing, waiting
from bench._events.watch import Line, Sender, Watch
from launcher import credentials
from launcher.cycle import EXTRACTIONS, Interval, run_cycle
from launcher.estate import EstateOptions
from launcher.played import FIRST_DAY
from launcher.stack import Stack

EVENTS = 120
HISTORY_DAYS, DAYS_WITHOUT_SUPPLY = 25, 6
APART_SECONDS = 2.0
PATIENCE_SECONDS = 120.0
STAGES = """
select extract(epoch from landed_at - arrived_at), extract(epoch from gated_at - landed_at),
    extract(epoch from built_at - gated_at), extract(epoch from made_at - built_at),
    extract(epoch from acknowledged_at - made_at)
from ops.event_path
where event_id = any(%s) and acknowledged_at is not null
"""
NAMES = ("accepted to landed", "to judged", "to built", "to message made", "to acknowledged by AP")
RUNS = "select count(*) from ops.run where scope = 'feedback' and state = 'succeeded'"


def main() -> None:
    """Measure and print."""
    size = int((os.environ.get("TIEOUT_BENCH_SIZE") or str(EVENTS)).split()[0])
    home = Path(tempfile.mkdtemp(prefix="tieout-bench-events-"))
    home.chmod(0o755)
    stack = Stack(home, estate_options=EstateOptions(volume=0.6, entities=("H1", "H3")))
    try:
        with stack.running(_say):
            _live(stack)
            _measure(stack, size)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _live(stack: Stack) -> None:
    """Play history; of the last days only what the other systems know is extracted."""
    others = [dag_id for dag_id in EXTRACTIONS if dag_id != "extract_supply"]
    start = FIRST_DAY
    for days, extractions in ((HISTORY_DAYS, EXTRACTIONS), (DAYS_WITHOUT_SUPPLY, others)):
        _say(f"Playing {days} days.")
        stack.estate.advance(days)
        interval = Interval.of_days(start, days)
        run_cycle(stack.api, interval, task_logs=stack.layout.task_logs, extractions=extractions)
        start += timedelta(days=days)


def _measure(stack: Stack, size: int) -> None:
    with psycopg.connect(stack.warehouse_dsn) as connection:
        lines = waiting(connection)[:size]
    if not lines:
        sys.exit("No invoice waits for a receipt: nothing can be measured.")
    _say(f"{len(lines)} lines of invoices wait for a receipt.")
    run = Run(stack)
    first, burst = len(lines) * 6 // 10, len(lines) * 8 // 10
    with Watch(stack.postgres.dsn("estate")) as watch:
        run.phase("the first, which parses the models", lines[:1], watch, 0.0)
        run.phase(f"one every {APART_SECONDS:.0f} s", lines[1:first], watch, APART_SECONDS)
        run.phase("at once", lines[first:burst], watch, 0.0)
        stack.api.trigger("transform", run_id="beside-events")
        run.phase("during a transformation", lines[burst:], watch, APART_SECONDS)
        print(f"all {len(lines)} events, {len(lines) - len(run.took)} not seen at AP")
        _row("sent to seen at AP", run.took)


class Run:
    """Sends events and prints how long they took."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        secret = credentials.load(stack.layout.secrets_file).supply_events_secret
        self._sender = Sender(stack.state["airflow"], secret)
        folder = stack.layout.config / "entities"
        self._sites = sites_of([yaml.safe_load(path.read_text()) for path in sorted(folder.glob("*.yml"))])
        self._number = 0
        self.took: list[float] = []

    def phase(self, title: str, lines: Sequence[Waiting], watch: Watch, apart: float) -> None:
        """Send the receipts of lines, wait until AP shows them, print."""
        before = self._runs()
        sent, ids = self._send(lines, apart)
        missing = watch.wait_for(set(sent), PATIENCE_SECONDS)
        took = [watch.seen[line] - at for line, at in sent.items() if line in watch.seen]
        print(f"{title}: {len(sent)} events in {self._runs() - before} runs, {len(missing)} not seen at AP")
        _row("sent to seen at AP", took)
        self.took += took
        with psycopg.connect(self._stack.warehouse_dsn) as connection:
            rows = connection.execute(STAGES, [ids]).fetchall()
            for line in sorted(missing):
                print(f"    {line[0]}, line {line[1]}: {standing(connection, line)}", flush=True)
        for name, seconds in zip(NAMES, zip(*rows, strict=True), strict=False):
            _row(f"  {name}", [float(each) for each in seconds])

    def _send(self, lines: Sequence[Waiting], apart: float) -> tuple[dict[Line, float], list[str]]:
        sent: dict[Line, float] = {}
        ids = []
        now = self._stack.estate.clock()[1]
        due = time.monotonic()
        for line in lines:
            self._number += 1
            document = event(line, self._number, sites=self._sites, at=now)
            ids.append(document["id"])
            time.sleep(max(0.0, due - time.monotonic()))
            sent[line.invoice_ref, line.invoice_line_number] = time.monotonic()
            self._sender.send(document)
            due += apart
        return sent, ids

    def _runs(self) -> int:
        with psycopg.connect(self._stack.warehouse_dsn) as connection:
            row = connection.execute(RUNS).fetchone()
        return row[0] if row else 0


def _row(name: str, seconds: Sequence[float]) -> None:
    """Print the median, the 95th percentile (nearest rank) and the longest."""
    if seconds:
        ordered = sorted(seconds)
        p50, p95 = (ordered[math.ceil(share * len(ordered)) - 1] for share in (0.5, 0.95))
        print(f"    {name:28}p50 {p50:6.1f} s   p95 {p95:6.1f} s   max {ordered[-1]:6.1f} s", flush=True)


def _say(text: str) -> None:
    print(f"  {text}", flush=True)
