"""The holds of a period with other policies, compared with those that stand: rows of ``ops.what_if``."""

from datetime import datetime
from typing import Any

from psycopg import sql
from psycopg.rows import dict_row

from tieout.warehouse.connection import connect
from tieout.warehouse.copies import Copy
from tieout.what_if.question import Question

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


def compare(
    dsn: str, copy: Copy, question: Question, rebuild_id: int, as_of: datetime, policies_sha256: str, now: datetime
) -> list[dict[str, Any]]:
    """Compare what was built with what stands, or with the question's baseline, and return the rows that say so."""
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
