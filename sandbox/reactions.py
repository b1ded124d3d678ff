"""What the estate does by itself on the day after it received messages."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from sandbox.records.session import Session
from sandbox.scenario.model import ClerkAction, Write
from sandbox.servers import ap_documents, ap_holds
from sandbox.servers.books import BOOKS, Books
from sandbox.servers.clearances import Clearance, cleared_and_not_posted, mark_posted

AP = "ap"
POSTING_FROM = timedelta(hours=6)
AP_LEARNS_AFTER = timedelta(hours=1)
CLERKS_FROM = timedelta(hours=10)
CLERKS = ("a.alvarez", "j.okafor", "m.lindqvist")
POSTER = "erp-interface"
# The ERPs that tell AP themselves what they posted; of the others AP learns from the messages that it takes.
TELL_AP = ("erp_main",)


def post_cleared_invoices(session: Session, day: datetime, writes: Iterable[Write]) -> int:
    """Let each ERP post what is cleared and approved at the beginning of a day; return how many invoices.

    In the order of their keys, so that the order in which messages arrived does not matter. What the day's own
    ``writes`` post is left to them: an invoice is posted once.
    """
    by_itself = {write.doc["invoiceId"] for write in writes if _posts(write)}
    return sum(_post_company_books(session, books, day, by_itself) for books in BOOKS.values())


def _posts(write: Write) -> bool:
    return (write.system, write.table) == (AP, "invoice-events") and write.doc.get("toStatus") == ap_documents.POSTED


def _post_company_books(session: Session, books: Books, day: datetime, by_itself: Collection[str]) -> int:
    posted = 0
    for clearance in cleared_and_not_posted(session, books.system):
        if clearance.invoice not in by_itself and _post(session, books, clearance, day, posted + 1):
            posted += 1
    return posted


def _post(session: Session, books: Books, clearance: Clearance, day: datetime, number: int) -> bool:
    """Post an invoice that AP shows as approved; say whether it was."""
    stored = session.get(AP, "invoices", clearance.invoice, lock=True)
    if stored is None or not ap_documents.is_approved(stored.doc):
        return False
    # What was cleared during the day itself is posted after that.
    at = max(day + POSTING_FROM, session.now()) + timedelta(seconds=number)
    document = books.document_number(clearance.invoice, day, number)
    books.post(session, ap_documents.read_invoice(stored.doc), clearance, document, at)
    mark_posted(session, books.system, clearance, at)
    if books.system not in TELL_AP:
        return True
    learned = at + AP_LEARNS_AFTER
    session.overlay(AP, "invoices", stored.key, ap_documents.posted_fields(document, at, learned), learned)
    event_id, event = ap_documents.posted_event(stored.doc, POSTER, learned)
    session.put(AP, "invoice-events", [(event_id, event, learned)])
    return True


def release_holds(session: Session, actions: Iterable[ClerkAction], day: datetime) -> int:
    """Let AP's clerks release the holds that AP shows; return how many."""
    released = 0
    start = max(day + CLERKS_FROM, session.now())
    for number, action in enumerate(actions):
        at = start + timedelta(minutes=number)
        released += _release(session, action, CLERKS[number % len(CLERKS)], at)
    return released


def _release(session: Session, action: ClerkAction, clerk: str, at: datetime) -> bool:
    """Release a hold that an invoice shows; say whether it was there."""
    stored = session.get(AP, "invoices", action.invoice_ref, lock=True)
    holds = (stored.doc.get("holds") or []) if stored else []
    released = [hold for hold in holds if ap_holds.key_of(hold) == (action.code, action.line)]
    if stored is None or not released:
        return False
    actor = ap_holds.Actor(clerk, "USER")
    ap_holds.write_event(session, stored.doc["invoiceId"], released[0], "RELEASED", actor, action.reason, at)
    remaining = [hold for hold in holds if hold not in released]
    changes = {"holds": remaining, "updatedAt": ap_holds.spell(at)}
    session.overlay(AP, "invoices", stored.key, changes, at)
    return True
