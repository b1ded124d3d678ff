"""What waits for each role, read from the marts: counts and money, never who or which account."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import groupby

import psycopg

from tieout.alerts.messages import LargeHold, Share
from tieout.alerts.promises import HOLD, Promise

_AS_OF = "select max(as_of) from ops.run where state = 'succeeded'"

_SHARES = """
with promise as (
    select *
    from jsonb_to_recordset(%(promises)s::jsonb) as p (owner_role text, entity_id text, hours numeric)
),

hold as (
    select
        h.owner_role,
        h.code,
        coalesce(h.currency, '') as currency,
        h.amount_at_risk,
        h.opened_at,
        h.opened_at > coalesce((%(told)s::jsonb ->> h.owner_role)::timestamptz, '-infinity') as is_new,
        h.opened_at < %(as_of)s::timestamptz - (
            select p.hours
            from promise as p
            where p.owner_role in ('', h.owner_role) and p.entity_id in ('', h.entity_id)
            order by (p.owner_role <> '')::int * 2 + (p.entity_id <> '')::int desc
            limit 1
        ) * interval '1 hour' as is_overdue
    from mart.exc_hold as h
    where h.is_open
)

select
    owner_role,
    code,
    currency,
    count(*),
    coalesce(sum(amount_at_risk), 0),
    min(opened_at),
    count(*) filter (where is_overdue),
    count(*) filter (where is_new)
from hold
group by owner_role, code, currency
order by owner_role, sum(amount_at_risk) desc nulls last, code, currency
"""

_LARGE = """
select hold_id, code, entity_id, amount_at_risk, currency
from mart.exc_hold
where is_open
    and owner_role = %(role)s
    and code <> 'RECOVERY_DUE'
    and amount_at_risk >= (%(limits)s::jsonb ->> currency)::numeric
    and opened_at > coalesce(%(since)s::timestamptz, '-infinity')
order by hold_id
"""


def concluded_as_of(connection: psycopg.Connection) -> datetime | None:
    """Return the moment that the marts tell of; none before the first transformation."""
    row = connection.execute(_AS_OF).fetchone()
    return row[0] if row else None


def shares(
    connection: psycopg.Connection, as_of: datetime, promises: Sequence[Promise], told: Mapping[str, datetime]
) -> dict[str, list[Share]]:
    """Return the open holds by owner's role, code and currency.

    Args:
        promises: those about holds give how long one may stay open.
        told: up to when each role was told; what opened later is new to it.
    """
    listed = [
        {"owner_role": one.owner_role, "entity_id": one.entity_id, "hours": str(one.hours)}
        for one in promises
        if one.subject == HOLD
    ]
    values = {
        "as_of": as_of,
        "promises": json.dumps(listed),
        "told": json.dumps({role: at.isoformat() for role, at in told.items()}),
    }
    rows = connection.execute(_SHARES, values).fetchall()
    return {role: [Share(*row[1:]) for row in mine] for role, mine in groupby(rows, key=lambda row: row[0])}


def large_holds(
    connection: psycopg.Connection, role: str, limits: Mapping[str, Decimal], since: datetime | None
) -> list[LargeHold]:
    """Return a role's open holds that opened since and are at or above the limit of their currency."""
    values = {"role": role, "limits": json.dumps({name: str(limit) for name, limit in limits.items()}), "since": since}
    return [LargeHold(*row) for row in connection.execute(_LARGE, values)]
