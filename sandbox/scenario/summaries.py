"""Summary invoices: they name a PO, carry no lines, and bill what was received and not yet billed."""

from decimal import ROUND_FLOOR, Decimal

from sandbox.scenario.domain import CENT, Invoice, Po
from sandbox.scenario.policy import GRACE_DAYS, HEADER_OVER, HEADER_UNDER
from sandbox.scenario.setting import ARRIVES, BILLED, goods, overdue, received
from sandbox.scenario.story import Story
from sandbox.scenario.verbs.billing import Billed
from sandbox.scenario.verbs.choosing import Want


def _bill(story: Story, po: Po, net: Decimal, day: int, **changes: object) -> Invoice:
    return story.bill(po, [], day, bare_net=net.quantize(CENT), **changes)  # type: ignore[arg-type]


def _net(po: Po) -> Decimal:
    return sum((line.amount for line in po.lines), Decimal("0.00"))


def _tolerated(net: Decimal) -> Decimal:
    """How far over `net` a summary invoice may be."""
    return min((net * HEADER_OVER.percent / 100).quantize(CENT, ROUND_FLOOR), HEADER_OVER.amount)


def _all_received(story: Story) -> tuple[Po, Decimal]:
    po = goods(story, others=story.rng.randrange(3))
    received(story, po)
    return po, _net(po)


# ---------------------------------------------------------------------- findings


def summary_over(story: Story) -> None:
    """One cent or much more than what was received and is tolerated."""
    po, net = _all_received(story)
    day = story.day + BILLED
    extra = CENT if story.rng.random() < 0.5 else (net / 4).quantize(CENT) + CENT
    paper = _bill(story, po, net + _tolerated(net) + extra, day)
    story.label("AMOUNT_OVER", "invoice", paper.invoice_id, day)
    if story.rng.random() < 0.3:
        story.release(paper, None, "AMOUNT_OVER", day + 3, "Surcharge agreed by the buyer")


def summary_not_delivered(story: Story) -> None:
    """All is billed in one sum, and half came."""
    _half_delivered(story, late=False)


def summary_delivered_late(story: Story) -> None:
    """All is billed in one sum; the second half comes after the grace."""
    _half_delivered(story, late=True)


def _half_delivered(story: Story, *, late: bool) -> None:
    po = goods(story, story.rng.randrange(10, 40) * 2)
    line, day = po.lines[0], story.day + BILLED
    half, comes = line.qty // 2, overdue(day) + 2
    story.receive(po, line, half, story.day + ARRIVES)
    if late:
        story.receive(po, line, half, comes)
    paper = _bill(story, po, _net(po), day)
    cleared = comes if late else None
    story.label("AMOUNT_OVER", "invoice", paper.invoice_id, day, due=overdue(day), cleared=cleared)


def summary_twice(story: Story) -> None:
    """A second sum after the first one took all: nothing is left to bill."""
    po, net = _all_received(story)
    day = story.day + BILLED
    _bill(story, po, net, day)
    paper = _bill(story, po, net + _tolerated(net) + 100, day + 1)
    story.label("AMOUNT_OVER", "invoice", paper.invoice_id, day + 1)


def summary_under(story: Story) -> None:
    """Far less than what was received, where that is limited: noted, not blocked."""
    po, net = _all_received(story)
    day = story.day + BILLED
    paper = _bill(story, po, net * (99 - HEADER_UNDER.percent) / 100 - CENT, day)
    story.label("AMOUNT_UNDER", "invoice", paper.invoice_id, day)


def summary_over_and_misprinted(story: Story) -> None:
    """More than what was received, and the total does not foot."""
    po, net = _all_received(story)
    day = story.day + BILLED
    paper = _bill(story, po, net * Decimal("1.2") + 1, day, off=Decimal("-4.50"))
    story.label("AMOUNT_OVER", "invoice", paper.invoice_id, day)
    story.label("TOTAL_MISMATCH", "invoice", paper.invoice_id, day)


# ---------------------------------------------------------------------- near misses


def summary_at_percent(story: Story) -> None:
    """Over by exactly the percentage."""
    po = goods(story, 10, Decimal(story.rng.randrange(10, 200)))
    received(story, po)
    _bill(story, po, _net(po) + _net(po) * HEADER_OVER.percent / 100, story.day + BILLED)


def summary_at_amount(story: Story) -> None:
    """Over by exactly the amount, which is less than the percentage."""
    po = goods(story, 100, Decimal(story.rng.randrange(30, 90)))
    received(story, po)
    _bill(story, po, _net(po) + HEADER_OVER.amount, story.day + BILLED)


def summary_far_under(story: Story) -> None:
    """Far less than what was received, where under is unlimited."""
    po, net = _all_received(story)
    _bill(story, po, net * Decimal("0.7"), story.day + BILLED)


def summary_at_under_percent(story: Story) -> None:
    """Less than what was received by exactly what is tolerated."""
    po = goods(story, 10, Decimal(story.rng.randrange(10, 150)))
    received(story, po)
    _bill(story, po, _net(po) - _net(po) * HEADER_UNDER.percent / 100, story.day + BILLED)


def summary_before_goods(story: Story) -> None:
    """All is billed in one sum; the goods come on the last day of the grace."""
    po = goods(story)
    day = story.day + 2
    _bill(story, po, _net(po), day)
    story.receive(po, po.lines[0], po.lines[0].qty, day + GRACE_DAYS)


# ---------------------------------------------------------------------- clean


def summary_of_all(story: Story) -> None:
    """Goods and hours of one PO, billed in one sum."""
    vendor, item = story.seller_of("LAB", "OFFICE", "MEDSURG")
    hours = Want(None, story.rng.randrange(1, 9), "HUR", Decimal(story.rng.randrange(40, 120)), "Installation")
    po = story.order(vendor, [story.want(item), *([hours] if story.rng.random() < 0.3 else [])])
    story.receive(po, po.lines[0], po.lines[0].qty, story.day + ARRIVES)
    _bill(story, po, _net(po), story.day + BILLED, post_on=story.day + BILLED + 1)


def summary_of_the_rest(story: Story) -> None:
    """A first invoice with lines, then one sum for the rest; what is billed is cut differently than what came."""
    po = goods(story, story.rng.randrange(20, 80))
    line, day = po.lines[0], story.day + BILLED
    story.receive(po, line, line.qty - 9, story.day + ARRIVES)
    story.receive(po, line, 9, day + 1)
    story.bill(po, [Billed(line, 7)], day, post_on=day + 1)
    _bill(story, po, line.price * (line.qty - 7), day + 1, post_on=day + 2)
