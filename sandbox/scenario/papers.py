"""Invoices that are wrong as a whole: totals that do not foot, what is missing, duplicates."""

from dataclasses import replace
from decimal import Decimal

from sandbox.scenario.setting import BILLED, goods, just_over, received
from sandbox.scenario.story import Story


def total_mismatch(story: Story) -> None:
    """The printed total does not foot."""
    po = goods(story, others=2)
    day = story.day + BILLED
    off = Decimal(story.rng.choice(("0.03", "9.00", "-0.54", "18.00")))
    paper = story.bill(po, received(story, po), day, off=off)
    story.label("TOTAL_MISMATCH", "invoice", paper.invoice_id, day)
    if story.rng.random() < 0.3:
        story.release(paper, None, "TOTAL_MISMATCH", day + 3, "Vendor confirmed the total")


def missing_qty(story: Story) -> None:
    """A line without quantity."""
    _missing_qty(story, corrected=False)


def missing_qty_corrected(story: Story) -> None:
    """A line without quantity; AP fills it in some days later."""
    _missing_qty(story, corrected=True)


def _missing_qty(story: Story, *, corrected: bool) -> None:
    po = goods(story)
    day = story.day + BILLED
    (first,) = received(story, po)
    amount = first.line.amount
    blank = None if corrected or story.rng.random() < 0.7 else 0
    paper = story.bill(po, [replace(first, qty=blank, amount=amount)], day)
    later = day + 3
    if corrected:
        paper.lines[0].qty = Decimal(first.line.qty)
        story.amend(paper, later)
    story.label("MISSING_DATA", "invoice", paper.invoice_id, day, cleared=later if corrected else None)


def missing_number(story: Story) -> None:
    """An invoice without number."""
    po = goods(story)
    day = story.day + BILLED
    paper = story.bill(po, received(story, po), day, number="")
    story.label("MISSING_DATA", "invoice", paper.invoice_id, day)


def missing_date(story: Story) -> None:
    """An invoice without date."""
    po = goods(story)
    day = story.day + BILLED
    paper = story.bill(po, received(story, po), day, undated=True)
    story.label("MISSING_DATA", "invoice", paper.invoice_id, day)


def duplicate(story: Story) -> None:
    """The same invoice again, its number spelled differently."""
    po = goods(story, others=1)
    day = story.day + BILLED
    lines, count = received(story, po), story.serial()
    again = day + story.rng.randrange(1, 6)
    story.bill(po, lines, day, number=f"INV-00{count}")
    paper = story.bill(po, lines, again, number=f"inv {count}", same_amount=True)
    story.label("DUPLICATE_INVOICE", "invoice", paper.invoice_id, again)


def duplicate_of_over(story: Story) -> None:
    """A duplicate of an invoice whose price is held; the duplicate is not judged."""
    po = goods(story, story.rng.randrange(5, 30))
    day = story.day + BILLED
    (line,) = received(story, po)
    count = story.serial()
    dear = replace(line, price=just_over(line.line.price * Decimal("1.08"), Decimal(0)))
    first = story.bill(po, [dear], day, number=f"{count:08d}")
    second = story.bill(po, [dear], day + 2, number=f"{count}", same_amount=True)
    story.label("PRICE_OVER", "invoice_line", first.line_id(1), day)
    story.label("DUPLICATE_INVOICE", "invoice", second.invoice_id, day + 2)
