"""Hospital H1 in New York: what is known of it on two days. Each transaction is there for a test."""

from datetime import datetime, timedelta
from typing import Any

from tests.scenarios.estate import AP, ERP, SUPPLY, TIEOUT, Estate, line
from tests.scenarios.warehouse import Warehouse, at

FIRST = at("2026-03-31")  # the evening of 30 March in New York
SECOND = at("2026-04-03")  # the evening of 2 April there
TOLD = at("2026-03-31T01:00")


def first_day(warehouse: Warehouse) -> None:
    """Land everything that is known on the first day."""
    estate = Estate(copies=(AP,))
    _masters(estate)
    _orders(estate)
    _invoices(estate)
    _payments(estate)
    estate.land(warehouse, FIRST)
    _operations(warehouse)


def second_day(warehouse: Warehouse) -> None:
    """Land what changed until the second day."""
    estate = Estate(copies=(AP,))
    estate.rows = []
    # PRICE: the supplier corrects the price; the hold clears.
    _price_credit(estate)
    # GOOD was posted by the ERP and shown by AP as matched; OPEN is shown as cleared by the ERP, which also shows
    # that it was told of a payment of GOOD.
    estate.invoice("GOOD", "PO1", 10, "5.00", "2026-03-05", match_status="matched", hold_codes=None, status="posted",
                   payment_status="settled", payment_ref="PAY1")  # fmt: skip
    _erp_copy(estate, "GOOD", "PO1", posted_at=at("2026-04-01T12:00"), match_status="cleared",
              payment_status="settled", payment_ref="PAY1")  # fmt: skip
    _erp_copy(estate, "OPEN", "PO2", posted_at=None, match_status="cleared")
    # EARLY named an order that was not known.
    estate.order("PO9", line(4, "2.50"))
    _copy(estate, "PO9", 4, "2.50", updated_at=SECOND - timedelta(hours=1))
    # OPEN was paid; the bank sent the money back, which the ERP does not know. AP shows how GOOD was paid.
    _paid_and_returned(estate)
    # The copy that AP lacked is there.
    _copy(estate, "PO3", 10, "5.00", updated_at=SECOND - timedelta(hours=1))
    estate.land(warehouse, SECOND)
    _messages(warehouse)


def _masters(estate: Estate) -> None:
    for name in ("payment", "payment_invoice", "gl_account"):
        estate._role("H1", name, ERP, "record")
    for name in ("bank_statement", "bank_entry"):
        estate._role("H1", name, "bank", "record")
    estate.add(TIEOUT, "sla", sla_id="sync", subject="sync", hours=24)
    estate.add(TIEOUT, "sla", sla_id="posting", subject="receipt_posting", object="receipt_line", hours=24)
    # Supply holds copies of the orders that were issued from the end of March on.
    estate.add(TIEOUT, "system_of_record", entity_id="H1", object="purchase_order", source_system=SUPPLY, role="copy",
               valid_from="2026-03-28")  # fmt: skip
    estate.add(SUPPLY, "vendor", vendor_number="V-1", name="VENDOR V1", source_ref="V1", source_ref_system=ERP)
    estate.add(
        TIEOUT,
        "routing",
        route_id="price",
        code="PRICE_OVER",
        owner_role="buyer",
        owner="buyers-north",
        escalate_after_days=3,
        escalate_to="head-of-purchasing",
    )
    estate.add(TIEOUT, "routing", route_id="rest", owner_role="ap", owner="ap-queue")
    estate.add(ERP, "gl_account", account_code="6100", entity_id="H1", name="Supplies", active=True)
    estate.vendor("V9", tax_token="token-9", tax_id_last4="4321")


def _orders(estate: Estate) -> None:
    for number, qty in (("PO1", 10), ("PO2", 8), ("PO3", 10), ("PO4", 10)):
        estate.order(number, line(qty, "5.00"))
        if number != "PO3":
            _copy(estate, number, qty, "5.00", updated_at=at("2026-02-20T13:00"))
    # Received at 20:00 UTC and at 03:00 UTC of the next day: one day in New York.
    for reference, order, qty, received, hours in (
        ("R1", "PO1", 10, "2026-03-02T20:00", 1),
        ("R2", "PO2", 8, "2026-03-03T03:00", 3),
        ("R4", "PO4", 10, "2026-03-05T15:00", 30),
    ):
        moment = at(received)
        estate.receipt(reference, order, qty, received, posted_at=moment + timedelta(hours=1))
        _erp_receipt(estate, reference, order, qty, moment, moment + timedelta(hours=hours))
    # Supply shows already what it is told of R4.
    estate.add(SUPPLY, "receipt_discrepancy", discrepancy_ref="RECEIPT_LATE_POSTED supply:R4", entity_id="H1",
               kind="late", status="open", receipt_ref="R4", actual="2026-03-06 21:00 UTC")  # fmt: skip
    # Six of ten received and nothing invoiced: accrued.
    estate.receipt("R3", "PO3", 7, "2026-03-10T15:00", posted_at=at("2026-03-10T16:00"))
    estate.receipt("T3", "PO3", 1, "2026-03-11T15:00", kind="return", named_receipt_ref="R3")

    # Supply never got this one.
    estate.order("PO5", line(2, "60.00", unit="BX"), approved_at=at("2026-03-28T12:00"))
    _copy(estate, "PO5", 2, "60.00", updated_at=at("2026-03-28T13:00"), unit="BX")


def _invoices(estate: Estate) -> None:
    coded: dict[str, Any] = {"account_code": "6100", "cost_center_code": "CC1"}
    estate.invoice("GOOD", "PO1", 10, "5.00", "2026-03-05", line=coded)
    estate.invoice("OPEN", "PO2", 8, "5.00", "2026-03-05", line=coded)
    estate.invoice("PRICE", "PO4", 10, "6.00", "2026-03-06", line=coded)
    estate.invoice("EARLY", "PO9", 4, "2.50", "2026-03-30", line=coded)
    estate.invoice("RENT", None, 1, "100.00", "2026-03-06", line=coded)
    estate.invoice("GONE", "PO1", 1, "5.00", "2026-03-06", line=coded, status="cancelled")
    estate.invoice("BACK", None, 1, "30.00", "2026-03-06", line=coded, kind="credit")
    # The header says two more than the line.
    estate.invoice("FOOT", None, 1, "10.00", "2026-03-08", line=coded, net_amount="12.00", gross_amount="12.00")
    estate.add(
        AP,
        "invoice_event",
        event_ref="E1",
        invoice_ref="OPEN",
        from_status="entered",
        to_status="approved",
        at=at("2026-03-06"),
        by_user="clerk",
        touch="human",
    )


def _payments(estate: Estate) -> None:
    estate.add(
        ERP,
        "payment",
        payment_ref="PAY1",
        entity_id="H1",
        vendor_number="V1",
        end_to_end_id="E2E-1",
        amount="90.00",
        currency="USD",
        status="settled",
    )
    _erp_copy(estate, "GOOD", "PO1", posted_at=None, match_status=None)
    estate.add(ERP, "payment_invoice", payment_ref="PAY1", invoice_ref="ERP-GOOD", amount="50.00")
    estate.add(
        "bank",
        "bank_statement",
        statement_ref="S1",
        account_ref="****1234",
        entity_id="H1",
        currency="USD",
        to_date="2026-03-30",
        opening_amount="100.00",
        closing_amount="10.00",
    )
    estate.add(
        "bank",
        "bank_entry",
        statement_ref="S1",
        entry_number=1,
        detail_number=1,
        booking_date="2026-03-30",
        amount="-90.00",
        currency="USD",
        end_to_end_id="E2E-1",
    )


def _paid_and_returned(estate: Estate) -> None:
    estate.add(ERP, "payment", payment_ref="PAY2", entity_id="H1", vendor_number="V1", end_to_end_id="E2E-2",
               amount="40.00", currency="USD", status="sent", sent_at=at("2026-03-31T10:00"))  # fmt: skip
    estate.add(ERP, "payment_invoice", payment_ref="PAY2", invoice_ref="ERP-OPEN", amount="40.00")
    for number, day, amount in ((2, "2026-04-01", "-40.00"), (3, "2026-04-02", "40.00")):
        estate.add("bank", "bank_entry", statement_ref="S1", entry_number=number, detail_number=1, booking_date=day,
                   value_date=day, amount=amount, currency="USD", end_to_end_id="E2E-2",
                   bank_ref=f"B{number}")  # fmt: skip


def _operations(warehouse: Warehouse) -> None:
    """One failed run of a system, and a quarantined row of AP."""
    warehouse.connection.execute(
        "insert into ops.interface_run (direction, source_system, object, started_at, ended_at, outcome, error_class)"
        " values ('extract', 'erp_main', 'vendor', %s, %s, 'failed', 'unavailable')",
        [at("2026-03-30T10:00")] * 2,
    )
    warehouse.connection.execute(
        "update ops.batch set rows_landed = rows_landed + 1 where object = 'invoice' and source_system = 'ap'"
    )


def _messages(warehouse: Warehouse) -> None:
    """What AP was told after the first day: it took both messages, and the next extraction showed one of them."""
    for number, subject in enumerate(("GOOD", "OPEN"), start=1):
        warehouse.connection.execute(
            "with message as (insert into feedback.outbox (target, operation, entity_id, subject_type, subject_id,"
            " sequence, target_key, body, facts_sha256, readback, schema_version, idempotency_key, mode, run_id,"
            " created_at, confirm_by) values ('ap', 'match_result', 'H1', 'invoice', 'ap:' || %(subject)s, 1,"
            " %(subject)s, '{}', '', 'matched|', 1, %(subject)s, 'live', 'run', %(told)s, %(due)s)"
            " returning message_id), attempt as (insert into feedback.attempt (message_id, at, tried_at, outcome,"
            " worker) select message_id, %(told)s, %(told)s, 'acknowledged', 'w' from message)"
            " insert into feedback.confirmation (message_id, confirmed_at, known_at)"
            " select message_id, %(shown)s, %(shown)s from message where %(number)s = 1",
            {"subject": subject, "told": TOLD, "due": TOLD + timedelta(hours=36), "number": number,
             "shown": TOLD + timedelta(hours=12)},
        )  # fmt: skip


def _copy(estate: Estate, number: str, qty: int, price: str, *, updated_at: datetime, **fields: Any) -> None:
    """AP's copy of an order of one line."""
    estate.add(
        AP,
        "purchase_order",
        po_number=number,
        entity_id="H1",
        vendor_number="S-V1",
        status="sent",
        currency="USD",
        _updated_at=updated_at,
    )
    estate.add(
        AP,
        "purchase_order_line",
        po_number=number,
        line_number=1,
        _updated_at=updated_at,
        **line(qty, price, **fields),
    )


def _erp_receipt(estate: Estate, reference: str, order: str, qty: int, received: datetime, posted: datetime) -> None:
    estate.add(
        ERP,
        "receipt_line",
        receipt_ref=f"ERP-{reference}",
        entity_id="H1",
        po_number=order,
        po_line_number=1,
        item_number="I1",
        kind="receipt",
        qty=qty,
        unit="EA",
        received_at=received,
        posted_at=posted,
        source_ref=reference,
    )


def _erp_copy(
    estate: Estate, reference: str, order: str, *, posted_at: datetime | None, match_status: str | None, **fields: Any
) -> None:
    """The ERP's copy of an invoice."""
    estate.add(
        ERP,
        "invoice",
        invoice_ref=f"ERP-{reference}",
        entity_id="H1",
        vendor_number="V1",
        invoice_number=reference,
        po_number=order,
        kind="invoice",
        currency="USD",
        net_amount="50.00",
        gross_amount="50.00",
        status="posted" if posted_at else "entered",
        posted_at=posted_at,
        erp_document_number=f"DOC-{reference}" if posted_at else None,
        match_status=match_status,
        source_ref=reference,
        **fields,
    )


def _price_credit(estate: Estate) -> None:
    """A price credit of one per unit, which names the invoice's line."""
    estate.invoice(
        "PRICE-CREDIT",
        "PO4",
        0,
        "0",
        "2026-04-01",
        amount="10.00",
        kind="credit",
        line={"credited_invoice_ref": "PRICE", "credited_line_number": 1},
    )
