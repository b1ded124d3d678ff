"""A hospital that moves from one ERP to another in the middle of its open orders: for tests of the move."""

from typing import Any

from tests.scenarios.estate import ERP, TIEOUT, Estate, line
from tests.scenarios.warehouse import at

NEW_ERP, THIRD_ERP = "erp_west", "erp_third"
HOSPITAL = "H2"
LAST_DAY, FIRST_DAY = "2026-03-09", "2026-03-10"


def begin(estate: Estate) -> None:
    """Orders of the first ERP, partly received and invoiced there."""
    estate._entity(HOSPITAL, ERP, ["ap"])
    estate.add(TIEOUT, "sla", sla_id="sync", subject="sync", hours=24)
    estate.vendor("V7", tax_token="token-7")
    estate.add(NEW_ERP, "vendor", vendor_number="W7", name="Vendor V7", tax_id_token="token-7")
    _order(estate, "OLD-1", line(10, "5.00"), line(4, "2.50", item_number="I2"))
    _order(estate, "OLD-2", line(3, "7.00"), line(10, "1.00", item_number="I2"), line(5, "1.00", item_number="I2"))
    _order(estate, "OLD-3", line(2, "9.00"))
    _order(estate, "OLD-1", line(10, "5.00"), line(4, "2.50", item_number="I2"), system="ap", vendor="S-V7")
    _received(estate, "m-r1", "OLD-1", 6, "2026-03-03")
    _received(estate, "m-r2", "OLD-2", 3, "2026-03-03")
    _received(estate, "m-r3", "OLD-2", 6, "2026-03-04", line=2, item="I2")
    _invoiced(estate, "M-1", "OLD-1", 6, "5.00", "2026-03-04", status="posted")
    _posted(estate, "M-1", "OLD-1")
    _posted_receipt(estate, "m-r1", "OLD-1")


def move(estate: Estate) -> None:
    """The second ERP is of record; open orders stand there under other numbers, OLD-2 with what was open only."""
    for name in ("purchase_order", "purchase_order_line", "vendor"):
        role = {"entity_id": HOSPITAL, "object": name, "role": "record"}
        estate.add(TIEOUT, "system_of_record", **role, source_system=ERP, valid_from="2000-01-01", valid_to=LAST_DAY)
        estate.add(TIEOUT, "system_of_record", **role, source_system=NEW_ERP, valid_from=FIRST_DAY)
    new = {"system": NEW_ERP, "vendor": "W7"}
    _order(estate, "NEW-1", line(10, "5.00"), line(4, "2.50", item_number="I2"), **new)
    _order(estate, "NEW-2", line(4, "1.00", item_number="I2"), line(5, "1.00", item_number="I2"), **new)
    _order(estate, "NEW-9", line(1, "3.00"), **new, ordered_at=at("2026-03-11"), approved_at=at("2026-03-11"))
    refer(estate, "OLD-1", "NEW-1")
    refer(estate, "OLD-2", "NEW-2", former_line_number=2, line_number=1, settled_qty=6)
    refer(estate, "OLD-2", "NEW-2", former_line_number=3, line_number=2)


def finish(estate: Estate) -> None:
    """The rest comes and is billed, under either number."""
    _received(estate, "m-r4", "NEW-1", 4, "2026-03-12")
    _received(estate, "m-r5", "OLD-1", 4, "2026-03-12", line=2, item="I2")
    _received(estate, "m-r6", "NEW-2", 4, "2026-03-12", line=1, item="I2")
    _received(estate, "m-r7", "OLD-3", 2, "2026-03-12")
    _invoiced(estate, "M-2", "OLD-1", 4, "5.00", "2026-03-13")
    _invoiced(estate, "M-3", "NEW-1", 4, "2.50", "2026-03-13", line=2, item="I2")
    _invoiced(estate, "M-4", "OLD-2", 3, "7.00", "2026-03-13")
    _invoiced(estate, "M-5", "OLD-2", 6, "1.00", "2026-03-13", line=2, item="I2")
    _invoiced(estate, "M-6", "NEW-2", 4, "1.00", "2026-03-14", line=1, item="I2")
    _invoiced(estate, "M-7", "OLD-3", 2, "9.00", "2026-03-14")
    estate.summary("M-8", "OLD-1", "1.00", "2026-03-15", entity_id=HOSPITAL, vendor_number="S-V7")


def move_again(estate: Estate) -> None:
    """A third ERP is of record from the next day on: NEW-1 stands there with 12 ordered, under the same number."""
    for name in ("purchase_order", "purchase_order_line"):
        role = {"entity_id": HOSPITAL, "object": name, "role": "record"}
        first = {"source_system": NEW_ERP, "valid_from": FIRST_DAY, "valid_to": FIRST_DAY}
        estate.add(TIEOUT, "system_of_record", **role, **first)
        estate.add(TIEOUT, "system_of_record", **role, source_system=THIRD_ERP, valid_from="2026-03-11")
    order = line(12, "5.00"), line(4, "2.50", item_number="I2")
    _order(estate, "NEW-1", *order, system=THIRD_ERP, vendor="W7")
    refer(estate, "NEW-1", "NEW-1", former_system=NEW_ERP, system=THIRD_ERP)


def refer(estate: Estate, former: str, number: str, **fields: Any) -> None:
    """The new ERP's word on which order it was."""
    record = {"document_type": "purchase_order", "former_system": ERP, "former_number": former}
    estate.add(NEW_ERP, "document_reference", **{**record, "system": NEW_ERP, "number": number, **fields})


def _order(estate: Estate, number: str, *lines: dict[str, Any], **fields: Any) -> None:
    estate.order(number, *lines, **{"vendor": "V7", "entity_id": HOSPITAL, **fields})


def _received(
    estate: Estate, reference: str, order: str, qty: int, on: str, *, line: int = 1, item: str = "I1"
) -> None:
    estate.receipt(reference, order, qty, on, entity_id=HOSPITAL, po_line_number=line, item_number=item)


def _invoiced(
    estate: Estate, reference: str, order: str, qty: int, price: str, on: str, *, line: int = 1, item: str = "I1",
    **fields: Any,
) -> None:  # fmt: skip
    estate.invoice(
        reference, order, qty, price, on, line={"po_line_number": line, "item_number": item},
        **{"entity_id": HOSPITAL, "vendor_number": "S-V7", **fields},
    )  # fmt: skip


def _posted(estate: Estate, reference: str, order: str) -> None:
    """The first ERP has posted an invoice; nobody brings that to the second one."""
    estate.add(
        ERP, "invoice", invoice_ref=f"E-{reference}", entity_id=HOSPITAL, vendor_number="V7", invoice_number=reference,
        kind="invoice", currency="USD", net_amount="30.00", gross_amount="30.00", status="posted", po_number=order,
        posted_at="2026-03-06T00:00:00+00:00", source_ref=reference,
    )  # fmt: skip


def _posted_receipt(estate: Estate, reference: str, order: str) -> None:
    estate.add(
        ERP, "receipt_line", receipt_ref=f"E-{reference}", entity_id=HOSPITAL, po_number=order, po_line_number=1,
        kind="receipt", qty=6, received_at="2026-03-03T00:00:00+00:00", posted_at="2026-03-03T09:00:00+00:00",
        source_ref=reference,
    )  # fmt: skip
