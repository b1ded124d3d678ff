"""What a merge of vendors would change, read before a person approves it (docs/reference/vendors.md).

Figures are those of the last transformation; amounts are sums in one currency, as texts of decimals.
"""

from collections.abc import Iterable
from contextlib import closing
from dataclasses import asdict, dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row

from tieout.errors import TieoutError
from tieout.warehouse.connection import connect

_VENDORS = """
select vendor_key, array_agg(vendor_id order by vendor_id collate "C") as vendor_ids
from mart.xref_vendor
where vendor_key in (select vendor_key from mart.xref_vendor where vendor_id = any(%(ids)s))
group by vendor_key
order by vendor_key collate "C"
"""
_INVOICES = """
select vendor_key, currency, count(*) as invoices, sum(gross_amount)::text as amount
from mart.fct_invoice
where vendor_key = any(%(keys)s) and not is_cancelled and not is_paid
group by vendor_key, currency
order by vendor_key collate "C", currency
"""
_PAYMENTS = """
select vendor_key, currency, count(*) as payments, sum(amount)::text as amount
from mart.fct_payment
where vendor_key = any(%(keys)s) and status not in ('settled', 'returned', 'cancelled')
group by vendor_key, currency
order by vendor_key collate "C", currency
"""
_DUPLICATES = """
select one.invoice_id, other.invoice_id as duplicate_id, one.gross_amount::text as amount, one.currency
from mart.fct_invoice as one
inner join mart.fct_invoice as other
    on one.vendor_key < other.vendor_key
        and one.normalised_number = other.normalised_number
        and one.currency = other.currency
        and one.kind = other.kind
where one.vendor_key = any(%(keys)s) and other.vendor_key = any(%(keys)s)
    and not one.is_cancelled and not other.is_cancelled
order by one.invoice_id, other.invoice_id
limit 100
"""
_MISMATCHES = """
select count(*) as holds
from mart.exc_hold
where code = 'VENDOR_MISMATCH' and resolved_at is null
    and expected = any(%(keys)s) and actual = any(%(keys)s)
"""
# Policies that no two vendors' rows of one scope and day may have, once they are one vendor.
_POLICIES = """
with policy as (
    select
        p.policy_id, v.vendor_key, concat_ws('|', p.entity_id, p.item_category, p.match_type, p.currency) as scope,
        p.valid_from, coalesce(p.valid_to, '9999-12-31'::date) as valid_to
    from staging.stg_policies as p
    inner join mart.xref_vendor as v on p.vendor_key = v.vendor_id
    where v.vendor_key = any(%(keys)s)
)

select one.policy_id, other.policy_id as other_policy_id
from policy as one
inner join policy as other
    on one.vendor_key < other.vendor_key
        and one.scope = other.scope
        and one.valid_from <= other.valid_to
        and other.valid_from <= one.valid_to
order by one.policy_id, other.policy_id
"""
_DIFFERENT = """
select
    count(distinct tax_id_masked) > 1 as tax_ids,
    count(distinct bank_account_token) > 1 as bank_accounts,
    count(distinct status) > 1 as status,
    count(distinct payment_term_code) > 1 as payment_terms
from mart.dim_vendor
where vendor_key = any(%(keys)s)
"""


@dataclass(frozen=True)
class Consequences:
    """What a merge would bring together.

    ``vendors``: each resolved vendor with its numbers. ``invoices``, ``payments``: open ones, by vendor and currency.
    ``duplicates``: invoices that would be duplicates of each other. ``mismatches_cleared``: holds that would go.
    ``policies``: pairs of policies of one scope; the stricter limit goes. ``differing``: what is not the same of them.
    """

    vendors: list[dict[str, Any]]
    invoices: list[dict[str, Any]]
    payments: list[dict[str, Any]]
    duplicates: list[dict[str, Any]]
    mismatches_cleared: int
    policies: list[dict[str, Any]]
    differing: list[str]

    def as_dict(self) -> dict[str, Any]:
        """Return them as plain values."""
        return asdict(self)


def of_merge(dsn: str, vendor_ids: Iterable[str]) -> Consequences:
    """Return what making one vendor of these numbers, and of those that are one with them, would change.

    Raises:
        TieoutError: a number is not known to the last transformation.
    """
    with closing(connect(dsn)) as connection:
        ids = sorted(set(vendor_ids))
        vendors = _rows(connection, _VENDORS, ids=ids)
        unknown = set(ids) - {vendor_id for row in vendors for vendor_id in row["vendor_ids"]}
        if unknown:
            raise TieoutError(
                f"mart.xref_vendor has no vendor number {', '.join(sorted(unknown))}.",
                "Transform first, or take vendor ids from there.",
            )
        keys = [row["vendor_key"] for row in vendors]
        (different,) = _rows(connection, _DIFFERENT, keys=keys)
        return Consequences(
            vendors=vendors,
            invoices=_rows(connection, _INVOICES, keys=keys),
            payments=_rows(connection, _PAYMENTS, keys=keys),
            duplicates=_rows(connection, _DUPLICATES, keys=keys),
            mismatches_cleared=_rows(connection, _MISMATCHES, keys=keys)[0]["holds"],
            policies=_rows(connection, _POLICIES, keys=keys),
            differing=[name for name, differs in different.items() if differs],
        )


def _rows(connection: psycopg.Connection, query: str, **parameters: Any) -> list[dict[str, Any]]:
    return connection.cursor(row_factory=dict_row).execute(query.encode(), parameters).fetchall()
