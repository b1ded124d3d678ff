"""What time makes a finding of: receipts posted late, receipts that nobody bills, invoices that were posted already."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from sandbox.scenario.domain import Invoice
from sandbox.scenario.policy import ACCRUAL_DAYS, POSTING_HOURS
from sandbox.scenario.setting import ARRIVES, BILLED, goods, just_over, overdue, received
from sandbox.scenario.story import Story
from sandbox.scenario.verbs.billing import Billed

# ---------------------------------------------------------------------- receipts posted late


def _late(story: Story) -> timedelta:
    """Later than is allowed, and still the day after the receipt."""
    return timedelta(hours=POSTING_HOURS, seconds=story.rng.choice((1, 3600, 9 * 3600)))


def posted_late(story: Story) -> None:
    """The ERP posted a receipt later than is allowed."""
    po = goods(story)
    line, arrives = po.lines[0], story.day + ARRIVES
    row = story.receive(po, line, line.qty, arrives, booked_after=_late(story))
    story.bill(po, [Billed(line, line.qty)], arrives + 2)
    story.label("RECEIPT_LATE_POSTED", "receipt", f"supply:{row.ref}", arrives, due=arrives + 1)


def posted_late_and_over(story: Story) -> None:
    """More came than was ordered, and the ERP posted it late."""
    po = goods(story)
    line, arrives = po.lines[0], story.day + ARRIVES
    row = story.receive(po, line, line.qty + 3, arrives, booked_after=_late(story))
    story.bill(po, [Billed(line, line.qty)], arrives + 2)
    story.label("RECEIPT_LATE_POSTED", "receipt", f"supply:{row.ref}", arrives, due=arrives + 1)
    story.label("RECEIPT_OVER", "po_line", po.line_id(line), arrives)


def posted_never(story: Story) -> None:
    """The ERP never got a receipt; it posts it when it is told, which is too late."""
    po = goods(story)
    line, arrives = po.lines[0], story.day + ARRIVES
    row = story.receive(po, line, line.qty, arrives, booked=False)
    story.bill(po, [Billed(line, line.qty)], arrives + 2)
    story.label("RECEIPT_LATE_POSTED", "receipt", f"supply:{row.ref}", arrives, due=arrives + 1)


def posted_in_time(story: Story) -> None:
    """The ERP posted a receipt on the last second that is allowed."""
    po = goods(story)
    line, arrives = po.lines[0], story.day + ARRIVES
    story.receive(po, line, line.qty, arrives, booked_after=timedelta(hours=POSTING_HOURS))
    story.bill(po, [Billed(line, line.qty)], arrives + 2)


# ---------------------------------------------------------------------- received long ago


def accrual_aged(story: Story) -> None:
    """Received long ago and never billed; it is told when the order is taken over into the present system."""
    po = goods(story)
    line, arrives = po.lines[0], story.day + ARRIVES
    story.receive(po, line, line.qty - 2, arrives, days_ago=ACCRUAL_DAYS + story.rng.randrange(40))
    story.label("ACCRUAL_AGED", "po_line", po.line_id(line), arrives)


def accrual_ages(story: Story) -> None:
    """Received almost as long ago as is allowed and never billed: some days later it is too long."""
    po = goods(story)
    line, arrives = po.lines[0], story.day + ARRIVES
    left = story.rng.randrange(1, 4)
    story.receive(po, line, line.qty, arrives, days_ago=ACCRUAL_DAYS - left)
    story.label("ACCRUAL_AGED", "po_line", po.line_id(line), arrives, due=arrives + left)


def accrual_aged_and_over(story: Story) -> None:
    """Received long ago, more than was ordered, and billed in part."""
    po = goods(story)
    line, arrives = po.lines[0], story.day + ARRIVES
    story.receive(po, line, line.qty + 4, arrives, days_ago=ACCRUAL_DAYS + 12)
    story.bill(po, [Billed(line, 5)], arrives + 1)
    story.label("ACCRUAL_AGED", "po_line", po.line_id(line), arrives)
    story.label("RECEIPT_OVER", "po_line", po.line_id(line), arrives)


def aged_and_settled(story: Story) -> None:
    """Received long ago; billed in part, and the rest returned."""
    po = goods(story, story.rng.randrange(10, 60))
    line, arrives = po.lines[0], story.day + ARRIVES
    row = story.receive(po, line, line.qty, arrives, days_ago=ACCRUAL_DAYS + 20)
    story.give_back(po, line, 4, arrives, names=row.ref)
    story.bill(po, [Billed(line, line.qty - 4)], arrives)


# ---------------------------------------------------------------------- posted already


def _recovery(story: Story, paper: Invoice, day: int) -> None:
    story.label("RECOVERY_DUE", "invoice", paper.invoice_id, day)


def dear_and_posted(story: Story) -> None:
    """Too dear, and the ERP posted it all the same."""
    po = goods(story, story.rng.randrange(5, 30))
    day = story.day + BILLED
    (first,) = received(story, po)
    dear = replace(first, price=just_over(first.line.price * Decimal("1.15"), Decimal(0)))
    paper = story.bill(po, [dear], day, post_on=day + 1)
    story.label("PRICE_OVER", "invoice_line", paper.line_id(1), day)
    _recovery(story, paper, day + 1)


def duplicate_posted(story: Story) -> None:
    """The same invoice twice, and the ERP posted both."""
    po = goods(story, others=1)
    day, lines, count = story.day + BILLED, received(story, po), story.serial()
    story.bill(po, lines, day, number=f"P-{count}", post_on=day + 1)
    paper = story.bill(po, lines, day + 2, number=f"p{count}", same_amount=True, post_on=day + 3)
    story.label("DUPLICATE_INVOICE", "invoice", paper.invoice_id, day + 2)
    _recovery(story, paper, day + 3)


def returned_after_posting(story: Story) -> None:
    """Goods went back after their invoice was posted, and no credit came."""
    po = goods(story)
    line, day = po.lines[0], story.day + BILLED
    paper = story.bill(po, received(story, po), day, post_on=day + 1)
    story.give_back(po, line, 4, day + 2)
    due = overdue(day)
    story.label("QTY_RECEIVED", "invoice_line", paper.line_id(1), day + 2, due=due)
    story.label("RECOVERY_DUE", "invoice", paper.invoice_id, day + 2, due=due)


def credited_after_posting(story: Story) -> None:
    """Goods went back after their invoice was posted; the credit came the same day."""
    po = goods(story)
    line, day = po.lines[0], story.day + BILLED
    paper = story.bill(po, received(story, po), day, post_on=day + 1)
    story.give_back(po, line, 4, day + 2)
    story.bill(po, [Billed(line, 4, credits=(paper.ref, 1))], day + 2, kind="credit")
