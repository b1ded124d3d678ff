"""Receipts, returns, counts, and what packs hold."""

from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP

from sandbox.scenario.domain import ACCOUNTS, CENT, Item, Journal, Packs, Po, PoLine, Receipt
from sandbox.scenario.model import Write
from sandbox.scenario.verbs.case import Case
from sandbox.scenario.verbs.units import in_order_units
from sandbox.wire import ap, supply


class Receiving(Case):
    """Receives, gives back and counts."""

    def receive(
        self,
        po: Po,
        line: PoLine,
        qty: int,
        day: int,
        *,
        unit: str = "",
        rejected: int = 0,
        kind: str = "receipt",
        names: str = "",
        waiting: int | None = 0,
        booked_after: timedelta | None = None,
        days_ago: int = 0,
        booked: bool = True,
    ) -> Receipt:
        """Receive (or return) goods: supply reports it the same day, the ERP and AP follow within hours.

        Args:
            po: the purchase order.
            line: its line.
            qty: in `unit`, the line's own where that is left out.
            day: on which it is reported.
            unit: that was counted in.
            rejected: of the quantity, what did not pass inspection.
            kind: receipt or return.
            names: the receipt that a return takes from.
            waiting: of the quantity, what inspection has not looked at; None where it has not begun.
            booked_after: how long after it the ERP posted it; some hours where that is left out.
            days_ago: how long before `day` the goods came and the ERP posted them, where all tell it only on that day.
            booked: whether the ERP gets to know of it; AP does in any case.
        """
        told = self.book.moment(day, 10, 13)
        received = told - timedelta(days=days_ago)
        ref = f"R{self.book.next('receipt'):07d}"
        posted = received + timedelta(minutes=self.rng.randrange(5, 90))
        clerk = self.rng.choice(("dock1", "dock2", "Müller", "dock4"))
        row = Receipt(ref, po, line, qty, unit or line.unit, received, posted, clerk, kind, rejected, names, waiting)
        self.report(row, day, posted + timedelta(days=days_ago))
        latest = 8 if days_ago else 18
        posting = received + (booked_after or timedelta(minutes=self.rng.randrange(100, latest * 60)))
        seen = posting + timedelta(days=days_ago)
        self.writes.append(ap.receipt(row, seen))
        if booked:
            self.writes += [self.erp.receipt(row, posting, seen), *self._received_journal(row, posting, seen)]
        return row

    def report(self, row: Receipt, day: int, modified: datetime, *, late: bool = False) -> None:
        """Put a line into a day's receipts file; the late ones are in a second file of the day."""
        (self.late_receipts if late else self.receipts).append((day, supply.receipt_row(row, modified)))

    def count(self, item: Item, place: str, qty: tuple[int, int], day: int, *, late: bool = False) -> None:
        """Count an item at a place: (counted, book), the late ones in the evening."""
        at = self.book.moment(day, 18, 21) if late else self.book.moment(day, 8, 17)
        ref = f"CN{self.book.next('count'):06d}"
        self.counts.append((day, supply.count_row(ref, self.entity, item, place, qty, at)))

    def say_packs(self, item: Item, packs: Packs, day: int) -> None:
        """The entity's ERP says what an item's packs hold."""
        self.writes += self.erp.packs(item, packs, self.book.moment(day, 8, 17))

    def give_back(self, po: Po, line: PoLine, qty: int, day: int, names: str = "") -> Receipt:
        """Return goods to the vendor."""
        return self.receive(po, line, qty, day, kind="return", names=names)

    def _received_journal(self, row: Receipt, posted: datetime, at: datetime) -> list[Write]:
        factor = in_order_units(row.line, row.unit)
        sign = 1 if row.kind == "receipt" else -1
        value = (row.line.price * row.qty * factor * sign).quantize(CENT, ROUND_HALF_UP)
        accounts = ACCOUNTS[self.entity.erp]
        lines = ((accounts["inventory"], "", value), (accounts["received"], "", -value))
        company, currency = self.entity.company, row.po.currency
        entry = Journal(f"JR{row.ref.removeprefix('R')}", company, "Receiving", row.ref, lines, currency)
        return self.erp.journal(entry, at, posted)
