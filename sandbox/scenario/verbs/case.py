"""What a case has written so far."""

from dataclasses import dataclass, field
from decimal import Decimal
from types import ModuleType
from typing import Any

from sandbox.scenario.book import HISTORY_DAYS, Book
from sandbox.scenario.domain import Entity, Invoice, Payment, Po
from sandbox.scenario.model import Booking, ClerkAction, Label, Write, date_of, day_of
from sandbox.wire import ap, erp_main, erp_west, supply


@dataclass
class Case:
    """Everything that a case writes, kept here until it is told to the end."""

    book: Book
    entity: Entity
    day: int
    case: str
    writes: list[Write] = field(default_factory=list)
    receipts: list[tuple[int, supply.Row]] = field(default_factory=list)
    late_receipts: list[tuple[int, supply.Row]] = field(default_factory=list)
    counts: list[tuple[int, supply.Row]] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    actions: list[ClerkAction] = field(default_factory=list)
    billed: list[tuple[str, str, Decimal]] = field(default_factory=list)
    settled: list[tuple[int, Payment]] = field(default_factory=list)
    bookings: list[tuple[int, Booking]] = field(default_factory=list)
    strays: list[tuple[int, str, Label]] = field(default_factory=list)
    orders: list[Po] = field(default_factory=list)

    @property
    def erp(self) -> ModuleType:
        """The entity's ERP."""
        return erp_main if self.entity.erp == "erp_main" else erp_west

    @property
    def rng(self) -> Any:
        """The random source of the day that is planned."""
        return self.book.rng

    def label(
        self,
        code: str,
        subject_type: str,
        subject: str,
        injected: int,
        *,
        due: int | None = None,
        cleared: int | None = None,
        by_feedback: bool = False,
        kind: str = "finding",
    ) -> None:
        """Say what was injected on a day, from which day it shows, and on which day it is gone."""
        self.labels.append(
            Label(
                code=code,
                subject_type=subject_type,
                subject=subject,
                injected_on=date_of(injected),
                due_on=date_of(due or injected),
                cleared_on=date_of(cleared) if cleared else None,
                cleared_by="feedback" if by_feedback else "data" if cleared else "",
                case=self.case,
                kind=kind,
            )
        )

    def release(self, paper: Invoice, line: int | None, code: str, day: int, reason: str) -> None:
        """AP's clerks release a hold; those of the history are released when the pipeline has placed them."""
        day = day if day > HISTORY_DAYS else HISTORY_DAYS + 1 + day % 4
        self.actions.append(ClerkAction(day, paper.ref, line, ap.hold_word(code), reason))

    def commit(self) -> None:
        """Put everything on the pages of its days."""
        for write in self.writes:
            self.book.write(write)
        for day, row in self.receipts:
            self.book.pages[day].receipts.append(row)
        for day, row in self.late_receipts:
            self.book.pages[day].late_receipts.append(row)
        for day, payment in self.settled:
            self.book.pages[day].settled.append(payment)
        for day, booking in self.bookings:
            self.book.pages[day].bookings.append(booking)
        for day, reference, label in self.strays:
            self.book.pages[day].strays[reference] = label
        for day, row in self.counts:
            self.book.pages[day].counts.append(row)
        for label in self.labels:
            self.book.pages[day_of(label.injected_on)].labels.append(label)
        for action in self.actions:
            self.book.pages[action.day].clerk_actions.append(action)
        self.book.billed.update(self.billed)
