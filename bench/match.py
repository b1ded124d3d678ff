"""The match against the plainest statement that could do it, on an estate with every kind of finding.

For each size: staging is filled by SQL; the baseline, a full refresh of canonical and match, incremental runs and the
detection of duplicates are timed in the same run on the embedded server. Sizes are purchase order lines, or
``TIEOUT_BENCH_SIZE`` (one or several, with blanks between). How to read it: docs/guides/bench.md.
"""

import os
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

import psycopg

from bench._match import estate
from bench._match.meter import Cost, Meter
from bench._match.transformation import Node, Transformation
from bench._server import own_server
from launcher.postgres import EmbeddedPostgres
from tieout import settings
from tieout.warehouse.migrate import migrate

SIZES = "250000 500000 1000000"
TOUCHED = (0, 1_000, 10_000)
DATABASE = "bench_match"
STAGING = ["path:models/staging"]
ENGINE = ["path:models/canonical", "path:models/match", "path:seeds"]
INCREMENT = ["+path:models/match"]
DUPLICATES = ["match_duplicate*"]


@dataclass(frozen=True)
class Measured:
    """What one size gave. ``touched`` has the cost for each number of touched orders; costs are in seconds."""

    po_lines: int
    rows: dict[str, int]
    findings: dict[str, int]
    verdicts: dict[str, int]
    baseline: Cost
    full: Cost
    slowest: list[Node]
    match_seconds: float
    touched: dict[int, tuple[Cost, list[Node]]]
    invoices: int
    duplicates_seconds: float
    tables_mb: float
    budget_mb: float
    largest_temporary_mb: float


def main() -> None:
    """Measure every size and print."""
    sizes = [int(word) for word in (os.environ.get("TIEOUT_BENCH_SIZE") or SIZES).split()]
    with own_server() as (server, folder):
        measured = [_announced(measure(server, size, folder)) for size in sizes]
    _print_growth(measured)


def measure(server: EmbeddedPostgres, po_lines: int, folder: Path) -> Measured:
    """Measure one size in a database of its own, which is dropped."""
    dsn = server.create_database(DATABASE)
    try:
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(f"alter database {DATABASE} set log_temp_files = 0")
        migrate(dsn, settings.objects_dir())
        return _measured(server, Transformation(dsn, folder), dsn, po_lines)
    finally:
        server.drop_database(DATABASE)


def _measured(server: EmbeddedPostgres, dbt: Transformation, dsn: str, po_lines: int) -> Measured:
    meter = Meter(server.data, dsn)
    dbt.run(estate.KNOWN_AT - timedelta(days=1), STAGING, full_refresh=True)
    with psycopg.connect(dsn, autocommit=True) as connection:
        estate.fill(connection, po_lines)
        rows = estate.counts(connection)
    logged = server.log.stat().st_size
    baseline = meter.cost(lambda: _baseline(dsn))
    full = meter.cost(lambda: dbt.run(estate.AS_OF, ENGINE, full_refresh=True))
    nodes = dbt.nodes()
    tables, budget, findings, verdicts = _results(dsn)
    largest = _largest_temporary(server.log, logged)
    touched = {}
    for number, orders in enumerate(n for n in TOUCHED if n * 10 <= po_lines):
        as_of = estate.AS_OF + timedelta(minutes=10 * (number + 1))
        with psycopg.connect(dsn, autocommit=True) as connection:
            estate.touch(connection, orders, as_of)
        touched[orders] = (meter.cost(partial(dbt.run, as_of, INCREMENT)), dbt.nodes())
    with psycopg.connect(dsn, autocommit=True) as connection:
        invoices = estate.more_invoices(connection, po_lines)
    dbt.run(estate.AS_OF + timedelta(hours=2), DUPLICATES, full_refresh=True)
    return Measured(
        po_lines=po_lines,
        rows=rows,
        findings=findings,
        verdicts=verdicts,
        baseline=baseline,
        full=full,
        slowest=nodes,
        match_seconds=sum(node.seconds for node in nodes if node.name.startswith("match_")),
        touched=touched,
        invoices=invoices,
        duplicates_seconds=sum(node.seconds for node in dbt.nodes()),
        tables_mb=tables,
        budget_mb=budget,
        largest_temporary_mb=largest,
    )


def _baseline(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute((estate.FOLDER / "baseline.sql").read_text().encode())


def _results(dsn: str) -> tuple[float, float, dict[str, int], dict[str, int]]:
    """Megabytes of the largest table and of work_mem × workers; findings by code, invoice lines by verdict."""
    with psycopg.connect(dsn) as connection:
        largest = connection.execute(
            "select max(pg_table_size(c.oid)) / 1e6,"
            " pg_size_bytes(current_setting('work_mem')) * current_setting('max_worker_processes')::integer / 1e6"
            " from pg_class as c"
            " where c.relkind = 'r' and c.relnamespace::regnamespace::text in ('staging', 'canonical', 'match')"
        ).fetchone()
        findings = connection.execute("select code, count(*) from match.match_finding group by code order by code")
        verdicts = connection.execute(
            "select verdict, count(*) from match.match_invoice_line group by verdict order by count(*) desc"
        )
        table, budget = map(float, largest)  # type: ignore[arg-type]
        return table, budget, dict(findings.fetchall()), dict(verdicts.fetchall())


def _largest_temporary(log: Path, start: int) -> float:
    """Megabytes of the largest temporary file that the server's log names from a position on."""
    with log.open("rb") as file:
        file.seek(start)
        lines = file.read().decode(errors="replace").splitlines()
    return max((int(line.rsplit(" ", 1)[1]) / 1e6 for line in lines if "temporary file: path" in line), default=0.0)


def _announced(measured: Measured) -> Measured:
    """Print what one size gave."""
    m = measured
    print(f"\n{m.po_lines:,} PO lines: " + ", ".join(f"{count:,} {name}" for name, count in m.rows.items()))
    print("findings: " + ", ".join(f"{code} {count:,}" for code, count in m.findings.items()))
    print("verdicts: " + ", ".join(f"{verdict} {count:,}" for verdict, count in m.verdicts.items()))
    print(f"{'':34}{'seconds':>9}{'processor':>11}{'server MB':>11}{'dbt MB':>8}{'temp MB':>9}")
    _print_cost("baseline, one statement", m.baseline)
    _print_cost("full refresh, canonical and match", m.full)
    for orders, (cost, _nodes) in m.touched.items():
        _print_cost(f"incremental, {orders:,} orders touched", cost)
    lines = m.rows["invoice lines"]
    print(f"throughput of the full refresh    {lines / m.full.seconds:12,.0f} invoice lines/s")
    print(
        f"full refresh : baseline           {m.full.seconds / m.baseline.seconds:12.1f} x by the clock, "
        f"{m.full.cpu_seconds / m.baseline.cpu_seconds:.1f} x of processor time  (limit 8, goal 4)"
    )
    print(
        f"duplicates of {m.invoices:,} invoices : match {m.duplicates_seconds:.1f} s : {m.match_seconds:.1f} s = "
        f"{m.duplicates_seconds / m.match_seconds:.2f}  (limit 0.5)"
    )
    print(f"largest temporary file            {m.largest_temporary_mb:9,.0f} MB; largest table {m.tables_mb:,.0f} MB")
    print(f"peak memory of the server           {max(m.baseline.server_mb, m.full.server_mb):9,.0f} MB; ", end="")
    print(f"work_mem x workers {m.budget_mb:,.0f} MB")
    print("slowest nodes of the full refresh: " + ", ".join(f"{n.name} {n.seconds:.1f}" for n in m.slowest[:12]))
    last = m.touched[max(m.touched)][1]
    print("slowest nodes of the last run: " + ", ".join(f"{n.name} {n.seconds:.1f}" for n in last[:12]), flush=True)
    return measured


def _print_cost(name: str, cost: Cost) -> None:
    print(
        f"{name:34}{cost.seconds:9.1f}{cost.cpu_seconds:11.1f}{cost.server_mb:11,.0f}{cost.client_mb:8,.0f}"
        f"{cost.temporary_mb:9,.0f}"
    )


def _print_growth(measured: list[Measured]) -> None:
    """Print the fixed part and the part per touched order of each size: neither should grow with history."""
    print("\nincremental runs: the fixed part, and what each touched order adds")
    print(f"{'PO lines':>12}{'fixed, s':>10}" + "".join(f"{f'ms each of {n:,}':>20}" for n in TOUCHED[1:]))
    for m in measured:
        fixed = m.touched[0][0].seconds
        slopes = [
            f"{(m.touched[n][0].seconds - fixed) * 1000 / n:20.2f}" if n in m.touched else f"{'':>20}"
            for n in TOUCHED[1:]
        ]
        print(f"{m.po_lines:12,}{fixed:10.1f}" + "".join(slopes))
