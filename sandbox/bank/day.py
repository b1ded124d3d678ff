"""The bank's day: it makes the payments that wait, books what others bring, and writes what it booked."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from sandbox.bank import books, nacha_returns
from sandbox.bank.accounts import COMPANY, owner_of
from sandbox.bank.execution import HOME, ON_EXECUTION, Made, equal_pairs, make, together, unnamed
from sandbox.bank.inbox import TARGET, facts_of, returned
from sandbox.bank.ledger import MADE, Ledger, Order
from sandbox.bank.reports import Delivery, deliver
from sandbox.clock import start_of_day
from sandbox.records.session import Session, put_writes
from sandbox.scenario import payments
from sandbox.scenario.domain import Entity, Journal
from sandbox.scenario.model import Booking, DayPlay, FileDrop, Label
from sandbox.wire import erp_main, erp_west

NIGHT = timedelta(hours=21, minutes=30)
PAYER, RETURNED = "tieout", "PAYMENT_RETURNED"
EQUAL, BATCH = "equal_candidates", "batch"
CORRECTIONS = {"C01": "88000000001", "C02": "041299993", "C03": "041299993   88000000001"}


@dataclass
class Day:
    """A day of the bank in a transaction.

    Args:
        session: the transaction.
        play: what the scenario brings.
    """

    session: Session
    play: DayPlay
    bookings: list[Booking] = field(default_factory=list)
    notices: list[Booking] = field(default_factory=list)  # bookings of payments, which are notified
    returns: list[nacha_returns.Returned] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    _references: int = 0

    @property
    def date(self) -> date:
        """The calendar date."""
        return start_of_day(self.play.day).date()

    @property
    def at(self) -> datetime:
        """When the bank closes its books."""
        return start_of_day(self.play.day) + NIGHT

    def run(self) -> list[FileDrop]:
        """Play the day; return the files that the bank puts into its folders."""
        ledger = Ledger(self.session, self.at)
        for request in self.play.requests:
            ledger.ask(request)
        self._finish(ledger)
        self._make_payments(ledger)
        self.bookings = [*self.notices, *self.play.bookings]
        self._tell_erps(ledger)
        delivery = Delivery(self.date, self.at, tuple(self.bookings), tuple(self.notices))
        files = list(deliver(ledger, delivery))
        if self.returns:
            path = f"outgoing/returns/nacha_{self.date:%Y%m%d}.ach"
            content = nacha_returns.write(self.returns, COMPANY, self.at)
            files.append(FileDrop(TARGET, path, content, self.at))
        return files

    def _finish(self, ledger: Ledger) -> None:
        """Do what was planned for today: rests, returns, reversals, corrections."""
        for later in ledger.due(self.date):
            order = ledger.order(later.order)
            if later.booking:
                self.notices.append(later.booking)
                what = later.booking.kind if later.booking.amount > 0 else "rest"
                self._note(what, order.end_to_end_id, later.booking)
                self._label(later.booking, order.method)
            if later.code and order.method == "ach":
                self.returns.append(returned(order, later.code, CORRECTIONS.get(later.code, "")))

    def _label(self, booking: Booking, method: str) -> None:
        """Label a return, which no scenario can foresee; an ACH entry does not name its payment in full."""
        if booking.kind == "return" and method == "credit_transfer" and RETURNED in payments.ON:
            subject = f"{PAYER}:{booking.end_to_end_id}"
            case = f"bank-{booking.reference}"
            self.labels.append(Label(RETURNED, "payment", subject, self.date, self.date, case=case))

    def _make_payments(self, ledger: Ledger) -> None:
        waiting = [order for order in ledger.waiting(self.date) if self._rate(order) is not None]
        taken = self._book_equal(ledger, waiting)
        plain: list[Order] = []
        for order in waiting:
            if order.key in taken:
                continue
            request = ledger.strike(ON_EXECUTION, order.instruction)
            if request is None and self._in_one_sum(ledger, order, plain):
                plain.append(order)
                continue
            self._keep(ledger, order, make(order, request, self.date, self._rate(order) or Decimal(1), self._reference))
        self._book_batches(ledger, plain)
        self._finish(ledger)  # corrections come on the same day

    def _book_equal(self, ledger: Ledger, waiting: list[Order]) -> set[str]:
        """Book payments of one amount without a word on which is which, where that is asked for."""
        taken: set[str] = set()
        for group in equal_pairs(waiting):
            if ledger.strike((EQUAL,), group[0].instruction):
                for order in group:
                    booking = unnamed(order, self._rate(order) or Decimal(1), self._reference())
                    self._keep(ledger, order, Made([booking]))
                    taken.add(order.key)
        return taken

    def _in_one_sum(self, ledger: Ledger, order: Order, others: list[Order]) -> bool:
        """Whether a payment is booked with its group: its file says so, or the bank was asked to for the group."""
        if order.instruction.as_batch or any(_group_of(other) == _group_of(order) for other in others):
            return True
        return ledger.strike((BATCH,), order.instruction) is not None

    def _book_batches(self, ledger: Ledger, orders: list[Order]) -> None:
        """Book the payments of a group in one sum."""
        groups: dict[tuple[str, str], list[Order]] = {}
        for order in orders:
            groups.setdefault(_group_of(order), []).append(order)
        for group in groups.values():
            self.notices.append(together([order.instruction for order in group], self._reference()))
            for order in group:
                self._keep(ledger, order, Made([]))

    def _keep(self, ledger: Ledger, order: Order, made: Made) -> None:
        self.notices += made.bookings
        ledger.plan(made.later)
        ledger.set_state(order.key, MADE)
        moved: list[Booking | None] = [*made.bookings] or [None]
        for booking in moved:
            self._note("settlement", order.instruction.end_to_end_id, booking, facts_of(order.instruction))

    def _note(self, what: str, subject: str, booking: Booking | None, facts: dict[str, str] | None = None) -> None:
        """Write into the estate's books that the bank moved money, or had it moved in a batch."""
        moved = {"booked": str(booking.amount), "reference": booking.reference} if booking else {}
        self.session.took_effect(TARGET, what, subject, {**(facts or {}), **moved, "date": f"{self.date}"})

    def _tell_erps(self, ledger: Ledger) -> None:
        """Have the ERPs book what was paid today, and the discounts of payments that AP knows by now."""
        entries = list(books.journals(self.notices))
        entries += self._discounts(ledger)
        for entity, entry in entries:
            wire = erp_main if entity.erp == "erp_main" else erp_west
            put_writes(self.session, wire.journal(entry, self.at))

    def _discounts(self, ledger: Ledger) -> Iterator[tuple[Entity, Journal]]:
        """Yield the discount of each payment that was less than its invoices; an ACH entry has the id's start."""
        made = list(ledger.not_compared())
        known = ledger.cleared() if made else []
        for key, order in made:
            cleared = [gross for payment, gross in known if payment.startswith(order.end_to_end_id)]
            if cleared:
                ledger.mark_compared(key)
            if (taken := sum(cleared, Decimal(0)) - order.amount) > 0:
                entity = owner_of(order.account)
                yield entity, books.discount(entity, order.end_to_end_id, taken, order.currency)

    def _rate(self, order: Order) -> Decimal | None:
        """US dollars for one unit of a payment's currency; None on a day that has no rate, and it waits."""
        currency = order.instruction.currency
        return Decimal(1) if currency == HOME else self.play.rates.get(currency)

    def _reference(self) -> str:
        self._references += 1
        return f"BK{self.date:%y%m%d}{self._references:05d}"


def _group_of(order: Order) -> tuple[str, str]:
    return order.instruction.message_id, order.instruction.group_ref
