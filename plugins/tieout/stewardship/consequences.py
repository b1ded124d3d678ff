"""What a decision would touch: documents, money on its way, policies that would meet."""

from collections.abc import Iterable, Mapping
from typing import Any

from psycopg import Cursor

_INVOICES = """
select count(*) as invoices, trim_scale(sum(gross_amount)) as amount, currency,
    count(*) filter (where is_paid) as paid
from mart.fct_invoice
where not is_cancelled and source_system || ':' || vendor_number = any(%(vendor_ids)s)
group by currency order by currency
"""
_PAYMENTS = """
select count(*) as payments, trim_scale(sum(payment.amount)) as amount, payment.currency
from mart.fct_payment as payment
where payment.settled_at is null and payment.returned_at is null
    and payment.status not in ('settled', 'returned', 'rejected', 'cancelled')
    and payment.vendor_key = any(%(vendor_keys)s)
group by payment.currency order by payment.currency
"""
_POLICIES = """
select vendor_key, string_agg(policy_id, ', ' order by policy_id) as policies
from canonical.int_policies
where vendor_key = any(%(vendor_keys)s) and valid_to >= (select max(as_of) from ops.run where state = 'succeeded')::date
group by vendor_key order by vendor_key
"""
_VENDORS = """
select vendor_id, vendor_key, name, status, tax_id_last4
from canonical.int_vendor_crosswalk where vendor_id = any(%(vendor_ids)s) order by vendor_id
"""
_ITEM = """
select
    (
        select count(*) from canonical.int_purchase_order_lines where item_key = any(%(keys)s) and not is_closed
    ) as orders,
    (select count(*) from canonical.int_invoice_lines where item_key = any(%(keys)s)) as invoices,
    (select count(*) from match.match_hold where is_open and po_line_id in (
        select po_line_id from canonical.int_purchase_order_lines where item_key = any(%(keys)s)
    )) as holds
"""
_ITEM_KEYS = "select item_key from canonical.int_item_crosswalk where item_id = any(%(ids)s)"


def of_line(cursor: Cursor[dict[str, Any]], kind: str, detail: Mapping[str, Any]) -> list[str]:
    """Return sentences on what a decision about a line of the queue would touch.

    Args:
        cursor: on the warehouse; its rows are dictionaries.
        kind: of the line.
        detail: of the line.
    """
    if kind == "vendor":
        return of_vendors(cursor, [each for group in detail["groups"] for each in group])
    if kind in ("item", "unit"):
        return of_items(cursor, [detail[name] for name in ("item_id", "record_item_id") if name in detail])
    return []


def of_vendors(cursor: Cursor[dict[str, Any]], vendor_ids: Iterable[str]) -> list[str]:
    """Return what a merge of these vendor numbers would touch: invoices, open payments, policies that would collide."""
    ids = {"vendor_ids": list(vendor_ids)}
    vendors = cursor.execute(_VENDORS, ids).fetchall()
    keys = {"vendor_keys": sorted({each["vendor_key"] for each in vendors})}
    told = ["Numbers: " + "; ".join(_vendor(each) for each in vendors) + "."] if vendors else []
    for row in cursor.execute(_INVOICES, ids).fetchall():
        told.append(
            f"{row['invoices']} invoices over {row['amount']} {row['currency']}, {row['paid']} of them paid,"
            " are matched again and looked through for duplicates."
        )
    for row in cursor.execute(_PAYMENTS, keys).fetchall():
        told.append(f"{row['payments']} payments over {row['amount']} {row['currency']} are on their way.")
    policies = cursor.execute(_POLICIES, keys).fetchall()
    if len(policies) > 1:
        named = "; ".join(f"{each['policies']} for {each['vendor_key']}" for each in policies)
        told.append(f"Policies collide: {named}. Until somebody decides which, the stricter must be kept.")
    return told


def of_items(cursor: Cursor[dict[str, Any]], item_ids: list[str]) -> list[str]:
    """Return what a decision on these items would touch: order and invoice lines that are matched again."""
    keys = [row["item_key"] for row in cursor.execute(_ITEM_KEYS, {"ids": item_ids}).fetchall()]
    row = cursor.execute(_ITEM, {"keys": keys}).fetchone()
    if row is None or not (row["orders"] or row["invoices"]):
        return []
    return [
        f"{row['orders']} open order lines and {row['invoices']} invoice lines are matched again,"
        f" {row['holds']} open holds among them."
    ]


def _vendor(row: Mapping[str, Any]) -> str:
    tax_id = f", tax id …{row['tax_id_last4']}" if row["tax_id_last4"] else ""
    return f"{row['vendor_id']} {row['name'] or ''} ({row['status']}{tax_id})"
