"""More billed than was ordered, or than came."""

from decimal import Decimal

from sandbox.scenario.clean import spare_line
from sandbox.scenario.setting import ARRIVES, BILLED, goods, overdue, received
from sandbox.scenario.story import Story
from sandbox.scenario.verbs.billing import Billed
from sandbox.scenario.verbs.choosing import Want


def qty_ordered_service(story: Story) -> None:
    """More hours than ordered, on the second invoice."""
    po = story.order(
        story.vendor("service"), [Want(None, 10, "HUR", Decimal(story.rng.randrange(80, 160)), "Cleaning")]
    )
    day = story.day + BILLED
    line = po.lines[0]
    story.bill(po, [Billed(line, 8)], day)
    paper = story.bill(po, [Billed(line, 5)], day + 2)
    story.label("QTY_ORDERED", "invoice_line", paper.line_id(1), day + 2)
    if story.rng.random() < 0.3:
        story.release(paper, 1, "QTY_ORDERED", day + 5, "Extra hours confirmed by the department")


def qty_ordered_and_delivered(story: Story) -> None:
    """More was ordered, delivered and billed than the PO says."""
    po = goods(story)
    line, day = po.lines[0], story.day + BILLED
    extra = story.rng.randrange(2, 9)
    story.receive(po, line, line.qty + extra, story.day + ARRIVES)
    story.bill(po, [Billed(line, line.qty)], day)
    paper = story.bill(po, [Billed(line, extra)], day + 1)
    story.label("RECEIPT_OVER", "po_line", po.line_id(line), story.day + ARRIVES)
    story.label("QTY_ORDERED", "invoice_line", paper.line_id(1), day + 1)


def qty_ordered_not_delivered(story: Story) -> None:
    """Billed beyond the order, and nothing came for it."""
    po = goods(story)
    line, day = po.lines[0], story.day + BILLED
    (first,) = received(story, po)
    story.bill(po, [first], day)
    paper = story.bill(po, [Billed(line, story.rng.randrange(2, 9))], day + 1)
    story.label("QTY_ORDERED", "invoice_line", paper.line_id(1), day + 1)
    story.label("QTY_RECEIVED", "invoice_line", paper.line_id(1), day + 1, due=overdue(day + 1))


def qty_received(story: Story) -> None:
    """Billed in full, delivered in part."""
    po = goods(story, others=1)
    line, day = po.lines[0], story.day + BILLED
    story.receive(po, line, line.qty * 6 // 10, story.day + ARRIVES)
    rest = [spare_line(story, po, other, story.day + ARRIVES) for other in po.lines[1:]]
    paper = story.bill(po, [Billed(line, line.qty), *rest], day)
    story.label("QTY_RECEIVED", "invoice_line", paper.line_id(1), day, due=overdue(day))
    if story.rng.random() < 0.3:
        story.release(paper, 1, "QTY_RECEIVED", overdue(day) + 2, "Delivery confirmed by the ward")


def qty_received_late(story: Story) -> None:
    """The rest comes after the grace, and ends the hold."""
    po = goods(story)
    line, day = po.lines[0], story.day + BILLED
    part = line.qty // 2
    late = overdue(day) + story.rng.randrange(1, 5)
    story.receive(po, line, part, story.day + ARRIVES)
    story.receive(po, line, line.qty - part, late)
    paper = story.bill(po, [Billed(line, line.qty)], day)
    story.label("QTY_RECEIVED", "invoice_line", paper.line_id(1), day, due=overdue(day), cleared=late)


def qty_received_closed(story: Story) -> None:
    """Nothing came and the PO was closed after the invoice: no need to wait."""
    po = goods(story)
    line, day = po.lines[0], story.day + BILLED
    paper = story.bill(po, [Billed(line, line.qty)], day)
    story.close(po, day + 2)
    story.label("QTY_RECEIVED", "invoice_line", paper.line_id(1), day, due=day + 2)
    story.label("RECEIPT_SHORT", "po_line", po.line_id(line), day + 2)
