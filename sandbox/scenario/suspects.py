"""Invoices that look like another one: those that may be the same twice, and those that are none."""

from datetime import timedelta
from decimal import Decimal

from sandbox.scenario.book import Untellable
from sandbox.scenario.domain import Invoice, Po, PoLine
from sandbox.scenario.model import date_of
from sandbox.scenario.setting import BILLED, PLAIN, goods, just_over, received
from sandbox.scenario.story import Story
from sandbox.scenario.verbs.billing import Billed
from sandbox.scenario.verbs.choosing import Want

SHORT_NUMBERS = range(10, 100)


def _two_halves(story: Story) -> tuple[Po, PoLine, int]:
    """A PO line that is received in full; half its quantity."""
    po = goods(story, story.rng.randrange(5, 40) * 2)
    received(story, po)
    return po, po.lines[0], po.lines[0].qty // 2


def _suspect(story: Story, paper: Invoice, day: int, *, cleared: int | None = None) -> None:
    story.label("DUPLICATE_SUSPECT", "invoice", paper.invoice_id, day, cleared=cleared)


def other_digit(number: str) -> str:
    """The number with its first digit misread."""
    return ("7" if number[0] == "1" else "1") + number[1:]


# ---------------------------------------------------------------------- suspected


def same_date_and_amount(story: Story) -> None:
    """One amount and date on one PO line, under two numbers."""
    po, line, half = _two_halves(story)
    day = story.day + BILLED
    story.bill(po, [Billed(line, half)], day, number=f"W{story.serial()}")
    number = f"{story.serial()}/26"
    paper = story.bill(po, [Billed(line, half)], day + 1, dated=date_of(day), number=number, same_amount=True)
    _suspect(story, paper, day + 1)
    if story.rng.random() < 0.3:
        story.release(paper, None, "DUPLICATE_SUSPECT", day + 4, "Two deliveries, confirmed by the dock")


def same_number(story: Story) -> None:
    """One number, two amounts."""
    po = goods(story, story.rng.randrange(12, 60))
    received(story, po)
    day, count = story.day + BILLED, story.serial()
    story.bill(po, [Billed(po.lines[0], 5)], day, number=f"SN {count}")
    paper = story.bill(po, [Billed(po.lines[0], 7)], day + 2, number=f"SN-0{count}")
    _suspect(story, paper, day + 2)


def number_misread(story: Story) -> None:
    """One amount on one PO line within days, the number misread in one digit."""
    po, line, half = _two_halves(story)
    day, number = story.day + BILLED, f"{story.serial()}"
    story.bill(po, [Billed(line, half)], day, number=number)
    paper = story.bill(po, [Billed(line, half)], day + 10, number=other_digit(number), same_amount=True)
    _suspect(story, paper, day + 10)


def number_extended(story: Story) -> None:
    """One amount on one PO line within days, three characters appended to the number; AP cancels the second later."""
    po, line, half = _two_halves(story)
    day, number = story.day + BILLED, f"{story.serial()}"
    story.bill(po, [Billed(line, half)], day, number=number)
    paper = story.bill(po, [Billed(line, half)], day + 3, number=f"{number}-COP", same_amount=True)
    story.cancel(paper, day + 6)
    _suspect(story, paper, day + 3, cleared=day + 6)


def same_number_last_year(story: Story) -> None:
    """Number and amount of an invoice of more than a year ago."""
    po, line, half = _two_halves(story)
    day, number = story.day + BILLED, f"LY-{story.serial()}"
    long_ago = date_of(day) - timedelta(days=story.rng.randrange(366, 390))
    story.bill(po, [Billed(line, half)], day, number=number, dated=long_ago)
    paper = story.bill(po, [Billed(line, half)], day + 1, dated=date_of(day), number=number, same_amount=True)
    _suspect(story, paper, day + 1)


def dear_twice(story: Story) -> None:
    """Too dear, and the second of two invoices of one amount and date."""
    po, line, half = _two_halves(story)
    day, dear = story.day + BILLED, just_over(line.price * Decimal("1.25"), Decimal(0))
    first = story.bill(po, [Billed(line, half, dear)], day, number=f"DT{story.serial()}")
    number = f"{story.serial()}/B"
    second = story.bill(po, [Billed(line, half, dear)], day + 1, dated=date_of(day), number=number, same_amount=True)
    story.label("PRICE_OVER", "invoice_line", first.line_id(1), day)
    story.label("PRICE_OVER", "invoice_line", second.line_id(1), day + 1)
    _suspect(story, second, day + 1)


# ---------------------------------------------------------------------- near misses


def two_orders_one_amount(story: Story) -> None:
    """The same goods ordered twice and billed on one day: no PO line in common."""
    vendor, item = story.seller_of(*PLAIN)
    want, day = Want(item, story.rng.randrange(10, 60)), story.day + BILLED
    for copy in (False, True):
        po = story.order(vendor, [want])
        story.bill(po, received(story, po), day, number=f"{story.serial()}/T", same_amount=copy)


def two_orders_one_number(story: Story) -> None:
    """A vendor numbers its invoices by the customer's contact: one number, two amounts, no PO line in common."""
    vendor, item = story.seller_of(*PLAIN)
    day, number = story.day + BILLED, f"CT-{story.serial()}"
    for qty in (11, 17):
        po = story.order(vendor, [Want(item, qty)])
        story.bill(po, received(story, po), day, number=number)


def two_receipts_one_amount(story: Story) -> None:
    """Two equal deliveries billed on one day; each invoice names its own receipt."""
    po = goods(story, story.rng.randrange(5, 40) * 2)
    line, day = po.lines[0], story.day + BILLED
    half = line.qty // 2
    for copy in (False, True):
        row = story.receive(po, line, half, story.day + 3)
        lines = [Billed(line, half, receipt_ref=row.ref)]
        story.bill(po, lines, day, number=f"{story.serial()}/R", same_amount=copy)


def eleven_days_apart(story: Story) -> None:
    """One amount, numbers one digit apart, dates eleven days apart."""
    po, line, half = _two_halves(story)
    day, number = story.day + BILLED, f"{story.serial()}"
    story.bill(po, [Billed(line, half)], day, number=number)
    story.bill(po, [Billed(line, half)], day + 11, number=other_digit(number), same_amount=True)


def number_two_digits_apart(story: Story) -> None:
    """One amount within days, numbers two digits apart."""
    po, line, half = _two_halves(story)
    day, number = story.day + BILLED, f"{story.serial()}"
    story.bill(po, [Billed(line, half)], day, number=number)
    other = other_digit(number[:1]) + other_digit(number[1:])
    story.bill(po, [Billed(line, half)], day + 3, number=other, same_amount=True)


def numbers_in_sequence(story: Story) -> None:
    """Two equal instalments of one PO line, days apart, their numbers consecutive."""
    po, line, half = _two_halves(story)
    day, count = story.day + BILLED, story.serial()
    story.bill(po, [Billed(line, half)], day, number=f"SEQ{count}")
    story.bill(po, [Billed(line, half)], day + 2, number=f"SEQ{count + 1}", same_amount=True)


def short_numbers(story: Story) -> None:
    """One amount, numbers one letter apart: three characters are too few to say anything."""
    place = story.book.next("short number")
    if place >= len(SHORT_NUMBERS):
        raise Untellable
    po, line, half = _two_halves(story)
    day, digits = story.day + BILLED, SHORT_NUMBERS[place]
    story.bill(po, [Billed(line, half)], day, number=f"K{digits}")
    story.bill(po, [Billed(line, half)], day + 2, number=f"Q{digits}", same_amount=True)


def weekly_subscription(story: Story) -> None:
    """A weekly service of one price: the fifth invoice's number is the fourth's with a letter, as vendors do."""
    price = Decimal(story.rng.randrange(9000, 40000)) / 100
    po = story.order(story.vendor("service"), [Want(None, 5, "HUR", price, "Linen service, weekly")])
    line, day, number = po.lines[0], story.day + BILLED, ""
    for week in range(4):
        number = f"{'KMPT'[week]}{story.serial()}"
        dated = date_of(day) - timedelta(days=7 * (4 - week))
        story.bill(po, [Billed(line, 1)], day, dated=dated, number=number, same_amount=week > 0)
    story.bill(po, [Billed(line, 1)], day + 1, dated=date_of(day), number=f"{number}B", same_amount=True)


def monthly_subscription(story: Story) -> None:
    """A monthly bill of one amount without an order, its numbers one letter apart."""
    vendor = story.pick(story.book.masters.sellers(story.entity, "utility"))
    amount, count = Decimal(story.rng.randrange(5000, 90000)) / 100, story.serial()
    for month in range(4):
        dated = date_of(story.day) - timedelta(days=30 * (3 - month))
        number = f"{count}{'ABCD'[month]}"
        story.bill_without_order(vendor, amount, "Telephone", dated=dated, number=number, same_amount=month > 0)
