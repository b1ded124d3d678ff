"""Holds as the AP platform keeps them: shown on the invoice, each change an event."""

from dataclasses import dataclass
from datetime import datetime

from sandbox.records.session import Session
from sandbox.records.values import Document

SYSTEM = "ap"
HoldKey = tuple[str, int | None]


@dataclass(frozen=True)
class Actor:
    """Who changes a hold: a person or the system."""

    name: str
    kind: str


INTERFACE = Actor("match-interface", "SYSTEM")


def key_of(hold: Document) -> HoldKey:
    """What makes a hold the same hold: its code, and its line where it has one."""
    return hold["code"], hold.get("lineNumber")


def show_holds(session: Session, invoice: Document, holds: list[Document], at: datetime) -> list[Document]:
    """Return the holds that an invoice shows from now on, and write an event for each that comes or goes."""
    shown = {key_of(hold): hold for hold in invoice.get("holds") or []}
    given = {key_of(hold): hold for hold in holds}
    for key in shown.keys() - given.keys():
        write_event(session, invoice["invoiceId"], shown[key], "RELEASED", INTERFACE, "No longer found", at)
    for key in given.keys() - shown.keys():
        write_event(session, invoice["invoiceId"], given[key], "PLACED", INTERFACE, None, at)
    placed = [{**hold, "placedAt": shown.get(key, {}).get("placedAt") or spell(at)} for key, hold in given.items()]
    return sorted(placed, key=lambda hold: (hold["code"], hold.get("lineNumber") or 0))


def write_event(
    session: Session, invoice_id: str, hold: Document, action: str, actor: Actor, reason: str | None, at: datetime
) -> None:
    """Write a hold event; its key counts the events of this hold, so it is the same in every order of messages."""
    code, line = key_of(hold)
    earlier = [stored.doc for stored in session.about_invoice(SYSTEM, "hold-events", invoice_id)]
    number = 1 + sum((event["holdCode"], event["lineNumber"]) == (code, line) for event in earlier)
    event_id = f"{invoice_id}-{code}-{line or 0}-{number}"
    event = {
        "eventId": event_id,
        "invoiceId": invoice_id,
        "lineNumber": line,
        "holdCode": code,
        "action": action,
        "performedBy": actor.name,
        "performedByType": actor.kind,
        "occurredAt": spell(at),
        "reason": reason,
        "actual": None if hold.get("actual") is None else str(hold["actual"]),
        "updatedAt": spell(at),
    }
    session.put(SYSTEM, "hold-events", [(event_id, event, at)])


def spell(at: datetime) -> str:
    """An instant in AP's spelling."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
