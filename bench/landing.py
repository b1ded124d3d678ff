"""Landing against a bare COPY: the ERP's order lines into ``raw``, through the archive.

Both move the same rows from the same table in the same run: once as `COPY … TO STDOUT | COPY … FROM STDIN` between two
psql processes into a plain table, once as an extraction: query, archive (compressed, encrypted), parse, hash, raw. The
time is from the first request to the last commit. The number of rows is 1,000,000, or `TIEOUT_BENCH_ROWS`.
"""

import multiprocessing
import os
import resource
import subprocess
import time
from datetime import UTC, datetime
from multiprocessing.queues import Queue
from pathlib import Path

import psycopg

from bench._server import own_server
from launcher.postgres import INSTALL, EmbeddedPostgres
from tieout import settings
from tieout.archive.keys import Keys
from tieout.landing.configuration_files import load_configuration
from tieout.landing.context import Context
from tieout.landing.extract import extract_source
from tieout.landing.manifest import Interval
from tieout.sources.endpoint import Endpoint
from tieout.warehouse.migrate import migrate

ROWS = int(os.environ.get("TIEOUT_BENCH_ROWS", "1000000"))
START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
# Names, types and blanks as an ERP has them: about 150 bytes a row.
SOURCE = """
create table po_lines_all as
select
    'PO' || lpad((n / 8)::text, 8, '0') as po_number, n % 8 + 1 as line_num, 'US01' as org_code,
    'ITM-' || (n * 7919 % 40000) as item_number, 'Catheter, balloon, size ' || n % 40 as item_description,
    (n % 200 + 1)::numeric(12, 2) as quantity, case n % 3 when 0 then 'BOX' else 'EA' end as uom_code,
    (n % 90000 + 137)::numeric(14, 4) / 100 as unit_price, (date '2026-01-05' + (n % 80)::int) as need_by_date,
    'LOC-' || n % 60 as ship_to, 'CC' || n % 300 as cost_center, '61' || n % 50 as account,
    case n % 5 when 0 then 'CLOSED' else 'OPEN' end as closed_code,
    timestamptz '2026-01-01 06:00:00+00' + n * interval '7 seconds' as last_update_date
from generate_series(0::bigint, %s - 1) as n
"""
PROFILE = """
system: erp_bench
kind: erp
version: 1
protocol: database
maps:
  unit: {BOX: BX}
  status: {OPEN: open, CLOSED: closed}
feeds:
  - name: order_lines
    read: {table: po_lines_all}
    cursor: {field: last_update_date, overlap: PT15M}
    objects:
      purchase_order_line:
        updated_at: last_update_date
        fields:
          po_number: po_number
          line_number: line_num
          entity_id: {path: org_code, entity: true}
          item_number: item_number
          description: item_description
          ordered_qty: quantity
          unit: {path: uom_code, map: unit}
          price: unit_price
          need_by_date: need_by_date
          location_code: ship_to
          cost_center_code: cost_center
          account_code: account
          status: {path: closed_code, map: status}
"""


def main() -> None:
    """Measure and print seconds, ratio and peak memory."""
    with own_server() as (server, directory):
        _measure(server, directory)


def _measure(server: EmbeddedPostgres, directory: Path) -> None:
    source, warehouse = server.create_database("bench_source"), server.create_database("bench_warehouse")
    migrate(warehouse, settings.objects_dir())
    with psycopg.connect(source) as connection:
        connection.execute(SOURCE.replace("%s", str(ROWS)).encode())
    with psycopg.connect(source, autocommit=True) as connection:
        connection.execute("vacuum analyze po_lines_all")
    with psycopg.connect(warehouse) as connection:
        connection.execute(
            "create table bare (po_number text, line_num int, org_code text, item_number text, item_description text,"
            " quantity numeric, uom_code text, unit_price numeric, need_by_date date, ship_to text, cost_center text,"
            " account text, closed_code text, last_update_date timestamptz)"
        )
    bare = _bare(source, warehouse)
    print(f"bare COPY | COPY        {bare:6.1f} s  {ROWS / bare:9,.0f} rows/s")
    landed, seconds, base, peak = _extract(source, warehouse, directory)
    print(f"through the archive     {seconds:6.1f} s  {landed / seconds:9,.0f} rows/s  {landed:,} rows")
    print(f"ratio                   {seconds / bare:6.1f} x  (limit 20, goal 5)")
    print(f"memory of the extraction: {peak:.0f} MB at its peak, {base:.0f} MB before it began")


def _bare(source: str, warehouse: str) -> float:
    psql = [str(INSTALL / "bin" / "psql"), "--no-psqlrc", "--quiet"]
    started = time.perf_counter()
    reader = subprocess.Popen([*psql, "-c", "copy po_lines_all to stdout", source], stdout=subprocess.PIPE)
    subprocess.run([*psql, "-c", "copy bare from stdin", warehouse], stdin=reader.stdout, check=True)
    reader.wait()
    return time.perf_counter() - started


def _extract(source: str, warehouse: str, directory: Path) -> tuple[int, float, float, float]:
    """Run the extraction in a process of its own, whose memory is then its own, too."""
    context = multiprocessing.get_context("spawn")
    answers: Queue = context.Queue()
    process = context.Process(target=_run, args=(source, warehouse, directory, answers))
    process.start()
    answer = answers.get()
    process.join()
    return answer


def _run(source: str, warehouse: str, directory: Path, answers: "Queue") -> None:
    config = directory / "config"
    (config / "sources").mkdir(parents=True)
    (config / "entities").mkdir()
    (config / "objects").symlink_to(settings.objects_dir())
    (config / "sources" / "erp_bench.yml").write_text(PROFILE)
    context = Context(
        warehouse_dsn=warehouse,
        configuration=load_configuration(config),
        archive_root=directory / "archive",
        keys=Keys([b"k" * 32], b"t" * 32),
        resolve=lambda connection: Endpoint(uri=source),
        now=lambda: END,
    )
    base = _peak_megabytes()
    started = time.perf_counter()
    outcome = extract_source("erp_bench", Interval(START, END), context=context)
    seconds = time.perf_counter() - started
    outcome.raise_failures()
    answers.put((outcome.rows_landed, seconds, base, _peak_megabytes()))


def _peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
