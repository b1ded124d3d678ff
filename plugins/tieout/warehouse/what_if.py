"""What a period would have looked like with other policies (matching, section 10).

The policies that are given are checked as if they were loaded, but never land: they are put into a schema of the
what-if's own, from which its staging models read them instead of raw. Match is built there, as of the same moment as
what it is compared with, and the differences are rows of ``ops.what_if``.
"""

import csv
import hashlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from tieout.errors import ConfigurationError
from tieout.landing.configuration_files import OWN_SYSTEM, POLICY_OBJECTS, load_configuration
from tieout.warehouse import copies
from tieout.warehouse.connection import connect
from tieout.warehouse.copies import Copy
from tieout.warehouse.dbt import run_dbt

Rows = list[dict[str, str]]

_MATCH = ("--select", "+path:models/match", "--exclude-resource-type", "unit_test", "--exclude-resource-type", "test")

_LAST_MOMENT = "select max(as_of) from ops.run where state = 'succeeded'"
_REBUILT_MOMENT = "select as_of from ops.rebuild where kind = 'rebuild' and name = %s and state = 'succeeded'"

# A hold is open where its finding stands and no person released it.
_COMPARE = """
with finding_before as (
    select f.hold_id, f.code, f.entity_id, f.currency, f.is_released, f.amount_at_risk
    from {before}.match_finding as f
    inner join {before_canonical}.int_invoices as i on f.invoice_id = i.invoice_id
    where i.invoice_date between %(period_from)s and %(period_to)s
),

finding_after as (
    select f.hold_id, f.code, f.entity_id, f.currency, f.is_released, f.amount_at_risk
    from {after}.match_finding as f
    inner join {after_canonical}.int_invoices as i on f.invoice_id = i.invoice_id
    where i.invoice_date between %(period_from)s and %(period_to)s
),

hold as (
    select
        coalesce(b.code, a.code) as code,
        coalesce(b.entity_id, a.entity_id, 'unknown') as entity_id,
        coalesce(b.currency, a.currency, 'unknown') as currency,
        coalesce(not b.is_released, false) as open_before,
        coalesce(not a.is_released, false) as open_after,
        coalesce(b.is_released, false) and a.hold_id is null as release_spared,
        coalesce(b.amount_at_risk, 0) as at_risk_before,
        coalesce(a.amount_at_risk, 0) as at_risk_after
    from finding_before as b
    full outer join finding_after as a on b.hold_id = a.hold_id
)

insert into ops.what_if (
    rebuild_id, name, baseline, as_of, period_from, period_to, policies_sha256, code, entity_id, currency,
    holds_before, holds_after, holds_released, holds_added, releases_spared,
    at_risk_before, at_risk_after, at_risk_released, at_risk_added, concluded_at
)
select
    %(rebuild_id)s, %(name)s, %(baseline)s, %(as_of)s, %(period_from)s, %(period_to)s, %(policies_sha256)s,
    code, entity_id, currency,
    count(*) filter (where open_before),
    count(*) filter (where open_after),
    count(*) filter (where open_before and not open_after),
    count(*) filter (where open_after and not open_before),
    count(*) filter (where release_spared),
    coalesce(sum(at_risk_before) filter (where open_before), 0),
    coalesce(sum(at_risk_after) filter (where open_after), 0),
    coalesce(sum(at_risk_before) filter (where open_before and not open_after), 0),
    coalesce(sum(at_risk_after) filter (where open_after and not open_before), 0),
    %(now)s
from hold
group by code, entity_id, currency
"""


@dataclass(frozen=True)
class Question:
    """What is asked.

    Attributes:
        name: of the what-if.
        policies: a file of config/policies' form (``policy.csv``, ``match_type_rule.csv`` …), or a folder of them.
            A file replaces all rows of its object; objects without a file stay as they are.
        period_from, period_to: dates of the invoices whose holds are compared, both inclusive.
        baseline: name of a rebuild to compare with, as of its moment; blank: the warehouse as it stands.
    """

    name: str
    policies: Path
    period_from: date
    period_to: date
    baseline: str = ""


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
        _stage(dsn, copy, given, now)
        variables = {"schema_prefix": copy.prefix, "as_of": as_of.isoformat(), "given": sorted(given)}
        run_dbt(dsn, "build", "--full-refresh", *_MATCH, variables=variables)
        rows = _compare(dsn, copy, question, rebuild_id, as_of, _sha256(given), now)
        succeeded = True
    finally:
        copies.close_copy(dsn, rebuild_id, succeeded=succeeded, now=now)
    if not keep_schemas:
        with connect(dsn) as connection:
            copies.drop_copy(connection, copy, now=now)
    return rows


def read_policies(policies: Path, config: Path) -> dict[str, Rows]:
    """Read the given policy files, checked as they are when our own configuration is loaded; rows by object.

    Raises:
        ConfigurationError: there is none, or something is wrong in one; the message names file, row and field.
    """
    files = {path.stem: path for path in ([policies] if policies.is_file() else sorted(policies.glob("*.csv")))}
    if not files or set(files) - set(POLICY_OBJECTS):
        raise ConfigurationError(
            f"{policies} holds {', '.join(sorted(files)) or 'no policies'}.",
            f"Name files after what they replace: {', '.join(f'{name}.csv' for name in POLICY_OBJECTS)}.",
        )
    with _configuration_with(files, config) as together:
        try:
            load_configuration(together)
        except ConfigurationError as error:
            message = error.message.replace(f"{together / 'policies'}/", "")
            raise ConfigurationError(f"{policies}: {message}", error.advice) from error
    return {name: _rows(path) for name, path in files.items()}


@contextmanager
def _configuration_with(files: Mapping[str, Path], config: Path) -> Iterator[Path]:
    """Give a configuration folder that differs from ours in these policy files."""
    with tempfile.TemporaryDirectory(prefix="tieout-what-if-") as name:
        folder = Path(name)
        for part in ("objects", "sources", "entities"):
            (folder / part).symlink_to((config / part).resolve())
        (folder / "policies").mkdir()
        present = {path.stem: path for path in (config / "policies").glob("*.csv")}
        for stem, path in (present | dict(files)).items():
            (folder / "policies" / f"{stem}.csv").symlink_to(path.resolve())
        yield folder


def _rows(path: Path) -> Rows:
    with path.open(newline="") as file:
        return [{name: value.strip() for name, value in row.items()} for row in csv.DictReader(file)]


def _sha256(given: Mapping[str, Rows]) -> str:
    return hashlib.sha256(repr(sorted(given.items())).encode()).hexdigest()


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


def _stage(dsn: str, copy: Copy, given: Mapping[str, Rows], now: datetime) -> None:
    """Put the given rows where the what-if's staging models look for them, in the columns of raw."""
    schema = f"{copy.prefix}raw"
    with connect(dsn) as connection:
        connection.execute(sql.SQL("create schema {}").format(sql.Identifier(schema)))
        for name, rows in given.items():
            table = sql.Identifier(schema, name)
            connection.execute(
                sql.SQL("create table {} (like {} including defaults)").format(table, sql.Identifier("raw", name))
            )
            _insert(connection, table, name, rows, now)


def _insert(
    connection: psycopg.Connection, table: sql.Identifier, name: str, rows: Sequence[Any], now: datetime
) -> None:
    for number, row in enumerate(rows, start=1):
        values = {column: value or None for column, value in row.items()} | {
            "_source_system": OWN_SYSTEM,
            "_record_key": f"{name} {number}",
            "_batch_id": "what-if",
            "_payload_sha256": "",
            "_row_number": number,
            "_row_sha256": str(number),
            "_profile_version": 1,
            "_source_updated_at": now,
            "_ingested_at": now,
            "_trace_id": "what-if",
        }
        connection.execute(
            sql.SQL("insert into {} ({}) values ({})").format(
                table,
                sql.SQL(", ").join(map(sql.Identifier, values)),
                sql.SQL(", ").join(map(sql.Placeholder, values)),
            ),
            values,
        )


def _compare(
    dsn: str, copy: Copy, question: Question, rebuild_id: int, as_of: datetime, policies_sha256: str, now: datetime
) -> list[dict[str, Any]]:
    before = Copy("rebuild", question.baseline).prefix if question.baseline else ""
    statement = sql.SQL(_COMPARE).format(
        before=sql.Identifier(f"{before}match"),
        before_canonical=sql.Identifier(f"{before}canonical"),
        after=sql.Identifier(f"{copy.prefix}match"),
        after_canonical=sql.Identifier(f"{copy.prefix}canonical"),
    )
    values = {
        "rebuild_id": rebuild_id,
        "name": question.name,
        "baseline": question.baseline or "as it stands",
        "as_of": as_of,
        "period_from": question.period_from,
        "period_to": question.period_to,
        "policies_sha256": policies_sha256,
        "now": now,
    }
    with connect(dsn) as connection:
        connection.execute(statement, values)
        cursor = connection.cursor(row_factory=dict_row)
        return cursor.execute(
            "select * from ops.what_if where rebuild_id = %s order by code, entity_id, currency", (rebuild_id,)
        ).fetchall()
