"""Receipts, returns and credits that do not fit the order."""

from sandbox.scenario.clean import spare_line
from sandbox.scenario.setting import ARRIVES, BILLED, goods, overdue, received
from sandbox.scenario.story import Story
from sandbox.scenario.verbs.billing import Billed


def return_exceeds(story: Story) -> None:
    """More goes back than came."""
    po = goods(story)
    line, arrives = po.lines[0], story.day + ARRIVES
    story.receive(po, line, 6, arrives)
    story.give_back(po, line, 8, arrives + 2)
    story.label("RETURN_EXCEEDS_RECEIPT", "po_line", po.line_id(line), arrives + 2)


def return_exceeds_and_billed(story: Story) -> None:
    """More goes back than came, and the invoice stands."""
    po = goods(story)
    line, day = po.lines[0], story.day + BILLED
    row = story.receive(po, line, 6, story.day + ARRIVES)
    paper = story.bill(po, [Billed(line, 6)], day)
    story.give_back(po, line, 9, day, names=row.ref)
    story.label("RETURN_EXCEEDS_RECEIPT", "po_line", po.line_id(line), day)
    story.label("QTY_RECEIVED", "invoice_line", paper.line_id(1), day, due=overdue(day))


def credit_exceeds(story: Story) -> None:
    """More is credited than was billed."""
    po = goods(story)
    line, day = po.lines[0], story.day + BILLED
    received(story, po)
    paper = story.bill(po, [Billed(line, 6)], day)
    named = (paper.ref, 1) if story.rng.random() < 0.5 else ("", 0)
    story.bill(po, [Billed(line, 8, credits=named)], day + 2, kind="credit")
    story.label("CREDIT_EXCEEDS_INVOICE", "po_line", po.line_id(line), day + 2)


def receipt_short(story: Story) -> None:
    """The PO was closed before everything came."""
    po = goods(story, others=1)
    line, day = po.lines[0], story.day + BILLED
    story.receive(po, line, line.qty - 2, story.day + ARRIVES)
    rest = [spare_line(story, po, other, story.day + ARRIVES) for other in po.lines[1:]]
    story.bill(po, [Billed(line, line.qty - 2), *rest], day)
    story.close(po, day + 2)
    story.label("RECEIPT_SHORT", "po_line", po.line_id(line), day + 2)


def receipt_over(story: Story) -> None:
    """More came than was ordered."""
    po = goods(story, others=1)
    line, arrives = po.lines[0], story.day + ARRIVES
    story.receive(po, line, line.qty - 3, arrives)
    story.receive(po, line, 5, arrives + 1)
    rest = [spare_line(story, po, other, arrives) for other in po.lines[1:]]
    story.bill(po, [Billed(line, line.qty), *rest], arrives + 1)
    story.label("RECEIPT_OVER", "po_line", po.line_id(line), arrives + 1)


def receipt_rejected(story: Story) -> None:
    """Some did not pass inspection."""
    po = goods(story)
    line, arrives = po.lines[0], story.day + ARRIVES
    story.receive(po, line, line.qty, arrives, rejected=2)
    story.bill(po, [Billed(line, line.qty)], arrives + 1)
    story.label("RECEIPT_REJECTED", "po_line", po.line_id(line), arrives)


def receipt_over_and_rejected(story: Story) -> None:
    """More came than was ordered, and some of it did not pass."""
    po = goods(story)
    line, arrives = po.lines[0], story.day + ARRIVES
    story.receive(po, line, line.qty + 4, arrives, rejected=1)
    story.bill(po, [Billed(line, line.qty)], arrives + 1)
    story.label("RECEIPT_OVER", "po_line", po.line_id(line), arrives)
    story.label("RECEIPT_REJECTED", "po_line", po.line_id(line), arrives)
