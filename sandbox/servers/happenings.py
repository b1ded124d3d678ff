"""Lets something of the next day happen now, and tells it by webhook: the day brings the same record once more.

The estate's time moves to the moment at which it happens, so that what is told is never ahead of the clock.
"""

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

from sandbox.advance import Advance
from sandbox.clock import start_of_day, write_clock
from sandbox.reactions import CLERKS_FROM, release_holds
from sandbox.records.session import Session
from sandbox.records.values import Document, joined
from sandbox.scenario.model import ClerkAction, DayPlay, Write
from sandbox.servers.dispatch import Dispatcher
from sandbox.servers.outbox import put_event, told
from sandbox.settings import EstateError
from sandbox.store import Store
from sandbox.wire.supply_events import receipt_document

RECEIPTS = "outgoing/receipts/"
WAITING_CODE, WAITING_STATUS = "qty-received", "awaiting_receipt"
# PO and line → AP's invoices that wait until it is received, with the number of their lines that wait.
Waiting = dict[tuple[str, str], dict[str, int]]


@dataclass(frozen=True)
class Candidate:
    """Something of the next day that an event could tell.

    Attributes:
        key: of the record in its system.
        at: when it happens.
        invoices: AP's invoices that wait for it.
        lines: how many lines the one of them that waits for least waits for.
        happen: makes it so, and gives the record as the system's API shows it, as JSON.
    """

    key: str
    at: datetime
    invoices: tuple[str, ...]
    happen: Callable[[Session], str]
    lines: int = 0


class Happenings:
    """Events on demand.

    Args:
        store: the estate's database.
        advance: knows the next day.
        dispatcher: sends.
    """

    def __init__(self, store: Store, advance: Advance, dispatcher: Dispatcher) -> None:
        self.store = store
        self.advance = advance
        self.dispatcher = dispatcher
        self._kinds: dict[str, tuple[str, Callable[[Session, DayPlay], Iterator[Candidate]]]] = {
            "receipt.posted": ("supply", lambda session, play: _receipts(session, play, first=True)),
            "receipt.corrected": ("supply", lambda session, play: _receipts(session, play, first=False)),
            "invoice.received": ("ap", lambda session, play: _invoices(session, play, known=False)),
            "invoice.changed": ("ap", lambda session, play: _invoices(session, play, known=True)),
            "hold.released": ("ap", _releases),
        }

    def happen(self, event_type: str, count: int, delay: float, invoice: str = "") -> list[Document]:
        """Let the next things of a type happen: first those that an invoice waits for, then in order of time.

        Args:
            event_type: one of the types.
            count: how many at most.
            delay: seconds until they are told.
            invoice: only what this invoice of AP's waits for, where one is named.

        Returns:
            what happened, with the ids of the events; fewer than asked for where the next day brings no more.

        Raises:
            EstateError: there is no such type, or its system has no webhook.
        """
        if event_type not in self._kinds:
            raise EstateError(f"There is no event {event_type!r}; there are {', '.join(self._kinds)}.")
        system, candidates = self._kinds[event_type]
        if system not in self.dispatcher.webhooks:
            raise EstateError(f"{system} has no webhook: configure `webhooks`, see sandbox/README.md.")
        with self.advance.lock:
            with self.store.session() as session:
                play = self.advance.next_day(session)
                listed = [one for one in candidates(session, play) if not invoice or invoice in one.invoices]
                found = self._tell(session, system, event_type, listed, count, delay)
                now = session.now()
            write_clock(self.advance.config.clock, now)
        self.dispatcher.ring()
        return found

    def _tell(
        self,
        session: Session,
        system: str,
        event_type: str,
        candidates: Sequence[Candidate],
        count: int,
        delay: float,
    ) -> list[Document]:
        known = told(session, system)
        listed = sorted(candidates, key=lambda one: (not one.invoices, one.lines, one.at, one.key))
        result: list[Document] = []
        for one in listed:
            event_id = f"{event_type}:{one.key}:{one.at:%Y%m%dT%H%M%SZ}"
            if event_id in known or len(result) >= count:
                continue
            session.move_to(one.at)
            data = one.happen(session)
            facts = json.dumps({"id": event_id, "type": event_type, "occurredAt": one.at.isoformat()})
            put_event(session, system, event_id, event_type, f'{facts[:-1]}, "data": {data}}}', delay)
            result.append({"id": event_id, "key": one.key, "at": one.at.isoformat(), "invoices": one.invoices})
        return result


def _receipts(session: Session, play: DayPlay, *, first: bool) -> Iterator[Candidate]:
    """Receipts of the day's first file, or versions of known ones that its second file brings late."""
    waiting = _waiting_for_receipts(session)
    number = "_1." if first else "_2."
    for file in play.files:
        if file.path.startswith(RECEIPTS) and number in file.path:
            for row in _rows(file.content):
                yield from _receipt(row, waiting, start_of_day(play.day))


def _receipt(row: dict[str, str], waiting: Waiting, since: datetime) -> Iterator[Candidate]:
    """A receipt of the day that the system's API can show; rows that are nonsense come by file only."""
    try:
        document = receipt_document(row)
        Decimal(document["qty"])
        at = datetime.fromisoformat(document["modified"])
    except (ValueError, TypeError, KeyError, InvalidOperation):
        return
    if at >= since:
        text = json.dumps(document)
        invoices = waiting.get((row["PO"], row["PO_LINE"]), {})
        least = min(invoices.values(), default=0)
        yield Candidate(row["RCPT_ID"], at, tuple(sorted(invoices)), lambda _: text, least)


def _rows(content: bytes) -> Iterator[dict[str, str]]:
    raw = gzip.decompress(content)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("cp1252")
    yield from csv.DictReader(io.StringIO(text, newline=""), delimiter=";")


def _waiting_for_receipts(session: Session) -> Waiting:
    """Return which of AP's invoices wait until a PO line is received: held for it, or not matched before it comes."""
    waiting: Waiting = {}
    held = session.find("ap", "invoices", {"holds": [{"code": WAITING_CODE}]})
    unmatched = session.find("ap", "invoices", {"lineMatchStatuses": [{"matchStatus": WAITING_STATUS}]})
    for stored in {one.key: one for one in (*held, *unmatched)}.values():
        numbers = _waiting_lines(stored.doc)
        lines = [line for line in stored.doc["lines"] if line["lineNumber"] in numbers or None in numbers]
        for line in lines:
            order = line.get("purchaseOrderNumber") or stored.doc.get("purchaseOrderNumber")
            waiting.setdefault((str(order), str(line.get("purchaseOrderLine"))), {})[stored.key] = len(lines)
    return waiting


def _waiting_lines(invoice: Document) -> set[int | None]:
    """Return the numbers of the lines that wait for a receipt; None stands for all of them."""
    held = {hold.get("lineNumber") for hold in invoice.get("holds") or [] if hold["code"] == WAITING_CODE}
    statuses = invoice.get("lineMatchStatuses") or []
    return held | {line["lineNumber"] for line in statuses if line["matchStatus"] == WAITING_STATUS}


def _invoices(session: Session, play: DayPlay, *, known: bool) -> Iterator[Candidate]:
    """Invoices that the day brings, or changes; of each the last version of the day, which is the one that stays."""
    last: dict[str, Write] = {}
    for write in play.writes:
        if (write.system, write.table) == ("ap", "invoices"):
            last[joined(write.key)] = write
    for key, write in last.items():
        if (session.get("ap", "invoices", key) is not None) == known:
            yield Candidate(key, write.at, (), _putting(key, write))


def _putting(key: str, write: Write) -> Callable[[Session], str]:
    def put(session: Session) -> str:
        session.put("ap", "invoices", [(key, write.doc, write.at)])
        return _shown(session, "invoices", key)

    return put


def _releases(session: Session, play: DayPlay) -> Iterator[Candidate]:
    """Holds that AP shows and a clerk releases on the day."""
    at = max(start_of_day(play.day) + CLERKS_FROM, session.now())
    for action in play.clerk_actions:
        stored = session.get("ap", "invoices", action.invoice_ref)
        shown = (stored.doc.get("holds") or []) if stored else []
        if any((hold["code"], hold.get("lineNumber")) == (action.code, action.line) for hold in shown):
            key = f"{action.invoice_ref}-{action.code}-{action.line or 0}"
            yield Candidate(key, at, (action.invoice_ref,), _releasing(key, action, start_of_day(play.day)))


def _releasing(key: str, action: ClerkAction, day: datetime) -> Callable[[Session], str]:
    def release(session: Session) -> str:
        release_holds(session, [action], day)
        events = [stored.key for stored in session.about_invoice("ap", "hold-events", action.invoice_ref)]
        numbers = [int(event.removeprefix(f"{key}-")) for event in events if event.startswith(f"{key}-")]
        return _shown(session, "hold-events", f"{key}-{max(numbers)}")

    return release


def _shown(session: Session, collection: str, key: str) -> str:
    """Return a record as AP's API shows it."""
    stored = session.get("ap", collection, key)
    if stored is None:
        raise EstateError(f"{collection} {key} is gone.")
    return stored.text
