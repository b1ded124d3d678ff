"""The journal entry of a receipt that an ERP posts because it was told: inventory against goods received.

Both ERPs value it at the price of the order's line, as they value what they post themselves.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from sandbox.records.session import Session
from sandbox.records.values import Document
from sandbox.scenario.domain import ACCOUNTS, CENT, Journal
from sandbox.wire import erp_main, erp_west

ORDERS, LINES, JOURNAL = "po_headers_all", "po_lines_all", "gl_je_lines"


def book_main(session: Session, row: Document, at: datetime) -> None:
    """Book a row of the first ERP's receipts; nothing where it does not know the order."""
    orders = session.rows(ORDERS, {"segment1": row["po_num"]})
    lines = session.rows(LINES, {"po_num": row["po_num"], "line_num": row["po_line_num"]})
    if orders and lines:
        line = lines[0]
        packs = session.rows("mtl_uom_conversions", {"item_num": line["item_num"]}) if line["item_num"] else []
        held = {pack["unit_of_measure"]: Decimal(pack["conversion_rate"]) for pack in packs}
        qty = row["quantity"] * _factor(held, row["unit_of_measure"], line["unit_meas_lookup_code"])
        entry = _journal("erp_main", row["org_code"], row["source_doc_ref"], qty * line["unit_price"], orders[0])
        session.put_rows(JOURNAL, (write.doc for write in erp_main.journal(entry, at)))


def book_west(session: Session, doc: Document, at: datetime) -> None:
    """Book a material document of the second ERP; nothing where it does not know the order."""
    stored = session.get("erp_west", "purchase-orders", doc["EBELN"])
    items: Iterable[Document] = stored.doc["ITEMS"] if stored else ()
    for item in items:
        if stored and item["EBELP"] == doc["EBELP"]:
            material = session.get("erp_west", "materials", item["MATNR"]) if item["MATNR"] else None
            units = material.doc["UNITS"] if material else ()
            held = {unit["MEINH"]: Decimal(unit["UMREZ"]) / Decimal(unit["UMREN"]) for unit in units}
            qty = _decimal(doc["MENGE"]) * _factor(held, doc["MEINS"], item["MEINS"])
            sign = 1 if doc["BWART"] == "101" else -1
            value = sign * qty * _decimal(item["NETPR"])
            entry = _journal("erp_west", doc["BUKRS"], doc["XBLNR"], value, {"currency_code": stored.doc["WAERS"]})
            for write in erp_west.journal(entry, at):
                session.put("erp_west", write.table, [(entry.ref, write.doc, at)])


def _journal(erp: str, company: str, reference: str, value: Decimal, order: Document) -> Journal:
    accounts, amount = ACCOUNTS[erp], value.quantize(CENT, ROUND_HALF_UP)
    lines = ((accounts["inventory"], "", amount), (accounts["received"], "", -amount))
    return Journal(f"JR{reference.removeprefix('R')}", company, "Receiving", reference, lines, order["currency_code"])


def _factor(held: dict[str, Decimal], unit: str | None, ordered: str | None) -> Decimal:
    """Ordered units in one of `unit`."""
    if not unit or unit == ordered:
        return Decimal(1)
    return held.get(unit, Decimal(1)) / held.get(ordered or "", Decimal(1))


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))
