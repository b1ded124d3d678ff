"""Invoices whose order is not there, not approved, or closed."""

from dataclasses import replace
from decimal import Decimal

from sandbox.scenario.setting import BILLED, PLAIN, goods, just_over, received
from sandbox.scenario.story import Story
from sandbox.scenario.verbs.billing import Billed
from sandbox.scenario.verbs.choosing import Want


def po_not_found(story: Story) -> None:
    """A PO number that does not exist."""
    po = goods(story, others=1)
    day = story.day + BILLED
    lines = received(story, po)
    wrong = f"PO9{story.book.next('wrong'):05d}"
    paper = story.bill(po, [replace(line, po_number=wrong) for line in lines], day, po_number=wrong)
    for line in paper.lines:
        story.label("PO_NOT_FOUND", "invoice_line", paper.line_id(line.number), day, due=day + 1)


def po_line_not_found(story: Story) -> None:
    """A line number that the PO does not have; the other line is in order."""
    po = goods(story, others=1)
    day = story.day + BILLED
    first, *rest = received(story, po)
    paper = story.bill(po, [replace(first, po_line=99), *rest], day)
    story.label("PO_NOT_FOUND", "invoice_line", paper.line_id(1), day, due=day + 1)


def po_found_late(story: Story) -> None:
    """The invoice came first: its PO is entered three days later, with the goods."""
    vendor, item = story.seller_of(*PLAIN)
    number, enters = story.po_number(), story.day + 5
    qty = story.rng.randrange(10, 90)
    planned = Story(story.book, story.entity, story.day, story.case)
    ghost = planned.order(vendor, [Want(item, qty)], number=number)
    paper = story.bill(ghost, [Billed(ghost.lines[0], qty)], story.day + 2)
    po = story.order(vendor, [Want(item, qty)], number=number, day=enters)
    story.receive(po, po.lines[0], qty, enters)
    story.label("PO_NOT_FOUND", "invoice_line", paper.line_id(1), story.day + 2, due=story.day + 3, cleared=enters)


def po_not_approved(story: Story) -> None:
    """The PO is still a draft."""
    po = goods(story, others=1, status="draft")
    day = story.day + BILLED
    paper = story.bill(po, received(story, po), day)
    for line in paper.lines:
        story.label("PO_NOT_APPROVED", "invoice_line", paper.line_id(line.number), day)


def po_approved_late(story: Story) -> None:
    """A draft that is approved some days after its invoice."""
    po = goods(story, status="draft")
    day = story.day + BILLED
    paper = story.bill(po, received(story, po), day)
    story.approve(po, day + 3)
    story.label("PO_NOT_APPROVED", "invoice_line", paper.line_id(1), day, cleared=day + 3)


def po_draft_and_dear(story: Story) -> None:
    """A draft, and a price that is too high on one of its lines."""
    po = goods(story, story.rng.randrange(5, 30), others=1, status="draft")
    day = story.day + BILLED
    first, *rest = received(story, po)
    paper = story.bill(po, [replace(first, price=just_over(first.line.price * Decimal("1.2"), Decimal(0))), *rest], day)
    story.label("PRICE_OVER", "invoice_line", paper.line_id(1), day)
    for line in paper.lines:
        story.label("PO_NOT_APPROVED", "invoice_line", paper.line_id(line.number), day)


def po_closed(story: Story) -> None:
    """Received in full, billed in part, closed; then the rest is billed."""
    po = goods(story)
    line, day = po.lines[0], story.day + BILLED
    received(story, po)
    part = line.qty // 2
    story.bill(po, [Billed(line, part)], day)
    story.close(po, day + 1)
    paper = story.bill(po, [Billed(line, line.qty - part)], day + 3)
    story.label("PO_CLOSED", "invoice_line", paper.line_id(1), day + 3)
    if story.rng.random() < 0.3:
        story.release(paper, 1, "PO_CLOSED", day + 5, "Closed too early")
