"""What ``make demo`` prints at its end: figures read from the warehouse and compared with the estate's labels."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.rows import dict_row
from rich.console import Console
from rich.table import Table

from launcher import played as progress
from launcher.scores import Score, expected_findings, read_labels, score, vendor_scores
from launcher.stack import Stack

# Ratios and sums over every entity and all days; a snapshot counts at its last day only. A KPI that is not kept by
# entity has rows of the entity ALL alone. Latencies cannot be summed: they come from views of their own.
KPIS = """
with cut as (
    select
        v.*,
        max(v.period) over (partition by v.kpi) as last_period,
        bool_or(v.entity_id <> 'ALL') over (partition by v.kpi) as by_entity
    from mart.kpi_value as v
    where v.superseded_at is null and v.dimension in ('all', 'age_bucket')
)

select
    d.title, d.unit, cut.currency, sum(cut.numerator) as numerator, sum(cut.denominator) as denominator
from mart.kpi_definition as d
left join cut
    on d.kpi = cut.kpi
    and (cut.entity_id <> 'ALL') = cut.by_entity
    and (d.period_kind = 'event' or cut.period = cut.last_period)
where d.unit not in ('hours', 'minutes')
group by d.kpi, d.title, d.unit, cut.currency
order by d.title, cut.currency
"""

LATENCIES = {
    "Receipt posting latency": ("mart.kpi_receipt_posting_latency", "hours"),
    "Receipt message latency": ("mart.kpi_receipt_message_latency", "minutes"),
    "Invoice posting latency": ("mart.kpi_invoice_posting_latency", "hours"),
    "Payment acknowledgement time": ("mart.kpi_payment_ack_time", "minutes"),
    "Reconciliation completion time": ("mart.kpi_reconciliation_completion_time", "hours"),
}

HOLDS = """
select code, currency, count(*) as raised, count(*) filter (where resolved_at is null) as open,
    coalesce(sum(amount_at_risk) filter (where resolved_at is null), 0) as at_risk
from match.match_hold
group by code, currency
order by code, currency
"""

ROWS = """
select
    (select coalesce(sum(rows_landed), 0) from ops.batch) as landed,
    (select count(*) from quality.quarantine) as quarantined,
    (select coalesce(sum(rows_promoted), 0) from quality.promotion) as promoted,
    (select count(*) from ops.batch where state = 'stopped') as stopped
"""

FEEDBACK = """
select target, operation, count(*) as sent, count(*) filter (where state = 'confirmed') as confirmed,
    count(*) filter (where state = 'acknowledged') as acknowledged,
    count(*) filter (where state = 'superseded') as superseded,
    count(*) filter (where state in ('pending', 'retrying')) as waiting, count(*) filter (where state = 'dead') as dead
from feedback.message_state
where mode = 'live'
group by target, operation
order by target, operation
"""

# The acquired company's extracts are real records, not injected ones: they have no labels. Duplicate vendors are
# judged by the pairs that are found, not by their holds.
RAISED = """
select distinct code, subject_id
from match.match_hold
where subject_id not like 'adventureworks:%' and code <> 'DUPLICATE_VENDOR'
"""


# Numbers beyond the first of each vendor; the acquired company's too.
DUPLICATES = """
select
    count(*) as numbers,
    count(*) - count(distinct vendor_key) as merged,
    count(*) - count(distinct proposed_key) as found,
    count(distinct review_cluster_id) as waiting
from mart.xref_vendor
"""
VENDORS = "select vendor_id, vendor_key, proposed_key from mart.xref_vendor"


def show(stack: Stack, console: Console) -> list[Score]:
    """Print the figures; return the scores by code."""
    with psycopg.connect(stack.warehouse_dsn) as connection:
        _kpis(connection, console)
        _holds(connection, console)
        _rows(connection, console)
        _feedback(connection, console)
        scores = findings(stack, connection)
        _vendors(connection, vendors(stack, connection), console)
    _scores(scores, console)
    addresses(stack, console)
    return scores


def findings(stack: Stack, connection: psycopg.Connection) -> list[Score]:
    """Compare what was raised with what was injected and due on the days processed."""
    processed = progress.load(stack.layout.played_file).dates
    expected = expected_findings(read_labels(stack.layout.labels), processed)
    return score(expected, {(code, subject) for code, subject in connection.execute(RAISED)})


def vendors(stack: Stack, connection: psycopg.Connection) -> list[Score]:
    """Compare pairs of vendor numbers that resolve to one vendor with the estate's labels."""
    rows = connection.execute(VENDORS).fetchall()
    found = {
        "merged": {number: vendor for number, vendor, _ in rows},
        "merged or proposed": {number: proposed for number, _, proposed in rows},
    }
    return vendor_scores(read_labels(stack.layout.labels), found)


def addresses(stack: Stack, console: Console) -> None:
    """Print where to look, and how to log in."""
    state = stack.state
    table = Table(title="Addresses", title_justify="left", show_header=False)
    table.add_row("Airflow", state["airflow"])
    table.add_row("", f"user {state['user']}, password in {stack.layout.airflow / 'passwords.json'}")
    table.add_row("Data Docs", state["data_docs"])
    table.add_row("Steward's report", state["steward_report"])
    table.add_row("dbt docs", state["dbt_docs"])
    table.add_row("Warehouse", f"127.0.0.1:{state['ports']['postgres']}, database warehouse, user tieout")
    table.add_row("", f"password in {stack.postgres.directory / 'password'}")
    console.print(table)


def _query(connection: psycopg.Connection, statement: str) -> Sequence[dict[str, Any]]:
    return connection.cursor(row_factory=dict_row).execute(statement).fetchall()  # type: ignore[arg-type]


def _kpis(connection: psycopg.Connection, console: Console) -> None:
    table = Table("KPI", "value", "of", title="KPIs over all days and entities", title_justify="left")
    for row in _query(connection, KPIS):
        table.add_row(row["title"], *kpi_words(row))
    for title, (view, unit) in LATENCIES.items():
        statement = f"select observations, p50_{unit} as p50, p95_{unit} as p95 from {view} where level = 'all' and entity_id = 'ALL'"  # noqa: E501, S608
        for row in _query(connection, statement):
            value = f"p50 {row['p50']:,.1f} {unit}, p95 {row['p95']:,.1f} {unit}"
            table.add_row(title, value, f"{row['observations']:,}")
    console.print(table)


def kpi_words(row: dict[str, Any]) -> tuple[str, str]:
    """Return a KPI's value with its unit, and what it is a share of."""
    numerator, denominator = row["numerator"], row["denominator"]
    if row["unit"] == "%":
        if not denominator:
            return "nothing to measure", ""
        return f"{numerator * 100 / denominator:.1f} %", f"{denominator:,.0f} {row['currency'] or ''}".rstrip()
    if row["currency"]:
        return f"{_money(numerator)} {row['currency']}", ""
    if denominator:
        return f"{numerator / denominator:.2f}", f"{denominator:,.0f}"
    return f"{numerator or 0:,.0f}", ""


def _holds(connection: psycopg.Connection, console: Console) -> None:
    table = Table("code", "raised", "open", "at risk", "", title="Holds", title_justify="left")
    for row in _query(connection, HOLDS):
        table.add_row(
            row["code"], f"{row['raised']:,}", f"{row['open']:,}", _money(row["at_risk"]), row["currency"] or ""
        )
    console.print(table)


def _rows(connection: psycopg.Connection, console: Console) -> None:
    (row,) = _query(connection, ROWS)
    console.print(
        f"Rows: {row['landed']:,} landed, {row['quarantined']:,} quarantined, {row['promoted']:,} promoted; "
        f"{row['stopped']:,} batches stopped."
    )


def _feedback(connection: psycopg.Connection, console: Console) -> None:
    names = ("sent", "confirmed", "acknowledged", "superseded", "waiting", "dead")
    headings = ("sent", "taken over", "acknowledged", "superseded", "waiting", "dead")
    table = Table("target", "message", *headings, title="Feedback", title_justify="left")
    for row in _query(connection, FEEDBACK):
        table.add_row(row["target"], row["operation"], *(f"{row[name]:,}" for name in names))
    console.print(table)


def _vendors(connection: psycopg.Connection, scores: Sequence[Score], console: Console) -> None:
    (row,) = _query(connection, DUPLICATES)
    console.print(
        f"Duplicate vendors: {row['found']:,} of {row['numbers']:,} vendor numbers found to be another's, "
        f"{row['merged']:,} merged, {row['found'] - row['merged']:,} proposed; "
        f"{row['waiting']:,} clusters wait for review."
    )
    headings = ("pairs labelled", "pairs found", "precision", "recall")
    table = Table("vendor numbers", *headings, title="Vendors against labels", title_justify="left")
    for item in scores:
        table.add_row(
            item.code, f"{item.expected:,}", f"{item.raised:,}", f"{item.precision:.3f}", f"{item.recall:.3f}"
        )
    console.print(table)


def _scores(scores: Sequence[Score], console: Console) -> None:
    table = Table(
        "code",
        "injected",
        "raised",
        "precision",
        "recall",
        title="Findings against labels, all entities but the acquired company",
        title_justify="left",
    )
    for item in scores:
        style = None if item.perfect else "bold red"
        table.add_row(
            item.code, str(item.expected), str(item.raised), f"{item.precision:.3f}", f"{item.recall:.3f}", style=style
        )
    console.print(table)


def _money(amount: Decimal | None) -> str:
    return f"{amount or Decimal():,.2f}"
