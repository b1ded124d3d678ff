"""Money beside the price: tax, charges, currencies, contract prices. Findings and near misses."""

from dataclasses import replace
from datetime import date
from decimal import ROUND_FLOOR, Decimal

from sandbox.scenario.book import Untellable
from sandbox.scenario.domain import CENT, Invoice, Po
from sandbox.scenario.masters import SELDOM_EVERY, rates_of
from sandbox.scenario.model import date_of
from sandbox.scenario.policy import FREIGHT_OVER, TAX_OFF
from sandbox.scenario.setting import ARRIVES, BILLED, goods, just_over, received
from sandbox.scenario.story import Story
from sandbox.scenario.verbs.billing import Billed
from sandbox.scenario.verbs.choosing import Want

# Currencies without a daily rate, one for each case that waits for its rate.
LATE_RATES = ("SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "CHF", "MXN", "JPY", "AUD", "NZD", "SGD", "BRL", "ZAR", "ILS")


def _hours(story: Story, qty: int = 0) -> Po:
    price = Decimal(story.rng.randrange(6000, 16000)) / 100
    wants = [Want(None, qty or story.rng.randrange(2, 12), "HUR", price, "Technician")]
    return story.order(story.vendor("service"), wants)


def _label_lines(story: Story, code: str, paper: Invoice, day: int, **when: int) -> None:
    for line in paper.lines:
        story.label(code, "invoice_line", paper.line_id(line.number), day, **when)  # type: ignore[arg-type]


# ---------------------------------------------------------------------- tax


def tax_over(story: Story) -> None:
    """Tax beyond the rate of its code, by a cent or by a percent of the hours."""
    po = _hours(story)
    day, line = story.day + BILLED, po.lines[0]
    off = TAX_OFF + CENT if story.rng.random() < 0.5 else (line.amount / 100).quantize(CENT) + 1
    paper = story.bill(po, [Billed(line, line.qty)], day, tax_off=off)
    story.label("TAX_DIFFERENCE", "invoice", paper.invoice_id, day)
    if story.rng.random() < 0.3:
        story.release(paper, None, "TAX_DIFFERENCE", day + 3, "County tax, confirmed by the tax desk")


def tax_under(story: Story) -> None:
    """Tax below the rate of its code."""
    po = _hours(story)
    day, line = story.day + BILLED, po.lines[0]
    paper = story.bill(po, [Billed(line, line.qty)], day, tax_off=-TAX_OFF - CENT)
    story.label("TAX_DIFFERENCE", "invoice", paper.invoice_id, day)


def tax_on_exempt_goods(story: Story) -> None:
    """Tax on goods that are exempt."""
    po = goods(story, others=1)
    day = story.day + BILLED
    tax = (po.lines[0].amount * 6 / 100).quantize(CENT) + 1
    paper = story.bill(po, received(story, po), day, tax_off=tax)
    story.label("TAX_DIFFERENCE", "invoice", paper.invoice_id, day)


def tax_and_hours(story: Story) -> None:
    """Too much tax on more hours than were ordered."""
    po = _hours(story)
    day, line = story.day + BILLED, po.lines[0]
    paper = story.bill(po, [Billed(line, line.qty + 2)], day, tax_off=Decimal("7.35"))
    story.label("TAX_DIFFERENCE", "invoice", paper.invoice_id, day)
    story.label("QTY_ORDERED", "invoice_line", paper.line_id(1), day)


def tax_at_limit(story: Story) -> None:
    """Tax off by exactly what is tolerated, or by a cent less."""
    po = _hours(story)
    line = po.lines[0]
    off = story.rng.choice((TAX_OFF, -TAX_OFF, TAX_OFF - CENT))
    story.bill(po, [Billed(line, line.qty)], story.day + BILLED, tax_off=off)


def tax_rounded_by_code(story: Story) -> None:
    """Six lines of one code: rounded line by line the tax would be three cents less."""
    prices = [Decimal(story.rng.randrange(50, 200)) + Decimal("0.08") for _ in range(6)]
    po = story.order(story.vendor("service"), [Want(None, 1, "HUR", price, "Inspection") for price in prices])
    story.bill(po, [Billed(line, 1) for line in po.lines], story.day + BILLED)


# ---------------------------------------------------------------------- charges


def _charge(story: Story, paper: Invoice, day: int) -> None:
    story.label("CHARGE_DIFFERENCE", "invoice", paper.invoice_id, day)


def freight_over(story: Story) -> None:
    """Freight beyond what was agreed and is tolerated."""
    agreed = Decimal(story.rng.choice((0, 0, 2000, 3550))) / 100
    po = goods(story, others=1, freight=agreed)
    day = story.day + BILLED
    extra = story.rng.choice((CENT, Decimal("14.30")))
    paper = story.bill(po, received(story, po), day, freight=agreed + FREIGHT_OVER + extra)
    _charge(story, paper, day)
    if story.rng.random() < 0.3:
        story.release(paper, None, "CHARGE_DIFFERENCE", day + 3, "Express delivery asked for by the ward")


def freight_over_in_parts(story: Story) -> None:
    """Two invoices whose freight is too much only together: the second is held."""
    po = goods(story, story.rng.randrange(10, 40) * 2, freight=Decimal("20.00"))
    day = story.day + BILLED
    line = received(story, po)[0].line
    halves = [Billed(line, line.qty // 2)]
    story.bill(po, halves, day, freight=Decimal("20.00"))
    later = day + 2
    paper = story.bill(po, halves, later, freight=FREIGHT_OVER + CENT)
    _charge(story, paper, later)


def handling_over(story: Story) -> None:
    """Another charge that was not agreed: not a cent is tolerated."""
    po = goods(story)
    day = story.day + BILLED
    paper = story.bill(po, received(story, po), day, other=story.rng.choice((CENT, Decimal("18.00"))))
    _charge(story, paper, day)


def freight_over_and_dear(story: Story) -> None:
    """Too much freight, and a price beyond the order's."""
    po = goods(story, story.rng.randrange(5, 30), freight=Decimal("12.00"))
    day = story.day + BILLED
    (first,) = received(story, po)
    dear = replace(first, price=just_over(first.line.price * Decimal("1.1"), Decimal(0)))
    paper = story.bill(po, [dear], day, freight=Decimal("31.00"))
    _charge(story, paper, day)
    story.label("PRICE_OVER", "invoice_line", paper.line_id(1), day)


def freight_at_limit(story: Story) -> None:
    """Freight over what was agreed by exactly what is tolerated, in one invoice or in two."""
    po = goods(story, story.rng.randrange(10, 40) * 2, freight=Decimal("15.00"))
    day = story.day + BILLED
    (first,) = received(story, po)
    if story.rng.random() < 0.5:
        story.bill(po, [first], day, freight=Decimal("15.00") + FREIGHT_OVER)
        return
    halves = [replace(first, qty=first.line.qty // 2)]
    story.bill(po, halves, day, freight=Decimal("15.00"))
    story.bill(po, halves, day + 2, freight=FREIGHT_OVER)


def handling_as_agreed(story: Story) -> None:
    """Another charge, to the cent as the order says; freight less than the order says."""
    charge = Decimal(story.rng.randrange(300, 2500)) / 100
    po = goods(story, other=charge, freight=Decimal("25.00"))
    story.bill(po, received(story, po), story.day + BILLED, other=charge, freight=Decimal("5.00"))


# ---------------------------------------------------------------------- currencies


def foreign(story: Story, line: Billed, currency: str, dated: date, dear: Decimal = Decimal(1)) -> Billed:
    """The line as billed in a foreign currency, at the rate of a day."""
    rate = rates_of(dated, story.book.seed)[currency]
    amount = (line.line.amount * dear / rate).quantize(CENT)
    return replace(line, price=(amount / line.line.qty).quantize(CENT / 100), amount=amount)


def currency_mismatch(story: Story) -> None:
    """Billed in euros or Canadian dollars what was ordered in US dollars, at the day's rate."""
    po = goods(story, others=1)
    day, currency = story.day + BILLED, story.rng.choice(("EUR", "CAD"))
    lines = [foreign(story, line, currency, date_of(day)) for line in received(story, po)]
    paper = story.bill(po, lines, day, currency=currency)
    _label_lines(story, "CURRENCY_MISMATCH", paper, day)


def currency_mismatch_and_dear(story: Story) -> None:
    """Billed in euros, and too dear at the day's rate."""
    po = goods(story, story.rng.randrange(5, 30))
    day = story.day + BILLED
    (first,) = received(story, po)
    paper = story.bill(po, [foreign(story, first, "EUR", date_of(day), Decimal("1.2"))], day, currency="EUR")
    _label_lines(story, "CURRENCY_MISMATCH", paper, day)
    _label_lines(story, "PRICE_OVER", paper, day)


def _days_after_a_rate(story: Story, age: int) -> int:
    """The next day from billing on by which the last rate in pounds is `age` days old."""
    day = story.day + BILLED
    return day + (age - (day - 1)) % SELDOM_EVERY


def _in_pounds(story: Story, age: int) -> tuple[Invoice, int]:
    po = goods(story, story.rng.randrange(10, 90))
    day = _days_after_a_rate(story, age)
    (first,) = received(story, po)
    line = foreign(story, first, "GBP", date_of(day - age))
    return story.bill(po, [line], day, currency="GBP"), day


def rate_of_seven_days_ago(story: Story) -> None:
    """Billed in pounds, whose last rate is just young enough."""
    paper, day = _in_pounds(story, 7)
    _label_lines(story, "CURRENCY_MISMATCH", paper, day)


def rate_of_eight_days_ago(story: Story) -> None:
    """Billed in pounds, whose last rate is a day too old."""
    paper, day = _in_pounds(story, 8)
    _label_lines(story, "FX_RATE_MISSING", paper, day)


def rate_missing_and_misprinted(story: Story) -> None:
    """Billed in a currency that has no rate, and the total does not foot."""
    po = goods(story)
    day = story.day + BILLED
    (first,) = received(story, po)
    paper = story.bill(po, [first], day, currency="THB", off=Decimal("2.00"))
    _label_lines(story, "FX_RATE_MISSING", paper, day)
    story.label("TOTAL_MISMATCH", "invoice", paper.invoice_id, day)


def rate_entered_late(story: Story) -> None:
    """Billed in a currency whose rate of that day is entered three days later: then the currencies differ, no more."""
    place = story.book.next("late rate")
    if place > len(LATE_RATES):
        raise Untellable
    currency, po = LATE_RATES[place - 1], goods(story)
    day = story.day + BILLED
    later = day + 3
    (first,) = received(story, po)
    rate = Decimal(story.rng.randrange(800, 1200)) / 1000
    amount = (first.line.amount / rate).quantize(CENT)
    line = replace(first, price=(amount / first.line.qty).quantize(CENT / 100), amount=amount)
    paper = story.bill(po, [line], day, currency=currency)
    at = story.book.moment(later, 8, 10)
    story.writes.append(story.erp.exchange_rate(currency, rate, at, date_of(day)))
    _label_lines(story, "FX_RATE_MISSING", paper, day, cleared=later)
    _label_lines(story, "CURRENCY_MISMATCH", paper, day, due=later)


def foreign_order(story: Story) -> None:
    """Ordered and billed in euros: the currencies agree."""
    po = goods(story, story.rng.randrange(5, 60), currency="EUR")
    story.bill(po, received(story, po), story.day + BILLED, currency="EUR")


# ---------------------------------------------------------------------- contract prices


def _contracted(story: Story, price_factor: Decimal = Decimal(1)) -> Po:
    """A PO of an item under contract, at its contract price or another."""
    found = [
        (vendor, item)
        for vendor in story.book.masters.sellers(story.entity, "goods")
        for item in story.usable(vendor)
        if item.contract and item.category in ("LAB", "OFFICE") and item.price >= 1
    ]
    vendor, item = story.pick(found)
    price = (item.price * price_factor).quantize(CENT) if price_factor != 1 else None
    return story.order(vendor, [Want(item, story.rng.randrange(5, 20), "EA", price)])


def _contract(story: Story, paper: Invoice, day: int) -> None:
    story.label("CONTRACT_PRICE", "invoice_line", paper.line_id(1), day)


def contract_price_ordered(story: Story) -> None:
    """Ordered and billed beyond the contract's price."""
    po = _contracted(story, Decimal("1.05"))
    day = story.day + BILLED
    paper = story.bill(po, received(story, po), day)
    _contract(story, paper, day)


def contract_price_billed(story: Story) -> None:
    """Ordered at the contract's price and billed beyond it, within what is tolerated of a price."""
    po = _contracted(story)
    day = story.day + BILLED
    (first,) = received(story, po)
    price = (first.line.price * Decimal("1.02")).quantize(CENT, ROUND_FLOOR)
    paper = story.bill(po, [replace(first, price=price)], day)
    _contract(story, paper, day)


def contract_price_and_over(story: Story) -> None:
    """Ordered at the contract's price and billed far beyond it."""
    po = _contracted(story)
    day = story.day + BILLED
    (first,) = received(story, po)
    paper = story.bill(po, [replace(first, price=just_over(first.line.price * Decimal("1.3"), Decimal(0)))], day)
    _contract(story, paper, day)
    story.label("PRICE_OVER", "invoice_line", paper.line_id(1), day)


def contract_price_by_the_box(story: Story) -> None:
    """Ordered by the box and billed by the each, both exactly at the contract's prices."""
    found = [
        (vendor, item)
        for vendor in story.book.masters.sellers(story.entity, "goods")
        for item in story.usable(vendor)
        if item.contract
    ]
    vendor, item = story.pick(found)
    po = story.order(vendor, [Want(item, 3, "BX")])
    line = po.lines[0]
    story.receive(po, line, line.qty, story.day + ARRIVES)
    story.bill(po, [Billed(line, 3 * item.factors["BX"], unit="EA")], story.day + BILLED)
