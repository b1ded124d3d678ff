"""A build of what targets are told from, ahead of the whole one (docs/adr/0015-a-run-may-build-a-part.md).

Left out are the marts and their tests, views (they hold nothing, and stand since the last whole run), seeds, and what
follows only from objects of which nothing became known since.
"""

from datetime import datetime
from pathlib import Path

import psycopg

from tieout.errors import TieoutError
from tieout.warehouse import runs
from tieout.warehouse.connection import connect
from tieout.warehouse.dbt import run_dbt_here
from tieout.warehouse.runs import Run

# The match whole, so that its logs name each verdict and hold at the moment at which it was known.
PART = ("+fb_desired_state", "+fb_observed_state", "+path:models/match")
WITHOUT = (
    "config.materialized:stable_view", "config.materialized:view",
    # What banks booked and how books stand: no target waits for it.
    "match_bank_settlement", "match_bank_state", "match_bank_issue", "match_booked_entry",
    "match_balance", "match_balance_document",
)  # fmt: skip
# What moves with any object: which rows are touched, and up to when copies were read.
ALWAYS = ("stg_touched_records", "int_touched+", "int_copy_readings+")
_NEW = """
    select object
    from quality.promotion
    where (%(since)s::timestamptz is null or known_at > %(since)s) and known_at <= %(until)s
    union
    select object
    from quality.quarantine
    where state = 'released' and (%(since)s::timestamptz is null or decided_known_at > %(since)s)
        and decided_known_at <= %(until)s
"""


def build_ahead(dsn: str, *, now: datetime, dag_run_id: str | None, target: Path, sends_feedback: bool = True) -> Run:
    """Run a transformation of scope ``feedback`` and return it.

    A run that a killed task left open is resumed. Node results go to ``ops.node_result``.

    Args:
        dsn: of the warehouse.
        now: the business clock.
        dag_run_id: of the run that asks for it.
        target: dbt's folder, kept from run to run.
        sends_feedback: whether what it concludes may be sent.

    Raises:
        TieoutError: a model failed; the message names the first.
    """
    with runs.one_at_a_time(dsn):
        with connect(dsn) as connection:
            run = runs.start_run(
                connection, now=now, dag_run_id=dag_run_id, full_refresh=False,
                sends_feedback=sends_feedback, scope="feedback",
            )  # fmt: skip
            arguments = arguments_of(connection, run)
        succeeded = False
        try:
            succeeded, results = run_dbt_here(dsn, arguments, target=target)
        finally:
            with connect(dsn) as connection:
                runs.finish_run(connection, run.run_id, succeeded, now=now)
    with connect(dsn) as connection:
        runs.record_node_results(connection, run.run_id, results)
    if not succeeded:
        failed = next(each for each in results["results"] if each["status"] not in ("success", "skipped"))
        raise TieoutError(f"{failed['unique_id']}: {failed['message']}", "See docs/runbooks/receive.md.")
    return run


def parse_once(dsn: str, *, target: Path) -> None:
    """Parse the models into dbt's folder where none was parsed: it takes a while, and the first event would wait.

    Raises:
        TieoutError: dbt could not parse them.
    """
    if not (target / "partial_parse.msgpack").exists():
        run_dbt_here(dsn, ["parse"], target=target)


def arguments_of(connection: psycopg.Connection, run: Run) -> list[str]:
    """Return dbt's command for a run: of the part, what follows from objects with news."""
    moved = [f"config.meta.touched_kind:{name}+" for name in sorted(objects_with_news(connection, run))]
    select = [f"{part},{mover}" for part in PART for mover in (*ALWAYS, *moved)]
    return ["run", "--select", *select, "--exclude", *WITHOUT]


def objects_with_news(connection: psycopg.Connection, run: Run) -> set[str]:
    """Return the interface objects of which a row became known since the last whole run that succeeded."""
    return {row[0] for row in connection.execute(_NEW, {"since": run.previous_as_of, "until": run.as_of}).fetchall()}
