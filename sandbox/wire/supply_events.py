"""What the supply system's events carry: a receipt in the words of its API."""

from typing import Any

from sandbox.wire.codes import instant, iso


def receipt_document(row: dict[str, str]) -> dict[str, Any]:
    """A line of the receipts file in the words of the API: what an event about the receipt carries."""
    return {
        "receiptId": row["RCPT_ID"],
        "receiptNo": row["RCPT_NO"],
        "line": int(row["LINE"]),
        "site": row["SITE"],
        "poNo": row["PO"],
        "poLine": row["PO_LINE"],
        "itemNo": row["ITEM"] or None,
        "type": row["TYPE"],
        "qty": _point(row["QTY"]),
        "unit": row["UOM"] or None,
        "acceptedQty": _point(row["QTY_ACC"]),
        "rejectedQty": _point(row["QTY_REJ"]),
        "receivedAt": iso(instant(row["RECEIVED"])),
        "postedAt": iso(instant(row["POSTED"])),
        "clerk": row["CLERK"],
        "namedReceiptId": row["REF_RCPT"] or None,
        "packingSlip": row["SLIP"],
        "lot": row["LOT"] or None,
        "location": row["LOC"],
        "modified": iso(instant(row["MODIFIED"])),
    }


def _point(number: str) -> str | None:
    """A number with a decimal comma as the API has it: with a point, as text, so that no digit is lost."""
    return number.replace(",", ".") or None
