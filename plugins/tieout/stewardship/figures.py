"""The figures of the steward's report: quality by source and expectation over time, what waits, duplicate vendors."""

from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from tieout.warehouse.connection import connect

DAYS = 60
"""How far the plots go back."""

_AS_OF = "select max(as_of) from ops.run where state = 'succeeded' and scope = 'whole'"
_SOURCES = """
select source_system as source, known_at::date as day,
    sum(rows_promoted + rows_quarantined)::bigint as rows, sum(rows_quarantined)::bigint as held
from quality.promotion
where source_system <> 'tieout' and known_at > %(as_of)s::timestamptz - make_interval(days => %(days)s)
group by source_system, known_at::date
order by source_system, day
"""
_RULES = """
with day as (
    select result.rule_id, result.severity, result.owner, gate_run.known_at::date as day,
        sum(result.rows_failed)::bigint as failed, sum(result.rows_checked)::bigint as checked
    from quality.result as result
    inner join quality.gate_run as gate_run on result.gate_run_id = gate_run.gate_run_id
    where gate_run.known_at > %(as_of)s::timestamptz - make_interval(days => %(days)s)
    group by result.rule_id, result.severity, result.owner, gate_run.known_at::date
)

select *
from day
where rule_id in (select rule_id from day group by rule_id having sum(failed) > 0 order by sum(failed) desc limit 15)
order by rule_id, day
"""
_WAITING = """
with line as (
    select distinct on (kind, subject_id) kind, subject_id, age_days from steward.queue order by kind, subject_id
)

select kind,
    count(*) filter (where age_days <= 2) as fresh,
    count(*) filter (where age_days between 3 and 7) as week,
    count(*) filter (where age_days between 8 and 30) as month,
    count(*) filter (where age_days > 30) as older,
    max(age_days) as oldest
from line
group by kind
order by count(*) desc, kind
"""
_MONEY = """
select kind, currency, sum(amount_at_risk) as amount
from steward.queue where amount_at_risk is not null group by kind, currency order by kind, sum(amount_at_risk) desc
"""
_LARGEST = """
select kind, subject_id as subject, owner_role as owner, age_days as age, amount_at_risk as amount, currency, suggestion
from steward.queue
where amount_at_risk > 0
order by amount_at_risk desc, kind, subject_id
limit 12
"""
_VENDORS = """
select
    (select count(*) from canonical.int_vendor_crosswalk where is_record) as numbers,
    (select count(distinct vendor_key) from canonical.int_vendor_crosswalk where is_record) as vendors,
    (select count(distinct (left_id, right_id)) from steward.vendor_proposal) as found,
    count(*) filter (where closed_at is null) as waiting,
    count(*) filter (where closed_because = 'merged') as merged,
    count(*) filter (where closed_because = 'apart') as apart
from steward.vendor_proposal
"""
_OPEN_PROPOSALS = """
select day::date as day, count(p.proposal_id) as open
from generate_series(
    %(as_of)s::timestamptz - make_interval(days => %(days)s), %(as_of)s::timestamptz, interval '1 day'
) as day
left join steward.vendor_proposal as p on p.opened_at <= day and (p.closed_at is null or p.closed_at > day)
group by day
order by day
"""
_DECISIONS = """
select decision.decision_type as kind, count(*) as made, count(distinct decision.decided_by) as people,
    max(promotion.known_at)::date as last_day
from raw.decision as decision
inner join quality.promotion as promotion on decision._batch_id = promotion.batch_id
where promotion.known_at > %(as_of)s::timestamptz - make_interval(days => %(days)s)
group by decision.decision_type
order by made desc, kind
"""


@dataclass(frozen=True)
class SourceDay:
    """Rows of a source that the gate judged in a day, and how many of them it held back."""

    source: str
    day: date
    rows: int
    held: int


@dataclass(frozen=True)
class RuleDay:
    """Rows that an expectation looked at in a day, and how many broke it."""

    rule_id: str
    severity: str
    owner: str
    day: date
    failed: int
    checked: int


@dataclass(frozen=True)
class Waiting:
    """What waits of a kind: up to 2 days, 3 to 7, 8 to 30, longer; and the age of the oldest in days."""

    kind: str
    fresh: int
    week: int
    month: int
    older: int
    oldest: int

    @property
    def total(self) -> int:
        """How many wait."""
        return self.fresh + self.week + self.month + self.older


@dataclass(frozen=True)
class Money:
    """Money that hangs on what waits of a kind."""

    kind: str
    currency: str
    amount: Decimal


@dataclass(frozen=True)
class Largest:
    """A line of the queue on which much money hangs."""

    kind: str
    subject: str
    owner: str
    age: int
    amount: Decimal
    currency: str
    suggestion: str


@dataclass(frozen=True)
class Vendors:
    """Numbers of masters and the vendors that they are; pairs that were found, wait, were merged, were kept apart."""

    numbers: int
    vendors: int
    found: int
    waiting: int
    merged: int
    apart: int


@dataclass(frozen=True)
class OpenProposals:
    """Pairs of vendor numbers that waited on a day."""

    day: date
    open: int


@dataclass(frozen=True)
class Decisions:
    """Decisions of a kind in the time that is looked at."""

    kind: str
    made: int
    people: int
    last_day: date


@dataclass(frozen=True)
class Figures:
    """All that the report shows, as of the last transformation."""

    as_of: datetime
    sources: list[SourceDay]
    rules: list[RuleDay]
    waiting: list[Waiting]
    money: list[Money]
    largest: list[Largest]
    vendors: Vendors
    open_proposals: list[OpenProposals]
    decisions: list[Decisions]


def read_figures(dsn: str, days: int = DAYS) -> Figures | None:
    """Return the report's figures, None before the first transformation.

    Args:
        dsn: of the warehouse.
        days: how far to look back from the last transformation.
    """
    with closing(connect(dsn)) as connection:
        row = connection.execute(_AS_OF).fetchone()
        if row is None or row[0] is None:
            return None
        span = {"as_of": row[0], "days": days}
        return Figures(
            as_of=row[0],
            sources=_all(connection, SourceDay, _SOURCES, span),
            rules=_all(connection, RuleDay, _RULES, span),
            waiting=_all(connection, Waiting, _WAITING),
            money=_all(connection, Money, _MONEY),
            largest=_all(connection, Largest, _LARGEST),
            vendors=_all(connection, Vendors, _VENDORS)[0],
            open_proposals=_all(connection, OpenProposals, _OPEN_PROPOSALS, span),
            decisions=_all(connection, Decisions, _DECISIONS, span),
        )


def _all(connection: Connection, kind: Any, query: str, parameters: dict[str, Any] | None = None) -> list[Any]:
    with connection.cursor(row_factory=class_row(kind)) as cursor:
        return cursor.execute(query.encode(), parameters).fetchall()
