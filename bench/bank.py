"""The reconciliation of bank entries with payments, against a plain join of the two tables.

Staging is filled by SQL; the join and the ladder are timed in the same run on an embedded server. ``TIEOUT_BENCH_SIZE``
takes another number of payments and entries than 100,000. How to read it: docs/guides/bench.md.
"""

import os
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from bench._match.meter import Cost, Meter
from bench._match.transformation import Node, Transformation
from launcher.postgres import EmbeddedPostgres
from tieout import settings
from tieout.warehouse.migrate import migrate

SIZES = "100000"
DATABASE = "bench_bank"
FOLDER = Path(__file__).parent / "_bank"
AS_OF = datetime(2026, 6, 30, 12, tzinfo=UTC)
BEFORE = ["path:models/staging", "path:seeds", "path:models/canonical", "path:models/match"]
TIMES = 3
JOINS = 10
NOTHING = ["bank_codes"]
LADDER = ["match_bank_state", "match_bank_link", "match_bank_settlement"]
ENDS = "select state, coalesce(rung, -1), count(*) from match.match_bank_state group by 1, 2 order by 3 desc"


@dataclass(frozen=True)
class Measured:
    """What one size gave: the join, a run of dbt that does next to nothing, the ladder; each at its cheapest.

    ``ends`` counts entries by state and rung (-1: none).
    """

    size: int
    baseline: Cost
    start: Cost
    ladder: Cost
    nodes: list[Node]
    ends: dict[tuple[str, int], int]


def main() -> None:
    """Measure every size and print."""
    with tempfile.TemporaryDirectory(prefix="tieout-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        server = EmbeddedPostgres(folder / "postgres")
        try:
            server.start()
            for size in (int(word) for word in (os.environ.get("TIEOUT_BENCH_SIZE") or SIZES).split()):
                _print(measure(server, size, folder))
        finally:
            server.stop()


def measure(server: EmbeddedPostgres, size: int, folder: Path) -> Measured:
    """Measure one size in a database of its own, which is dropped."""
    dsn = server.create_database(DATABASE)
    try:
        migrate(dsn, settings.objects_dir())
        dbt = Transformation(dsn, folder)
        meter = Meter(server.data, dsn)
        dbt.run(AS_OF - timedelta(days=1), BEFORE, full_refresh=True)
        known_at = (AS_OF - timedelta(hours=1)).isoformat()
        with psycopg.connect(dsn, autocommit=True) as connection:
            text = (FOLDER / "estate.sql").read_text()
            connection.execute(text.format(size=size, today=AS_OF.date(), known_at=known_at).encode())
            connection.execute("vacuum analyze")
        dbt.run(AS_OF, ["int_systems_of_record", "int_entities", "int_vendor_crosswalk"], full_refresh=True)
        baseline = min((_join(meter, dsn) for _ in range(TIMES)), key=_processor)
        start = meter.cost(lambda: dbt.run(AS_OF + timedelta(minutes=1), NOTHING))
        climbs = [_climb(meter, dbt, AS_OF + timedelta(minutes=2 + number)) for number in range(TIMES)]
        ladder, nodes = min(climbs, key=lambda climb: _processor(climb[0]))
        with psycopg.connect(dsn) as connection:
            ends = {(state, rung): count for state, rung, count in connection.execute(ENDS).fetchall()}
        return Measured(size, baseline, start, ladder, nodes, ends)
    finally:
        server.drop_database(DATABASE)


def _processor(cost: Cost) -> float:
    return cost.server_cpu_seconds


def _climb(meter: Meter, dbt: Transformation, as_of: datetime) -> tuple[Cost, list[Node]]:
    cost = meter.cost(lambda: dbt.run(as_of, LADDER))
    return cost, dbt.nodes()


def _join(meter: Meter, dsn: str) -> Cost:
    """The mean of ten joins, each into a table of its own: systems count processor time too coarsely for one alone."""
    statement = (FOLDER / "baseline.sql").read_text()
    with psycopg.connect(dsn, autocommit=True) as connection:
        for number in range(JOINS):
            connection.execute(f"drop table if exists bench_baseline_{number}".encode())
        joins = [statement.format(number=number).encode() for number in range(JOINS)]
        cost = meter.cost(lambda: [connection.execute(join) for join in joins])
    return replace(
        cost,
        seconds=cost.seconds / JOINS,
        cpu_seconds=cost.cpu_seconds / JOINS,
        server_cpu_seconds=cost.server_cpu_seconds / JOINS,
    )


def _print(m: Measured) -> None:
    seconds = sum(node.seconds for node in m.nodes)
    print(f"\n{m.size:,} bank entries against {m.size:,} payments")
    print(", ".join(f"{state} by rung {rung}: {count:,}" for (state, rung), count in m.ends.items()))
    print(f"{'':34}{'seconds':>9}{'processor':>11}{'of server':>11}{'server MB':>11}{'dbt MB':>8}{'temp MB':>9}")
    for name, cost in (
        ("plain join", m.baseline),
        ("dbt's start, a small seed", m.start),
        ("ladder, dbt's start included", m.ladder),
    ):
        print(
            f"{name:34}{cost.seconds:9.2f}{cost.cpu_seconds:11.2f}{cost.server_cpu_seconds:11.2f}{cost.server_mb:11,.0f}"
            f"{cost.client_mb:8,.0f}{cost.temporary_mb:9,.0f}"
        )
    print("nodes: " + ", ".join(f"{node.name} {node.seconds:.2f}" for node in m.nodes))
    by_processor = (m.ladder.server_cpu_seconds - m.start.server_cpu_seconds) / m.baseline.server_cpu_seconds
    print(
        f"ladder : plain join     {seconds / m.baseline.seconds:9.1f} x by the clock, its nodes; "
        f"{by_processor:.1f} x by the server's processor  (goal 10)",
        flush=True,
    )
