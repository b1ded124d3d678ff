"""Prices that are not those of the order."""

from dataclasses import replace
from decimal import ROUND_FLOOR, Decimal

from sandbox.scenario.domain import CENT
from sandbox.scenario.model import date_of
from sandbox.scenario.policy import over_limits
from sandbox.scenario.setting import ARRIVES, BILLED, goods, just_over, overdue, received
from sandbox.scenario.story import Story
from sandbox.scenario.verbs.billing import Billed
from sandbox.scenario.verbs.choosing import Want


def price_over_percent(story: Story) -> None:
    """A price a little or far beyond the percentage."""
    po = goods(story, story.rng.randrange(3, 20), others=1)
    day = story.day + BILLED
    first, *rest = received(story, po)
    price = just_over(first.line.price, over_limits(story.entity.entity_id, "LAB", date_of(day)).percent)
    if story.rng.random() < 0.5:
        price += (first.line.price / 10).quantize(CENT)
    paper = story.bill(po, [replace(first, price=price), *rest], day)
    story.label("PRICE_OVER", "invoice_line", paper.line_id(1), day)
    if story.rng.random() < 0.3:
        story.release(paper, 1, "PRICE_OVER", day + 3, "Price increase agreed by phone")


def price_over_amount(story: Story) -> None:
    """Within the percentage, but beyond the amount."""
    po = goods(story, 1000, Decimal(story.rng.randrange(10, 40)))
    day = story.day + BILLED
    (first,) = received(story, po)
    limit = over_limits(story.entity.entity_id, "LAB", date_of(day)).amount
    paper = story.bill(po, [replace(first, price=just_over(first.line.price + limit / 1000, Decimal(0)))], day)
    story.label("PRICE_OVER", "invoice_line", paper.line_id(1), day)


def price_over_cumulative(story: Story) -> None:
    """Two invoices that only together exceed the amount: the second is held."""
    po = goods(story, 1000, Decimal(story.rng.randrange(10, 40)))
    first, second = story.day + BILLED, story.day + BILLED + 2
    (line,) = received(story, po)
    price, more = line.line.price, Decimal("0.25" if story.entity.entity_id == "H2" else "0.20")
    story.bill(po, [replace(line, qty=800, price=price + Decimal("0.05"))], first)
    paper = story.bill(po, [replace(line, qty=200, price=price + more)], second)
    story.label("PRICE_OVER", "invoice_line", paper.line_id(1), second)


def price_over_free(story: Story) -> None:
    """Free goods that are billed."""
    po = goods(story, story.rng.randrange(10, 400), Decimal("0.00"), others=1)
    day = story.day + BILLED
    first, *rest = received(story, po)
    paper = story.bill(po, [replace(first, price=CENT), *rest], day)
    story.label("PRICE_OVER", "invoice_line", paper.line_id(1), day)


def price_over_implant(story: Story) -> None:
    """The north hospital tolerates nothing on implants: one cent is too much."""
    vendor, item = story.seller_of("IMPLANT")
    po = story.order(vendor, [Want(item, story.rng.randrange(1, 6))])
    day = story.day + BILLED
    (first,) = received(story, po)
    paper = story.bill(po, [replace(first, price=first.line.price + CENT)], day)
    story.label("PRICE_OVER", "invoice_line", paper.line_id(1), day)


def price_over_service(story: Story) -> None:
    """A service beyond the wider limit for services."""
    po = story.order(
        story.vendor("service"), [Want(None, story.rng.randrange(2, 6), "HUR", Decimal("90.00"), "Repair")]
    )
    day = story.day + BILLED
    price = just_over(Decimal(90), over_limits(story.entity.entity_id, "", date_of(day), service=True).percent)
    paper = story.bill(po, [Billed(po.lines[0], po.lines[0].qty, price)], day)
    story.label("PRICE_OVER", "invoice_line", paper.line_id(1), day)


def price_over_before_change(story: Story) -> None:
    """1.5 percent over on medical supplies, dated while the limit was 1 percent."""
    vendor, item = story.seller_of("MEDSURG")
    po = story.order(vendor, [Want(item, 10, "EA", Decimal("4.00"))])
    day = story.day + BILLED
    (first,) = received(story, po)
    paper = story.bill(po, [replace(first, price=Decimal("4.06"))], day)
    story.label("PRICE_OVER", "invoice_line", paper.line_id(1), day)


def price_under(story: Story) -> None:
    """A drug more than five percent under its price: noted, not blocked."""
    vendor, item = story.seller_of("PHARMA")
    po = story.order(vendor, [Want(item, story.rng.randrange(4, 20))])
    day = story.day + BILLED
    (first,) = received(story, po)
    paper = story.bill(
        po, [replace(first, price=(first.line.price * Decimal("0.94")).quantize(CENT, ROUND_FLOOR))], day
    )
    story.label("PRICE_UNDER", "invoice_line", paper.line_id(1), day)


def dear_and_short(story: Story) -> None:
    """Too dear and delivered in part, on one line."""
    po = goods(story, story.rng.randrange(8, 30))
    line, day = po.lines[0], story.day + BILLED
    story.receive(po, line, line.qty - 3, story.day + ARRIVES)
    paper = story.bill(po, [Billed(line, line.qty, just_over(line.price * Decimal("1.15"), Decimal(0)))], day)
    story.label("PRICE_OVER", "invoice_line", paper.line_id(1), day)
    story.label("QTY_RECEIVED", "invoice_line", paper.line_id(1), day, due=overdue(day))


def dear_and_misprinted(story: Story) -> None:
    """Too dear on one line, and the total does not foot."""
    po = goods(story, story.rng.randrange(5, 30), others=1)
    day = story.day + BILLED
    first, *rest = received(story, po)
    dear = replace(first, price=just_over(first.line.price * Decimal("1.1"), Decimal(0)))
    paper = story.bill(po, [dear, *rest], day, off=Decimal("1.00"))
    story.label("PRICE_OVER", "invoice_line", paper.line_id(1), day)
    story.label("TOTAL_MISMATCH", "invoice", paper.invoice_id, day)
