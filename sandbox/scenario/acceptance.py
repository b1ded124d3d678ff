"""Other ways to match than goods against receipts: with acceptance, by receipts alone, in money."""

from dataclasses import replace
from decimal import Decimal

from sandbox.scenario.clean import spare_line
from sandbox.scenario.domain import Item, Po, PoLine, Receipt, Vendor
from sandbox.scenario.policy import GRACE_DAYS
from sandbox.scenario.setting import ARRIVES, BILLED, PLAIN, goods, just_over, overdue, received
from sandbox.scenario.story import Story
from sandbox.scenario.verbs.billing import Billed
from sandbox.scenario.verbs.choosing import Want

# ---------------------------------------------------------------------- with acceptance


def _inspected(story: Story, *, waiting: int | None = 0, rejected: int = 0) -> tuple[Po, PoLine, Receipt]:
    """A PO of something that is inspected before it is paid, received in full."""
    po = goods(story, story.rng.randrange(10, 60), match_type="four_way")
    line = po.lines[0]
    row = story.receive(po, line, line.qty, story.day + ARRIVES, waiting=waiting, rejected=rejected)
    return po, line, row


def _accept(story: Story, row: Receipt, day: int) -> None:
    """The supply system reports a receipt again, now accepted."""
    story.report(replace(row, waiting=0), day, story.book.moment(day, 14, 18))


def not_accepted(story: Story) -> None:
    """Billed in full; inspection looked at a part only, or at nothing."""
    po, line, _ = _inspected(story, waiting=story.rng.choice((4, None)))
    day = story.day + BILLED
    paper = story.bill(po, [Billed(line, line.qty)], day)
    story.label("QTY_ACCEPTED", "invoice_line", paper.line_id(1), day, due=overdue(day))
    if story.rng.random() < 0.3:
        story.release(paper, 1, "QTY_ACCEPTED", overdue(day) + 2, "Accepted by the surgeon, form follows")


def accepted_late(story: Story) -> None:
    """Accepted after the grace, which ends the hold."""
    po, line, row = _inspected(story, waiting=None)
    day = story.day + BILLED
    late = overdue(day) + story.rng.randrange(1, 4)
    paper = story.bill(po, [Billed(line, line.qty)], day)
    _accept(story, row, late)
    story.label("QTY_ACCEPTED", "invoice_line", paper.line_id(1), day, due=overdue(day), cleared=late)


def rejected_and_billed(story: Story) -> None:
    """Some did not pass inspection, and all of it was billed."""
    po, line, _ = _inspected(story, rejected=3)
    day = story.day + BILLED
    paper = story.bill(po, [Billed(line, line.qty)], day)
    story.label("RECEIPT_REJECTED", "po_line", po.line_id(line), story.day + ARRIVES)
    story.label("QTY_ACCEPTED", "invoice_line", paper.line_id(1), day, due=overdue(day))


def inspected_and_not_delivered(story: Story) -> None:
    """More was billed than came; what came was accepted."""
    po = goods(story, story.rng.randrange(10, 60), match_type="four_way")
    line, day = po.lines[0], story.day + BILLED
    story.receive(po, line, line.qty - 4, story.day + ARRIVES)
    paper = story.bill(po, [Billed(line, line.qty)], day)
    story.label("QTY_RECEIVED", "invoice_line", paper.line_id(1), day, due=overdue(day))


def accepted_on_the_last_day(story: Story) -> None:
    """Accepted on the last day of the grace."""
    po, line, row = _inspected(story, waiting=None)
    day = story.day + BILLED
    story.bill(po, [Billed(line, line.qty)], day)
    _accept(story, row, day + GRACE_DAYS)


def returned_before_acceptance(story: Story) -> None:
    """What inspection did not look at went back; the rest was accepted and billed."""
    po, line, row = _inspected(story, waiting=2)
    day = story.day + BILLED
    story.give_back(po, line, 2, day, names=row.ref)
    story.bill(po, [Billed(line, line.qty - 2)], day)


def inspected(story: Story) -> None:
    """Received, accepted, billed."""
    po, line, _ = _inspected(story)
    day = story.day + BILLED
    story.bill(po, [Billed(line, line.qty)], day, post_on=day + 1)


# ---------------------------------------------------------------------- by receipts alone


def _consigned(story: Story) -> Po:
    return goods(story, story.rng.randrange(5, 40), match_type="receipt_only")


def unexpected_invoice(story: Story) -> None:
    """Billed what is settled by its receipts."""
    po = _consigned(story)
    day = story.day + BILLED
    paper = story.bill(po, received(story, po), day)
    story.label("UNEXPECTED_INVOICE", "invoice_line", paper.line_id(1), day)
    if story.rng.random() < 0.3:
        story.release(paper, 1, "UNEXPECTED_INVOICE", day + 3, "Consignment had ended")


def unexpected_implant(story: Story) -> None:
    """The clinic's implants are on consignment by our own rule; they were billed, too dear besides."""
    vendor, item = _implant(story)
    po = story.order(vendor, [Want(item, story.rng.randrange(1, 6))])
    day = story.day + BILLED
    (first,) = received(story, po)
    paper = story.bill(po, [replace(first, price=first.line.price * 2)], day)
    story.label("UNEXPECTED_INVOICE", "invoice_line", paper.line_id(1), day)


def unexpected_and_dear(story: Story) -> None:
    """Beside a line that is settled by its receipts another one was billed, and too dear."""
    vendor, item = story.seller_of(*PLAIN)
    po = story.order(vendor, [Want(item, 20, match_type="receipt_only"), Want(item, story.rng.randrange(5, 30))])
    day = story.day + BILLED
    first, second = received(story, po)
    dear = replace(second, price=just_over(second.line.price * Decimal("1.2"), Decimal(0)))
    paper = story.bill(po, [first, dear], day)
    story.label("UNEXPECTED_INVOICE", "invoice_line", paper.line_id(1), day)
    story.label("PRICE_OVER", "invoice_line", paper.line_id(2), day)


def _implant(story: Story) -> tuple[Vendor, Item]:
    return story.pick(
        [
            (vendor, item)
            for vendor in story.book.masters.sellers(story.entity, "goods")
            for item in story.book.masters.items_of(vendor)
            if item.category == "IMPLANT" and not item.contract
        ]
    )


def settled_by_receipt(story: Story) -> None:
    """On consignment, received, and as agreed nobody bills it."""
    po = _consigned(story)
    received(story, po)


def unexpected_and_credited(story: Story) -> None:
    """Billed what is settled by its receipts, and credited the same day."""
    po = _consigned(story)
    day = story.day + BILLED
    (first,) = received(story, po)
    paper = story.bill(po, [first], day)
    story.bill(po, [replace(first, credits=(paper.ref, 1))], day, kind="credit")


# ---------------------------------------------------------------------- in money


def _lot(story: Story) -> tuple[Po, PoLine]:
    """A lot that is ordered by its amount; what was done is confirmed in money."""
    amount = story.rng.randrange(20, 90) * 100
    text = story.rng.choice(("Renovation, ward", "Network cabling", "Relocation of the laboratory"))
    want = Want(None, amount, "", Decimal(1), text, match_type="three_way", by_amount=True)
    po = story.order(story.vendor("service"), [want])
    return po, po.lines[0]


def _part(line: PoLine, amount: int) -> Billed:
    return Billed(line, None, amount=Decimal(amount).quantize(Decimal("0.01")), printed=False)


def lot_not_confirmed(story: Story) -> None:
    """Of a lot more was billed than was confirmed."""
    po, line = _lot(story)
    day = story.day + BILLED
    part = line.qty * 4 // 10
    story.receive(po, line, part, story.day + ARRIVES)
    story.bill(po, [_part(line, part)], day)
    paper = story.bill(po, [_part(line, line.qty // 10)], day + 1)
    story.label("QTY_RECEIVED", "invoice_line", paper.line_id(1), day + 1, due=overdue(day + 1))


def lot_over(story: Story) -> None:
    """Of a lot more was confirmed and billed than was ordered."""
    po, line = _lot(story)
    day = story.day + BILLED
    story.receive(po, line, line.qty + 150, story.day + ARRIVES)
    paper = story.bill(po, [_part(line, line.qty + 150)], day)
    story.label("RECEIPT_OVER", "po_line", po.line_id(line), story.day + ARRIVES)
    story.label("QTY_ORDERED", "invoice_line", paper.line_id(1), day)


def lot_in_parts(story: Story) -> None:
    """A lot is confirmed and billed in parts to the last dollar."""
    po, line = _lot(story)
    day = story.day + BILLED
    part = line.qty * 6 // 10
    story.receive(po, line, part, story.day + ARRIVES)
    story.receive(po, line, line.qty - part, day + 2)
    story.bill(po, [_part(line, part)], day, post_on=day + 1)
    story.bill(po, [_part(line, line.qty - part)], day + 2, post_on=day + 3)


# ---------------------------------------------------------------------- clean


def receipts_named(story: Story) -> None:
    """Three deliveries, two invoices that name the receipts they bill, not in the order in which they came."""
    po = goods(story, story.rng.randrange(10, 30) * 3)
    line, day = po.lines[0], story.day + BILLED
    third = line.qty // 3
    rows = [story.receive(po, line, third, story.day + ARRIVES + place) for place in range(3)]
    last = [Billed(line, third, receipt_ref=rows[2].ref), Billed(line, 4, receipt_ref=rows[0].ref)]
    story.bill(po, last, day + 1, post_on=day + 2)
    first = [Billed(line, third - 4, receipt_ref=rows[0].ref), Billed(line, third, receipt_ref=rows[1].ref)]
    story.bill(po, first, day + 2, post_on=day + 3)


def two_orders_one_invoice(story: Story) -> None:
    """One invoice bills what came on two orders, and a second one the rest of both."""
    vendor = story.vendor()
    item = story.pick(story.usable(vendor))
    orders = [story.order(vendor, [Want(item, story.rng.randrange(10, 40))]) for _ in range(2)]
    day = story.day + BILLED
    parts, rests = [], []
    for po in orders:
        spare_line(story, po, po.lines[0], story.day + ARRIVES)
        part = po.lines[0].qty // 2
        parts.append(Billed(po.lines[0], part, po_number=po.number))
        rests.append(Billed(po.lines[0], po.lines[0].qty - part, po_number=po.number))
    story.bill(orders[0], parts, day, post_on=day + 1)
    story.bill(orders[0], rests, day + 2, post_on=day + 3)


def price_credit_unnamed(story: Story) -> None:
    """Billed too high, and put right the same day by a price credit that names no line."""
    po = goods(story, 20, Decimal(story.rng.randrange(6, 60)))
    day = story.day + BILLED
    (first,) = received(story, po)
    over = Decimal(story.rng.randrange(20, 90)) / 100
    story.bill(po, [replace(first, price=first.line.price + over)], day)
    story.bill(po, [Billed(first.line, 0, amount=over * 20)], day, kind="credit")
