"""The seeded generator: one simulated day after the other, the same however often and in what order it is asked."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from random import Random

from sandbox.scenario import background, payees, payments, screening, trouble
from sandbox.scenario.book import Book, Collision, DayPage, Untellable
from sandbox.scenario.deck import CLEAN, DECOYS, FINDINGS, Card, Tell, shuffled
from sandbox.scenario.decoys import vendor_leaves_next_day
from sandbox.scenario.domain import ENTITIES, Entity, Po
from sandbox.scenario.masters import make_masters, opening_writes, rates_of, vendor_leaves
from sandbox.scenario.model import DayPlay, FileDrop, date_of
from sandbox.scenario.policy import TIEOUT_PAYS
from sandbox.scenario.story import Story
from sandbox.scenario.twins import twin_writes, vendor_labels
from sandbox.wire import supply

APART = 800_000  # numbers of what is told apart begin here: the others stay as they are
FINDING_RATE, DECOY_RATE = 0.10, 0.07
ATTEMPTS = 40


class World:
    """A hospital group whose days are planned in order and kept.

    Args:
        seed: of everything that is drawn.
        volume: 1.0 is about 60 purchase orders a day in five entities.
        entities: ids of the entities that take part; all where it is left out.
        tieout_pays: ids of the entities whose ERP makes no payments of its own.
        payment_codes: codes about payments whose findings are injected.
    """

    def __init__(
        self,
        seed: int = 7,
        volume: float = 1.0,
        entities: Iterable[str] | None = None,
        tieout_pays: Iterable[str] = TIEOUT_PAYS,
        payment_codes: Iterable[str] = payments.ON,
    ) -> None:
        wanted = set(entities or (entity.entity_id for entity in ENTITIES))
        self.entities = tuple(entity for entity in ENTITIES if entity.entity_id in wanted)
        self.seed = seed
        self.book = Book(seed, make_masters(seed), self.entities, frozenset(tieout_pays))
        self.payment_codes = frozenset(payment_codes)
        self.told: dict[str, str] = {}
        # Accounts move and suppliers are listed for the scenes of entities that take part.
        self._erps_of_scenes = {each.erp for each in self.entities if each.entity_id in payments.TIEOUT_PAYS}
        self._apart: defaultdict[str, int] = defaultdict(lambda: APART)
        self._orders_a_day = max(4, round(volume * sum(entity.share for entity in self.entities)))
        self._plays: list[DayPlay] = []
        self._last_receipts = b""
        self._last_rows: list[supply.Row] = []

    def day(self, number: int) -> DayPlay:
        """Everything that happens on a day, from 1."""
        while len(self._plays) < number:
            self._plays.append(self._play(len(self._plays) + 1))
        return self._plays[number - 1]

    # ------------------------------------------------------------------ planning

    def _play(self, day: int) -> DayPlay:
        self.book.rng = Random(f"{self.seed}:day:{day}")
        orders = self._plan(day)
        self._tell_payments(day)
        page = self.book.pages.pop(day, None) or DayPage()
        self._add_masters(page, day)
        page.writes += background.rates(self.book, day) + background.backorders(self.book, orders, day)
        bookings = background.bookings(self.book, page, day)
        page.writes += background.cash_journals(self.book, bookings, page.strays, day)
        page.labels += background.stray_labels(page, bookings, day)
        self._add_trouble(page, orders, day)
        files = self._files(page, day)
        writes = sorted(page.writes, key=lambda write: (write.at, write.system, write.table, write.key))
        return DayPlay(
            day,
            writes,
            sorted(files, key=lambda file: (file.at, file.path)),
            page.labels,
            page.clerk_actions,
            bookings,
            payments.requests(self.seed) if day == 1 else [],
            rates=rates_of(date_of(day), self.seed),
        )

    def _plan(self, day: int) -> list[Po]:
        """Tell the cases that begin on a day; return their orders."""
        count = self._orders_a_day
        findings, near_misses = max(1, round(count * FINDING_RATE)), max(1, round(count * DECOY_RATE))
        orders: list[Po] = []
        for name, deck, times in (("finding", FINDINGS, findings), ("decoy", DECOYS, near_misses)):
            for _ in range(times):
                self._tell_card(day, name, deck, orders)
        self._tell_last_days(day, orders)
        cards, weights = zip(*CLEAN, strict=True)
        for card in self.book.rng.choices(cards, weights, k=max(1, count - findings - near_misses)):
            self._tell(card.tell, self._draw_entity(), day, orders)
        for entity in self.entities:
            if self.book.rng.random() < 0.5:
                self._tell(background.utility_bill, entity, day, orders)
        return orders

    def _draw_entity(self) -> Entity:
        return self.book.rng.choices(self.entities, [entity.share for entity in self.entities])[0]

    def _tell_card(self, day: int, name: str, deck: tuple[Card, ...], orders: list[Po]) -> None:
        """Tell the next card of a deck that can be told of some entity today."""
        for _ in range(len(deck)):
            card = shuffled(self.seed, name, deck, self.book.next(f"{name} card") - 1)
            entities = [entity for entity in self.entities if card.fits(entity, day)]
            self.book.rng.shuffle(entities)
            if any(self._tell(card.tell, entity, day, orders) for entity in entities):
                return

    def _tell_payments(self, day: int) -> None:
        """Tell the day's cases about payments, by a random source of their own: the other cases stay as they are."""
        kept, self.book.rng = self.book.rng, Random(f"{self.seed}:payments:{day}")
        numbers = self.book.counters
        for scene in payments.scenes_of(day, self.payment_codes):
            self.book.counters = self._apart if scene.apart else numbers
            for entity in (entity for entity in self.entities if entity.entity_id in scene.entities):
                self._tell(scene.tell, entity, day, [], payments.DECK)
        self.book.rng, self.book.counters = kept, numbers

    def _tell_last_days(self, day: int, orders: list[Po]) -> None:
        """The day before a vendor leaves is the only one on which this near miss can begin."""
        for entity in self.entities:
            leavers = self.book.masters.sellers(entity, "leaving")
            if any(vendor.leaves_on == date_of(day + 1) for vendor in leavers):
                self._tell(vendor_leaves_next_day, entity, day, orders)
                return

    def _tell(self, tell: Tell, entity: Entity, day: int, orders: list[Po], deck: str = "D") -> bool:
        """Tell a case to the end, or leave no trace of it."""
        case = f"{deck}{day:03d}-{self.book.next('case'):05d}"
        for _ in range(ATTEMPTS):
            story = Story(self.book, entity, day, case)
            try:
                tell(story)
            except Collision:
                continue
            except Untellable:
                return False
            story.commit()
            orders += [po for po in story.orders if po.created.date() == date_of(day)]
            self.told[case] = getattr(tell, "__name__", "")
            return True
        return False

    # ------------------------------------------------------------------ the rest of a day

    def _at(self, day: int, hour: int, minute: int = 0) -> datetime:
        return datetime.combine(date_of(day), datetime.min.time(), UTC) + timedelta(hours=hour, minutes=minute)

    def _add_masters(self, page: DayPage, day: int) -> None:
        if day == 1:
            page.writes += opening_writes(self.book.masters, self.entities, self.seed, self._at(1, 0, 5))
            page.writes += twin_writes(self.seed, self._at(1, 0, 5))
            page.labels += vendor_labels(self.book.masters, self.seed, date_of(1))
        found, at = payees.payees(self.seed), self._at(day, 8, 30)
        page.writes += payees.moves(found, day, at, self.payment_codes, self._erps_of_scenes)
        for vendor in self.book.masters.vendors:
            if vendor.leaves_on == date_of(day):
                page.writes += vendor_leaves(vendor, self._at(day, 0, 10))

    def _add_trouble(self, page: DayPage, orders: list[Po], day: int) -> None:
        trouble.bad_receipt(page, day)
        trouble.bad_journal(self.book, page, day)
        trouble.bad_requisition(page, orders, day, self._at(day, 9))
        trouble.bad_event(page, day, self._at(day, 20))
        trouble.unannounced_fields(page, day)

    def _files(self, page: DayPage, day: int) -> list[FileDrop]:
        stamp, at = f"{date_of(day):%Y%m%d}", self._at(day, 22)
        count = max(20, self._orders_a_day * 2 // 3)
        moves, counts = background.stock_rows(self.seed, self.book, day, count)
        trouble.bad_stock(page, moves, counts, day)
        counts += page.counts
        drops = [
            *self._receipt_files(page, day, stamp, at),
            FileDrop("supply", f"outgoing/moves/moves_{stamp}.csv", supply.csv_file(supply.MOVE_COLUMNS, moves), at),
            FileDrop(
                "supply", f"outgoing/counts/counts_{stamp}.csv", supply.csv_file(supply.COUNT_COLUMNS, counts), at
            ),
        ]
        drops += screening.files(self.seed, day, self._at(day, 6), self.payment_codes, self._erps_of_scenes)
        return drops + background.price_lists(self.book, day, self._at(day, 6))

    def _receipt_files(self, page: DayPage, day: int, stamp: str, at: datetime) -> list[FileDrop]:
        """The day's receipts; a second file for versions that come late; now and then yesterday's file again."""
        columns = [*supply.RECEIPT_COLUMNS, *(["HINWEIS"] if day >= trouble.NEW_COLUMN_FROM else [])]
        encoding = "utf-8" if day % 2 else "cp1252"
        rows = sorted(page.receipts, key=lambda row: row["RCPT_ID"])
        again = self._last_rows[:3] if day in trouble.REPEATED_ROWS_DAYS else []
        drops = []
        if rows:
            content = supply.packed(supply.csv_file(columns, [*again, *rows], encoding=encoding))
            drops.append(FileDrop("supply", f"outgoing/receipts/receipts_{stamp}_1.csv.gz", content, at))
        if page.late_receipts:
            late = supply.packed(supply.csv_file(columns, page.late_receipts, encoding=encoding))
            later = at + timedelta(minutes=30)
            drops.append(FileDrop("supply", f"outgoing/receipts/receipts_{stamp}_2.csv.gz", late, later))
        if (delay := trouble.resent(day)) and self._last_receipts:
            path = f"outgoing/receipts/receipts_{stamp}_resent.csv.gz"
            drops.append(FileDrop("supply", path, self._last_receipts, at + delay))
        self._last_receipts = drops[0].content if rows else b""
        self._last_rows = rows
        return drops
