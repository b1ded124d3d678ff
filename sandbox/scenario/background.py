"""What happens every day beside the cases: stock, rates, bills without an order, what the bank books, price lists."""

from collections.abc import Container
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from types import ModuleType

from sandbox.scenario.book import Book, DayPage
from sandbox.scenario.domain import ACCOUNTS, CENT, OPENING_BALANCE, Entity, Item, Journal, Po
from sandbox.scenario.masters import DAILY, SELDOM, SELDOM_EVERY, rates_of
from sandbox.scenario.model import Booking, FileDrop, Label, Write, date_of
from sandbox.scenario.story import Story
from sandbox.wire import contracts, erp_main, erp_west, supply
from sandbox.wire.codes import local

ACCOUNT_FEE = Decimal("-38.50")
CONTRA = {
    "sweep": "clearing",
    "fee": "fees",
    "return": "payables",
    "reversal": "payables",
}  # the other side of what is booked on cash
Lines = tuple[tuple[str, str, Decimal], ...]
OTHER_CONTRACTS = {
    "LOCAL-ALL-25": (date(2025, 1, 1), date(2026, 2, 28)),
    "LOCAL-ALL-27": (date(2026, 7, 1), date(2027, 6, 30)),
}
BILLS = ("Electricity", "Water", "Natural gas", "Telephone")


def utility_bill(story: Story) -> None:
    """A bill of a utility."""
    vendor = story.pick(story.book.masters.sellers(story.entity, "utility"))
    story.bill_without_order(vendor, Decimal(story.rng.randrange(20000, 900000)) / 100, story.rng.choice(BILLS))


def rates(book: Book, day: int) -> list[Write]:
    """The day's exchange rates, in both ERPs; some currencies have one every ninth day only, from the first."""
    at, of_day = book.moment(day, 1, 2), rates_of(date_of(day), book.seed)
    currencies = (*DAILY, *SELDOM) if (day - 1) % SELDOM_EVERY == 0 else DAILY
    return [
        wire.exchange_rate(currency, of_day[currency], at, date_of(day))
        for currency in currencies
        for wire in (erp_main, erp_west)
    ]


def backorders(book: Book, orders: list[Po], day: int) -> list[Write]:
    """Some of the day's orders are backordered in part."""
    goods = [(po, line) for po in orders for line in po.lines if line.item and line.qty > 5]
    chosen = book.rng.sample(goods, min(len(goods), 1 + len(goods) // 40))
    return [
        supply.backorder(f"BO{book.next('backorder'):05d}", po, line, line.qty // 3, book.moment(day, 12, 20))
        for po, line in chosen
    ]


def stock_rows(seed: int, book: Book, day: int, count: int) -> tuple[list[supply.Row], list[supply.Row]]:
    """Movements and counts of a day; counts agree with the books."""
    rng = Random(f"{seed}:stock:{day}")
    moves = [_move(rng, book, day, number) for number in range(1, count + 1)]
    counts = [_count(rng, book, day, number) for number in range(1, count * 3 // 4 + 1)]
    return moves, counts


def _place(rng: Random, book: Book) -> tuple[Entity, str]:
    entity = rng.choice(book.entities)
    return entity, f"{entity.company}-STORE"


def _move(rng: Random, book: Book, day: int, number: int) -> supply.Row:
    entity, place = _place(rng, book)
    at = local(book.moment(day, 8, 20))
    kind = rng.choice(("ISSUE", "ISSUE", "TRANSFER-IN", "ADJUST"))
    qty = rng.randrange(1, 60) * (-1 if kind == "ISSUE" else 1)
    return {
        "MOVE_ID": f"MV{day:03d}{number:04d}",
        "SITE": entity.site,
        "ITEM": rng.choice(book.masters.items).number,
        "LOC": place,
        "KIND": kind,
        "QTY": str(qty),
        "UOM": "EA",
        "MOVED": at,
        "MODIFIED": at,
    }


def _count(rng: Random, book: Book, day: int, number: int) -> supply.Row:
    entity, place = _place(rng, book)
    qty = rng.randrange(0, 900)
    item = rng.choice(book.masters.counted_items)
    at = book.moment(day, 8, 20)
    return supply.count_row(f"CT{day:03d}{number:04d}", entity, item, place, (qty, qty), at)


def bookings(book: Book, page: DayPage, day: int) -> list[Booking]:
    """What the bank books beside what it is told to: settled payments of the ERPs, a daily sweep, a weekly fee."""
    return [
        booking
        for entity in book.entities
        for booking in (
            *_payments(page, entity),
            *(each for each in page.bookings if each.entity_id == entity.entity_id),
            *_others(book, entity, day),
        )
    ]


def stray_labels(page: DayPage, made: list[Booking], day: int) -> list[Label]:
    """The labels of bookings that belong to nothing: the entry of the statement is their subject."""
    positions: dict[str, int] = {}
    labels = []
    for booking in made:
        positions[booking.entity_id] = position = positions.get(booking.entity_id, 0) + 1
        if label := page.strays.get(booking.reference):
            subject = f"bank:ST-{booking.entity_id}-{date_of(day):%Y%m%d}:{position}:1"
            labels.append(replace(label, subject=subject))
    return labels


def _payments(page: DayPage, entity: Entity) -> list[Booking]:
    return [
        Booking(
            entity_id=entity.entity_id,
            kind="transfer",
            amount=-pay.amount,
            reference=f"BK{pay.ref}",
            party=pay.invoice.supplier_id,
            text=f"Invoice {pay.invoice.number}",
            end_to_end_id=pay.end_to_end_id,
        )
        for pay in page.settled
        if pay.invoice.entity is entity
    ]


def _others(book: Book, entity: Entity, day: int) -> list[Booking]:
    sweep = Decimal(book.rng.randrange(2000000, 9000000)) / 100
    place, reference = entity.entity_id, f"{entity.entity_id}{date_of(day):%m%d}"
    entries = [Booking(place, "sweep", sweep, f"SW{reference}", "Patient accounts", "Daily sweep")]
    if day % 7 == 0:
        entries.append(Booking(place, "fee", ACCOUNT_FEE, f"FE{reference}", "Bank", "Account fee"))
    return entries


def cash_journals(book: Book, made: list[Booking], strays: Container[str], day: int) -> list[Write]:
    """What the ERPs book of sweeps, fees and what comes back, when the bank does; first, what was there before.

    Of a payment they booked all but the fee when they sent it; of strays they know nothing.
    """
    at = datetime.combine(date_of(day), time(21, 15), UTC)
    entries = []
    entities = {entity.entity_id: entity for entity in book.entities}
    for booking in made:
        amount = -booking.charges if booking.charges else booking.amount
        contra = "fees" if booking.charges else CONTRA.get(booking.kind)
        if contra and booking.reference not in strays:
            accounts = ACCOUNTS[entities[booking.entity_id].erp]
            lines = ((accounts["cash"], "", amount), (accounts[contra], "", -amount))
            entries.append((entities[booking.entity_id], f"JC{booking.reference}", booking.reference, lines))
    before = [_opening(entity) for entity in book.entities] if day == 1 else []
    return [
        write
        for posted, told in ((at - timedelta(days=1), before), (at, entries))
        for entity, ref, document, lines in told
        for write in wire_of(entity).journal(Journal(ref, entity.company, "Cash", document, lines), at, posted)
    ]


def _opening(entity: Entity) -> tuple[Entity, str, str, Lines]:
    accounts = ACCOUNTS[entity.erp]
    lines = ((accounts["cash"], "", OPENING_BALANCE), (accounts["opening"], "", -OPENING_BALANCE))
    return entity, f"JO{entity.entity_id}", f"OPENING-{entity.entity_id}", lines


def wire_of(entity: Entity) -> ModuleType:
    """The spelling of an entity's ERP."""
    return erp_main if entity.erp == "erp_main" else erp_west


def price_lists(book: Book, day: int, at: datetime) -> list[FileDrop]:
    """Contract price lists: one for the first quarter at the start, the next one in the middle of the month.

    Beside them, at the start, a contract that has ended and one that has not begun, at prices that nobody pays now.
    """
    periods = {1: (date(2026, 1, 1), date(2026, 3, 31)), 15: (date(2026, 4, 1), date(2026, 12, 31))}
    if day not in periods:
        return []
    items = book.masters.items
    drops = [
        _price_list(book, contract, [item for item in items if item.contract == contract], periods[day], at)
        for contract in sorted({item.contract for item in items if item.contract})
    ]
    if day == 1:
        cheap = [replace(item, price=(item.price * 4 / 5).quantize(CENT)) for item in items if not item.contract]
        drops += [_price_list(book, contract, cheap, dates, at) for contract, dates in OTHER_CONTRACTS.items()]
    return drops


def _price_list(book: Book, contract: str, items: list[Item], dates: tuple[date, date], at: datetime) -> FileDrop:
    vendors = {vendor.index: vendor for vendor in book.masters.vendors}
    content = contracts.price_list(contract, [(item, vendors[item.vendor]) for item in items], *dates)
    return FileDrop("contracts", f"price_lists/{contract}_{at:%Y%m%d}.csv", content, at)
