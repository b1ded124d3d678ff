"""What the bank has written down: files, payments, bookings, statements and what it was asked to do to them."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal

from sandbox.bank.accounts import owner_of
from sandbox.bank.model import Instruction, Verdict
from sandbox.records.session import Session
from sandbox.records.values import Document, Window
from sandbox.scenario.domain import OPENING_BALANCE
from sandbox.scenario.model import BankRequest, Booking, FileDrop
from sandbox.settings import EstateError

SYSTEM = "bank"
WAITING, REFUSED, MADE, LOST = "waiting", "refused", "made", "lost"


@dataclass(frozen=True, slots=True)
class Order:
    """A payment that the bank has."""

    key: str
    state: str
    instruction: Instruction


@dataclass(frozen=True, slots=True)
class Later:
    """Something that is booked, or comes back, on a later day. A booking that is None moves no money."""

    key: str
    due: date
    order: str
    booking: Booking | None
    code: str = ""


class Ledger:
    """The bank's books in a transaction."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session = session
        self.now = now

    # ------------------------------------------------------------------ files and payments

    def times_received(self, message_id: str) -> int:
        """How often a file of this id came."""
        return len(self.session.find(SYSTEM, "files", {"message_id": message_id}))

    def keep_file(self, message_id: str, name: str, kind: str, state: str) -> None:
        """Note a file that came."""
        doc = {"message_id": message_id, "name": name, "kind": kind, "state": state}
        self._put("files", self._next_key("files"), doc)

    def end_to_end_ids(self) -> set[str]:
        """Ids of all payments that were not refused."""
        orders = self.session.find(SYSTEM, "orders", {})
        return {stored.doc["end_to_end_id"] for stored in orders if stored.doc["state"] != REFUSED}

    def keep_order(self, order: Instruction, verdict: Verdict, state: str) -> str:
        """Keep a payment; return its key."""
        key = self._next_key("orders")
        self._put("orders", key, {**asdict(order), "state": state, "status": verdict.status, "code": verdict.code})
        return key

    def waiting(self, today: date) -> list[Order]:
        """Payments that are to be made today, in the order in which they came."""
        orders = [_order(found.key, found.doc) for found in self.session.find(SYSTEM, "orders", {"state": WAITING})]
        return [order for order in orders if (order.instruction.requested or today) <= today]

    def order(self, key: str) -> Instruction:
        """A payment by its key."""
        found = self.session.get(SYSTEM, "orders", key)
        if found is None:
            raise EstateError(f"The bank has no payment {key}.")
        return _order(key, found.doc).instruction

    def set_state(self, key: str, state: str) -> None:
        """Say what became of a payment."""
        self.session.overlay(SYSTEM, "orders", key, {"state": state}, self.now)

    def not_compared(self) -> Iterator[tuple[str, Instruction]]:
        """Payments that were made and not yet compared with the invoices that AP shows as paid by them."""
        for stored in self.session.find(SYSTEM, "orders", {"state": MADE}):
            if not stored.doc.get("compared"):
                yield stored.key, _order(stored.key, stored.doc).instruction

    def cleared(self) -> list[tuple[str, Decimal]]:
        """Payment and signed total of each invoice that AP shows as paid by one."""
        rows = self.session.connection.execute(
            """
            select overlay ->> 'paymentReference', doc #>> '{totals,gross}', doc ->> 'documentType' from estate.docs
            where system = 'ap' and collection = 'invoices' and overlay ->> 'paymentReference' is not null
            """
        ).fetchall()
        return [(payment, Decimal(gross) * (-1 if kind == "CREDIT_MEMO" else 1)) for payment, gross, kind in rows]

    def mark_compared(self, key: str) -> None:
        """Say that a payment was compared."""
        self.session.overlay(SYSTEM, "orders", key, {"compared": True}, self.now)

    # ------------------------------------------------------------------ what is asked for

    def ask(self, request: BankRequest) -> None:
        """Keep a request until it has struck as often as it may."""
        self._put("requests", self._next_key("requests"), {**asdict(request), "left": request.times})

    def requests(self) -> list[Document]:
        """All requests, with how often each may still strike."""
        return [{"id": stored.key, **stored.doc} for stored in self.session.find(SYSTEM, "requests", {})]

    def strike(self, kinds: Iterable[str], order: Instruction | None, entity: str = "") -> BankRequest | None:
        """Return the first request that is about a payment, or about an entity's statements; it has struck then."""
        entity = owner_of(order.account).entity_id if order else entity
        for stored in self.session.find(SYSTEM, "requests", {}):
            doc = stored.doc
            if doc["kind"] not in kinds or doc["left"] == 0 or not _is_about(doc, order, entity):
                continue
            if doc["left"] is not None:
                self.session.overlay(SYSTEM, "requests", stored.key, {"left": doc["left"] - 1}, self.now)
            facts = {name: doc[name] for name in BankRequest.__dataclass_fields__}
            amounts = {name: Decimal(doc[name]) if doc[name] is not None else None for name in ("amount", "rate")}
            return BankRequest(**{**facts, **amounts})
        return None

    # ------------------------------------------------------------------ bookings

    def plan(self, later: Iterable[Later]) -> None:
        """Keep what happens on a later day."""
        for each in later:
            booking = asdict(each.booking) if each.booking else None
            doc = {"due": each.due, "order": each.order, "booking": booking, "code": each.code, "done": False}
            self._put("later", self._next_key("later"), doc)

    def due(self, today: date) -> Iterator[Later]:
        """Yield what was planned for today or before; each once."""
        for stored in self.session.find(SYSTEM, "later", {"done": False}):
            doc, due = stored.doc, date.fromisoformat(stored.doc["due"])
            if due <= today:
                self.session.overlay(SYSTEM, "later", stored.key, {"done": True}, self.now)
                yield Later(stored.key, due, doc["order"], doc["booking"] and _booking(doc["booking"]), doc["code"])

    def keep_back(self, file: FileDrop, due: date) -> None:
        """Keep a file that is delivered on a later day."""
        doc = {"path": file.path, "content": file.content.decode(), "due": due, "done": False}
        self._put("kept_back", self._next_key("kept_back"), doc)

    def files_due(self, today: date) -> Iterator[FileDrop]:
        """Yield files that were kept back until today or before; each once."""
        for stored in self.session.find(SYSTEM, "kept_back", {"done": False}):
            if date.fromisoformat(stored.doc["due"]) <= today:
                self.session.overlay(SYSTEM, "kept_back", stored.key, {"done": True}, self.now)
                yield FileDrop(SYSTEM, stored.doc["path"], stored.doc["content"].encode(), self.now)

    def last_statement(self, entity: str) -> tuple[int, Decimal]:
        """Number and closing balance of an account's last statement; 0 and the opening balance before the first."""
        stored = self.session.get(SYSTEM, "accounts", entity)
        return (stored.doc["number"], Decimal(stored.doc["closing"])) if stored else (0, OPENING_BALANCE)

    def close_day(self, entity: str, number: int, closing: Decimal) -> None:
        """Keep number and closing balance of a statement."""
        self._put("accounts", entity, {"number": number, "closing": closing})

    def _next_key(self, collection: str) -> str:
        return f"{self.session.count(SYSTEM, collection, Window()) + 1:07d}"

    def _put(self, collection: str, key: str, doc: Document) -> None:
        self.session.put(SYSTEM, collection, [(key, doc, self.now)])


def _order(key: str, doc: Document) -> Order:
    facts = {name: doc[name] for name in Instruction.__dataclass_fields__}
    requested = date.fromisoformat(facts["requested"]) if facts["requested"] else None
    instruction = Instruction(**{**facts, "amount": Decimal(facts["amount"]), "requested": requested})
    return Order(key, doc["state"], instruction)


def _is_about(doc: Document, order: Instruction | None, entity: str) -> bool:
    if doc["entity"] not in ("", entity):
        return False
    if order is None:
        return True
    return doc["payment"] in ("", order.end_to_end_id) and doc["account"] in ("", order.creditor_account)


def _booking(doc: Document) -> Booking:
    original = doc["original"]
    return Booking(
        **{
            **doc,
            "amount": Decimal(doc["amount"]),
            "charges": None if doc["charges"] is None else Decimal(doc["charges"]),
            "original": original and (Decimal(original[0]), original[1], Decimal(original[2])),
        }
    )
