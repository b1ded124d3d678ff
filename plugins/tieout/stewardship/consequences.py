"""What a decision would touch: documents, money on its way, policies that would meet."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from psycopg import Cursor

from tieout.errors import TieoutError
from tieout.resolution.consequences import of_merge

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


def of_line(dsn: str, cursor: Cursor[dict[str, Any]], kind: str, detail: Mapping[str, Any]) -> list[str]:
    """Return sentences on what a decision about a line of the queue would touch.

    Args:
        dsn: of the warehouse.
        cursor: on it; its rows are dictionaries.
        kind: of the line.
        detail: of the line.
    """
    if kind == "vendor":
        return of_vendors(dsn, cursor, [each for group in detail["groups"] for each in group])
    if kind in ("item", "unit"):
        return of_items(cursor, [detail[name] for name in ("item_id", "record_item_id") if name in detail])
    return []


def of_vendors(dsn: str, cursor: Cursor[dict[str, Any]], vendor_ids: list[str]) -> list[str]:
    """Return who these vendor numbers are and what making one vendor of them would touch."""
    vendors = cursor.execute(_VENDORS, {"vendor_ids": vendor_ids}).fetchall()
    told = ["Numbers: " + "; ".join(_vendor(each) for each in vendors) + "."] if vendors else []
    try:
        of = of_merge(dsn, vendor_ids)
    except TieoutError as error:
        return [*told, str(error)]
    told += [f"Unpaid invoices: {_sums(of.invoices, 'invoices')}."] if of.invoices else []
    told += [f"Payments on their way: {_sums(of.payments, 'payments')}."] if of.payments else []
    if of.duplicates:
        named = "; ".join(f"{each['invoice_id']} and {each['duplicate_id']}" for each in of.duplicates[:5])
        told.append(f"{len(of.duplicates)} pairs of invoices would be suspected duplicates: {named}.")
    if of.mismatches_cleared:
        told.append(f"{of.mismatches_cleared} holds for a mismatch of vendors would go.")
    if of.policies:
        named = "; ".join(f"{each['policy_id']} and {each['other_policy_id']}" for each in of.policies)
        told.append(f"Policies would collide: {named}. The stricter limit counts until somebody decides.")
    if of.differing:
        told.append(f"They differ in {', '.join(of.differing)}.")
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


def _sums(rows: Iterable[Mapping[str, Any]], what: str) -> str:
    return "; ".join(
        f"{row[what]} of {row['vendor_key']} over {Decimal(row['amount']):,.2f} {row['currency']}" for row in rows
    )


def _vendor(row: Mapping[str, Any]) -> str:
    tax_id = f", tax id …{row['tax_id_last4']}" if row["tax_id_last4"] else ""
    return f"{row['vendor_id']} {row['name'] or ''} ({row['status']}{tax_id})"
