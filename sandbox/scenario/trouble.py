"""Rows that a gate should hold back, files that come twice, fields that nobody announced.

Nothing here belongs to a case: whether it is held back changes no finding.
"""

from datetime import datetime, timedelta
from decimal import Decimal

from sandbox.scenario.book import Book, DayPage
from sandbox.scenario.domain import Journal, Po
from sandbox.scenario.model import Label, Write, date_of
from sandbox.wire import ap, erp_main, supply
from sandbox.wire.codes import iso

ENOUGH_ROWS = 20
NEW_COLUMN_FROM = 12
RESENT_FILE_DAYS = (9, 23, 32)
REPEATED_ROWS_DAYS = (16, 27, 33)


def _label(code: str, subject_type: str, subject: str, day: int) -> Label:
    when = date_of(day)
    return Label(code, subject_type, subject, when, when, case=f"D{day:03d}-gate", kind="quarantine")


def bad_receipt(page: DayPage, day: int) -> None:
    """A quantity that is no number, in a file that is long enough to bear it."""
    if day % 2 or len(page.receipts) < ENOUGH_ROWS:
        return
    ref = f"RX{day:05d}"
    page.receipts.append(
        {**page.receipts[0], "RCPT_ID": ref, "RCPT_NO": f"GRX{day:05d}", "QTY": "12,5x", "REF_RCPT": ""}
    )
    page.labels.append(_label("uncastable", "receipt_line", f"supply:{ref}", day))


def bad_stock(page: DayPage, moves: list[supply.Row], counts: list[supply.Row], day: int) -> None:
    """A movement without quantity, and every third day a count on a day that does not exist."""
    moves[3]["QTY"] = ""
    page.labels.append(_label("missing", "inventory_movement", f"supply:{moves[3]['MOVE_ID']}", day))
    if day % 3 == 0:
        counts[2]["COUNTED_AT"] = "31.02.2026 10:00:00"
        page.labels.append(_label("uncastable", "inventory_count", f"supply:{counts[2]['COUNT_ID']}", day))


def bad_journal(book: Book, page: DayPage, day: int) -> None:
    """A journal of a company that nobody knows."""
    rows = sum(write.system == "erp_main" and write.table == "gl_je_lines" for write in page.writes)
    if rows < 2 * ENOUGH_ROWS:
        return
    lines = (("6100", "CC100", Decimal("10.00")), ("1010", "", Decimal("-10.00")))
    entry = Journal(f"JX{day:05d}", "US99", "Manual", f"MAN-{day}", lines)
    page.writes += erp_main.journal(entry, book.moment(day, 10, 20))
    page.labels += [_label("unknown_entity", "gl_entry", f"erp_main:{entry.ref}|{number}", day) for number in (1, 2)]


def bad_requisition(page: DayPage, orders: list[Po], day: int, at: datetime) -> None:
    """A requisition of a site that nobody knows."""
    if day % 2 == 0 or len(orders) < ENOUGH_ROWS:
        return
    write = supply.requisition(orders[0], at)
    ref = f"RQX{day:05d}"
    doc = {**write.doc, "requisitionNo": ref, "site": "ZZZ", "lines": write.doc["lines"][:1]}
    page.writes.append(Write(write.system, write.table, (ref,), doc, at))
    page.labels.append(_label("unknown_entity", "requisition", f"supply:{ref}|{doc['lines'][0]['line']}", day))


def bad_event(page: DayPage, day: int, at: datetime) -> None:
    """A status event at an hour that does not exist."""
    events = [write for write in page.writes if write.table == "invoice-events"]
    if len(events) < ENOUGH_ROWS:
        return
    event = ap.invoice_event(events[0].doc["invoiceId"], ("", "entered"), at, by="import", human=False)
    ref = f"EVX{day:05d}"
    occurred = (iso(at) or "").replace("T", "T4")
    page.writes.append(Write("ap", "invoice-events", (ref,), {**event.doc, "eventId": ref, "occurredAt": occurred}, at))
    page.labels.append(_label("uncastable", "invoice_event", f"ap:{ref}", day))


def unannounced_fields(page: DayPage, day: int) -> None:
    """From one day on AP sends a field that was not there before."""
    if day >= NEW_COLUMN_FROM:
        for write in page.writes:
            if write.table == "invoices":
                write.doc.setdefault("capturePipeline", "ocr-2")


def resent(day: int) -> timedelta | None:
    """When, after the day's own file, yesterday's receipts file comes again under another name."""
    return timedelta(hours=1) if day in RESENT_FILE_DAYS else None
