"""Lines of invoices that wait for a receipt alone, and the event that brings it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.rows import class_row

# Lines that wait at their order line alone, so that nobody else takes the receipt, and for nothing but a receipt.
_WAITING = """
select
    invoice.invoice_ref,
    billed.line_number as invoice_line_number,
    po.entity_id,
    split_part(po.purchase_order_id, ':', 2) as po_number,
    po.line_number,
    po.item_number,
    line.unallocated_qty as qty
from match.match_invoice_line as line
inner join canonical.int_invoices as invoice using (invoice_id)
inner join canonical.int_invoice_lines as billed using (invoice_line_id)
inner join canonical.int_purchase_order_lines as po on line.po_line_id = po.po_line_id
where line.match_type = 'three_way'
    and line.verdict in ('exception', 'awaiting_receipt')
    and line.unallocated_qty > 0
    and line.cum_invoiced <= line.ordered_qty
    and invoice.source_system = 'ap'
    and po.base_unit = 'EA'
    and not exists (
        select from match.match_invoice_line as other
        where other.po_line_id = line.po_line_id
            and other.invoice_line_id <> line.invoice_line_id
            and other.unallocated_qty > 0
    )
    and not exists (
        select from match.match_hold as hold
        where hold.resolved_at is null
            and hold.code <> 'QTY_RECEIVED'
            and (
                hold.invoice_line_id = line.invoice_line_id
                or (hold.invoice_id = line.invoice_id and hold.invoice_line_id is null)
            )
    )
order by line.po_line_id
"""

_STANDING = """
select line.verdict, line.explanation
from mart.fct_match_invoice_line as line
inner join canonical.int_invoice_lines as billed using (invoice_line_id)
inner join canonical.int_invoices as invoice on billed.invoice_id = invoice.invoice_id
where invoice.source_system = 'ap' and invoice.invoice_ref = %s and billed.line_number = %s
"""


@dataclass(frozen=True)
class Waiting:
    """A line of an invoice, and what is missing of its order line; ``qty`` in each."""

    invoice_ref: str
    invoice_line_number: int
    entity_id: str
    po_number: str
    line_number: str
    item_number: str | None
    qty: Decimal


def waiting(connection: psycopg.Connection) -> list[Waiting]:
    """Return what a receipt would release, as the last transformation knows it."""
    with connection.cursor(row_factory=class_row(Waiting)) as cursor:
        return cursor.execute(_WAITING).fetchall()


def standing(connection: psycopg.Connection, line: tuple[str, int]) -> str:
    """Return what the warehouse says of a line of AP's invoice now: verdict and explanation."""
    row = connection.execute(_STANDING, line).fetchone()
    return ": ".join(row) if row else "no such line"


def event(line: Waiting, number: int, *, sites: Mapping[str, str], at: datetime) -> dict[str, Any]:
    """Return the supply system's event about the receipt of all that is waited for.

    Args:
        line: what came.
        number: tells one receipt from another.
        sites: the supply system's code of each entity.
        at: business time at which it was received and posted.
    """
    moment = at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    receipt = f"EV-{number:06}"
    return {
        "id": f"receipt-{receipt}",
        "type": "receipt.posted",
        "occurredAt": moment,
        "data": {
            "receiptId": receipt, "receiptNo": receipt, "line": 1, "site": sites[line.entity_id],
            "poNo": line.po_number, "poLine": line.line_number, "itemNo": line.item_number, "type": "W",
            "qty": str(line.qty), "unit": "EA", "acceptedQty": str(line.qty), "rejectedQty": "0",
            "receivedAt": moment, "postedAt": moment, "clerk": "dock", "namedReceiptId": None,
            "packingSlip": receipt, "lot": None, "location": None, "modified": moment,
        },
    }  # fmt: skip


def body_of(document: Mapping[str, Any]) -> bytes:
    """Return an event as it goes over the wire."""
    return json.dumps(document, separators=(",", ":")).encode()


def sites_of(entities: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return the supply system's first code of each configured entity that has one."""
    coded = {str(entity["entity_id"]): (entity.get("codes") or {}).get("supply") or [] for entity in entities}
    return {entity_id: codes[0] for entity_id, codes in coded.items() if codes}
