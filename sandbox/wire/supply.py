"""The supply system: files with semicolons, local dates and decimal commas, and a JSON API."""

import csv
import gzip
import io
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sandbox.scenario.domain import Entity, Item, Po, PoLine, Receipt, Vendor
from sandbox.scenario.model import Write
from sandbox.wire.codes import SUPPLY_PO_STATUS, UNITS, iso, local

RECEIPT_COLUMNS = (
    *("RCPT_ID", "RCPT_NO", "LINE", "SITE", "PO", "PO_LINE", "ITEM", "TYPE", "QTY", "UOM", "QTY_ACC", "QTY_REJ"),
    *("RECEIVED", "POSTED", "CLERK", "REF_RCPT", "SLIP", "LOT", "LOC", "MODIFIED"),
)
MOVE_COLUMNS = ["MOVE_ID", "SITE", "ITEM", "LOC", "KIND", "QTY", "UOM", "MOVED", "MODIFIED"]
COUNT_COLUMNS = ["COUNT_ID", "SITE", "ITEM", "LOC", "COUNTED", "BOOK", "UOM", "COUNTED_AT", "MODIFIED"]
Row = dict[str, str]


def comma(value: Decimal | int | None) -> str:
    """A number with a decimal comma."""
    return "" if value is None else str(value).replace(".", ",")


def receipt_row(row: Receipt, modified: datetime) -> Row:
    """A receipt (W) or return (R) as a line of the receipts file."""
    return {
        "RCPT_ID": row.ref,
        "RCPT_NO": f"GR{row.ref.removeprefix('R')}",
        "LINE": "1",
        "SITE": row.po.entity.site,
        "PO": row.po.number,
        "PO_LINE": str(row.line.number),
        "ITEM": row.line.item.number if row.line.item else "",
        "TYPE": "W" if row.kind == "receipt" else "R",
        "QTY": comma(row.qty),
        "UOM": UNITS["supply"][row.unit],
        "QTY_ACC": comma(row.accepted),
        "QTY_REJ": comma(row.rejected) if row.kind == "receipt" else "",
        "RECEIVED": local(row.received),
        "POSTED": local(row.posted),
        "CLERK": row.clerk,
        "REF_RCPT": row.names,
        "SLIP": f"LS-{row.ref}",
        "LOT": "",
        "LOC": f"{row.po.entity.company}-DOCK",
        "MODIFIED": local(modified),
    }


def count_row(ref: str, entity: Entity, item: Item, place: str, qty: tuple[int, int], at: datetime) -> Row:
    """A count of an item at a place, (counted, book), as a line of the counts file."""
    counted, book = qty
    return {
        "COUNT_ID": ref,
        "SITE": entity.site,
        "ITEM": item.number,
        "LOC": place,
        "COUNTED": str(counted),
        "BOOK": str(book),
        "UOM": "EA",
        "COUNTED_AT": local(at),
        "MODIFIED": local(at),
    }


def csv_file(columns: Sequence[str], rows: Sequence[Row], *, encoding: str = "utf-8") -> bytes:
    """A file with a header, semicolons and CRLF."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, delimiter=";", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def packed(content: bytes) -> bytes:
    """The same bytes for the same content: gzip without name and time."""
    return gzip.compress(content, compresslevel=6, mtime=0)


def _write(collection: str, key: str, doc: dict[str, Any], at: datetime) -> Write:
    return Write("supply_api", collection, (key,), {**doc, "modified": iso(at)}, at)


def item(row: Item, at: datetime) -> Write:
    """An item."""
    doc = {
        "itemNo": row.number,
        "description": row.description,
        "manufacturer": f"Maker {row.vendor % 40:02d}",
        "manufacturerPart": f"MP-{row.number}",
        "category": row.category,
        "baseUnit": UNITS["supply"]["EA"],
        "stocked": "Y",
        "lotControlled": "N",
        "active": "Y",
    }
    return _write("items", row.number, doc, at)


def units(row: Item, at: datetime) -> list[Write]:
    """The units of an item with their factors to eaches."""
    return [
        _write(
            "units",
            f"{row.number}-{unit}",
            {"itemNo": row.number, "unit": UNITS["supply"][unit], "eachesPerUnit": factor},
            at,
        )
        for unit, factor in row.factors.items()
    ]


def substitute(item_number: str, instead: str, at: datetime) -> Write:
    """An approved substitute."""
    doc = {
        "itemNo": item_number,
        "substituteItemNo": instead,
        "validFrom": "2026-01-01",
        "validTo": None,
        "approvedBy": "value.analysis",
    }
    return _write("substitutes", f"{item_number}-{instead}", doc, at)


def vendor_number(row: Vendor) -> str:
    """The supply system's number of a vendor."""
    return f"V-{row.index:04d}"


def vendor(row: Vendor, at: datetime) -> Write:
    """The supply system's copy of a vendor; it names the number in one of the ERPs."""
    doc = {
        "vendorNo": vendor_number(row),
        "name": row.name.upper(),
        "taxId": row.tax_id or None,
        "erp": "M" if row.main else "W",
        "erpVendorNo": row.main or row.west,
    }
    return _write("vendors", vendor_number(row), doc, at)


def requisition(po: Po, at: datetime) -> Write:
    """The requisition that a purchase order came from."""
    doc = {
        "requisitionNo": po.requisition,
        "site": po.entity.site,
        "requestedAt": iso(at),
        "lines": [
            {
                "line": line.number,
                "itemNo": line.item.number if line.item else None,
                "qty": line.qty,
                "unit": UNITS["supply"][line.unit] or None,
                "requester": line.requester,
                "state": "ordered",
            }
            for line in po.lines
        ],
    }
    return _write("requisitions", po.requisition, doc, at)


def purchase_order(po: Po, at: datetime) -> Write:
    """The supply system's copy of a purchase order."""
    doc = {
        "poNo": po.number,
        "site": po.entity.site,
        "vendorNo": vendor_number(po.vendor),
        "state": SUPPLY_PO_STATUS[po.status],
        "currency": po.currency,
        "orderedAt": iso(po.created),
        "lines": [_po_line(line) for line in po.lines],
    }
    return _write("purchase-orders", po.number, doc, at)


def _po_line(line: PoLine) -> dict[str, Any]:
    return {
        "line": line.number,
        "itemNo": line.item.number if line.item else None,
        "description": line.description,
        "qty": line.qty,
        "unit": UNITS["supply"][line.unit] or None,
        "price": line.price,
        "state": {"open": "O", "closed": "C", "cancelled": "X"}[line.status],
    }


def backorder(ref: str, po: Po, line: PoLine, qty: int, at: datetime) -> Write:
    """A backordered purchase order line."""
    doc = {
        "backorderId": ref,
        "poNo": po.number,
        "poLine": line.number,
        "site": po.entity.site,
        "qty": qty,
        "unit": UNITS["supply"][line.unit],
        "expected": line.need_by.isoformat(),
        "reportedAt": iso(at),
    }
    return _write("backorders", ref, doc, at)
