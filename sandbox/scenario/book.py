"""What the scenario has written so far, by day; numbers that were given out, and amounts that were billed."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

from sandbox.scenario.domain import Entity, Payment
from sandbox.scenario.masters import Masters
from sandbox.scenario.model import Booking, ClerkAction, Label, Write, date_of, day_of
from sandbox.wire.supply import Row

HISTORY_DAYS = 30


class Collision(Exception):
    """A vendor billed this amount before; by chance, it would look like a duplicate."""


class Untellable(Exception):
    """The entity has no vendor or item that the case needs."""


@dataclass
class DayPage:
    """What happens on a day, in no order yet."""

    writes: list[Write] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    clerk_actions: list[ClerkAction] = field(default_factory=list)
    receipts: list[Row] = field(default_factory=list)
    late_receipts: list[Row] = field(default_factory=list)
    counts: list[Row] = field(default_factory=list)
    settled: list[Payment] = field(default_factory=list)
    bookings: list[Booking] = field(default_factory=list)
    strays: dict[str, Label] = field(default_factory=dict)  # by the bank's reference; the entry is its subject


@dataclass
class Book:
    """Pages by day and what must not repeat.

    Args:
        rng: of the day that is being planned.
        billed: (vendor, kind, gross) of every invoice.
        tieout_pays: entities whose ERP makes no payments of its own.
    """

    seed: int
    masters: Masters
    entities: tuple[Entity, ...]
    tieout_pays: frozenset[str] = frozenset()
    rng: Random = field(default_factory=Random)
    pages: defaultdict[int, DayPage] = field(default_factory=lambda: defaultdict(DayPage))
    billed: set[tuple[str, str, Decimal]] = field(default_factory=set)
    counters: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))

    def next(self, name: str) -> int:
        """The next number of a sequence, from 1."""
        self.counters[name] += 1
        return self.counters[name]

    def write(self, write: Write) -> None:
        """Put a write on its day's page."""
        self.pages[day_of(write.at.date())].writes.append(write)

    def moment(self, day: int, first_hour: int, last_hour: int) -> datetime:
        """A whole second of a day between two hours, UTC."""
        start = datetime.combine(date_of(day), datetime.min.time(), UTC)
        return start + timedelta(seconds=self.rng.randrange(first_hour * 3600, last_hour * 3600))
