"""Asks a what-if: builds match with the given policies beside the warehouse, and compares."""

from datetime import datetime
from pathlib import Path
from typing import Any

from tieout.errors import ConfigurationError
from tieout.warehouse import copies
from tieout.warehouse.connection import connect
from tieout.warehouse.copies import Copy
from tieout.warehouse.dbt import run_dbt
from tieout.what_if.comparison import compare
from tieout.what_if.policies import read_policies, sha256, stage
from tieout.what_if.question import Question

_MATCH = ("--select", "+path:models/match", "--exclude-resource-type", "unit_test", "--exclude-resource-type", "test")

_LAST_MOMENT = "select max(as_of) from ops.run where state = 'succeeded'"
_REBUILT_MOMENT = "select as_of from ops.rebuild where kind = 'rebuild' and name = %s and state = 'succeeded'"


def what_if(
    dsn: str,
    question: Question,
    *,
    config: Path,
    now: datetime,
    keep_schemas: bool = False,
    dag_run_id: str | None = None,
) -> list[dict[str, Any]]:
    """Build match with other policies and return the rows of ``ops.what_if`` that say what differs.

    Args:
        dsn: of the warehouse.
        question: what is asked.
        config: the configuration that the given policies are checked with.
        now: the business clock.
        keep_schemas: whether the what-if's schemas stay, to look at single invoices.
        dag_run_id: of the run that asks for it.

    Raises:
        ConfigurationError: the name does not do, a policy is refused (the message names file and row), the period
            is empty, or there is no such baseline.
        TieoutError: dbt failed; what was built stays to be looked at.
    """
    copy = Copy("what_if", question.name)
    if question.period_from > question.period_to:
        raise ConfigurationError(f"The period ends on {question.period_to}, before it begins.", "Turn the dates round.")
    given = read_policies(question.policies, config)
    as_of = _moment(dsn, question.baseline)
    rebuild_id = copies.open_copy(dsn, copy, as_of=as_of, now=now, dag_run_id=dag_run_id)
    succeeded = False
    try:
        stage(dsn, copy, given, now)
        variables = {"schema_prefix": copy.prefix, "as_of": as_of.isoformat(), "given": sorted(given)}
        run_dbt(dsn, "build", "--full-refresh", *_MATCH, variables=variables)
        rows = compare(dsn, copy, question, rebuild_id, as_of, sha256(given), now)
        succeeded = True
    finally:
        copies.close_copy(dsn, rebuild_id, succeeded=succeeded, now=now)
    if not keep_schemas:
        with connect(dsn) as connection:
            copies.drop_copy(connection, copy, now=now)
    return rows


def _moment(dsn: str, baseline: str) -> datetime:
    """Return the moment that both sides are known at: the baseline's, or the last transformation's."""
    with connect(dsn) as connection:
        row = connection.execute(_REBUILT_MOMENT if baseline else _LAST_MOMENT, (baseline,) if baseline else ())
        found = row.fetchone()
    if found is None or found[0] is None:
        raise ConfigurationError(
            f"There is no rebuild {baseline!r} to compare with." if baseline else "Nothing was concluded yet.",
            "Start the DAG rebuild first." if baseline else "Run a transformation first.",
        )
    moment: datetime = found[0]
    return moment
