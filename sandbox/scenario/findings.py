"""One case per finding. What a case labels is what it injects; no rule is computed here."""

from dataclasses import replace
from datetime import timedelta
from decimal import ROUND_FLOOR, Decimal

from sandbox.scenario.clean import spare_line
from sandbox.scenario.domain import CENT, Item, Po, PoLine, Vendor
from sandbox.scenario.model import date_of
from sandbox.scenario.policy import GRACE_DAYS, over_limits
from sandbox.scenario.story import Billed, Story, Want
from sandbox.wire import ap

PLAIN = ("LAB", "OFFICE")
ARRIVES, BILLED = 3, 4


def goods(
    story: Story,
    qty: int = 0,
    price: Decimal | None = None,
    *,
    others: int = 0,
    match_type: str = "",
    **changes: object,
) -> Po:
    """A PO whose first line is an item under no contract; `others` are lines that will be clean."""
    vendor, item = story.seller_of(*PLAIN)
    more = [story.want(other) for other in story.usable(vendor) if other is not item][:others]
    wants = [Want(item, qty or story.rng.randrange(10, 90), "EA", price, match_type=match_type), *more]
    return story.order(vendor, wants, **changes)  # type: ignore[arg-type]


def just_over(price: Decimal, percent: Decimal) -> Decimal:
    """The lowest price in cents that is more than `percent` over."""
    return (price * (100 + percent) / 100).quantize(CENT, ROUND_FLOOR) + CENT


def received(story: Story, po: Po, day: int | None = None) -> list[Billed]:
    """Receive all lines in full; what an invoice would say of them."""
    return [spare_line(story, po, line, day or story.day + ARRIVES) for line in po.lines]


def overdue(day: int) -> int:
    """The day by whose end the grace of an invoice of `day` is over."""
    return day + GRACE_DAYS


# ---------------------------------------------------------------------- prices


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


# ---------------------------------------------------------------------- quantities


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


# ---------------------------------------------------------------------- whole invoices


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


# ---------------------------------------------------------------------- purchase orders


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


# ---------------------------------------------------------------------- vendors and items


def vendor_unknown(story: Story) -> None:
    """AP has a supplier that no ERP knows."""
    _vendor_unknown(story, linked=False)


def vendor_linked_late(story: Story) -> None:
    """AP's supplier is tied to the ERP's vendor some days later."""
    _vendor_unknown(story, linked=True)


def _vendor_unknown(story: Story, *, linked: bool) -> None:
    po = goods(story, others=1)
    day = story.day + BILLED
    count = story.book.next("stranger")
    stranger = replace(
        po.vendor, supplier_id=f"S-9{count:04d}", tax_id=f"98-{count:07d}", main="", west="", linked=False
    )
    story.writes.append(ap.supplier(stranger, f"{po.vendor.name} Holding", story.book.moment(day, 8, 9)))
    paper = story.bill(po, received(story, po), day, vendor=stranger)
    if linked:
        known = replace(stranger, main=po.vendor.main, west=po.vendor.west, tax_id=po.vendor.tax_id, linked=True)
        story.writes.append(ap.supplier(known, po.vendor.name, story.book.moment(day + 3, 9, 11)))
    story.label("VENDOR_UNKNOWN", "invoice", paper.invoice_id, day, cleared=day + 3 if linked else None)


def leaving_vendor(story: Story, day: int) -> Vendor:
    """A vendor that is blocked on `day` already, but was not long before."""
    gone = [
        vendor
        for vendor in story.book.masters.sellers(story.entity, "leaving")
        if vendor.leaves_on and vendor.leaves_on <= date_of(day) and story.usable(vendor)
    ]
    return story.pick(gone)


def _free_item(story: Story, vendor: Vendor) -> Item:
    return story.rng.choice(story.usable(vendor, free=True) or story.usable(vendor))


def vendor_inactive(story: Story) -> None:
    """Billed by a vendor that was blocked before."""
    day = story.day + BILLED
    vendor = leaving_vendor(story, day)
    po = story.order(vendor, [Want(_free_item(story, vendor), story.rng.randrange(3, 40))])
    paper = story.bill(po, received(story, po), day)
    story.label("VENDOR_INACTIVE", "invoice", paper.invoice_id, day)
    if story.rng.random() < 0.3:
        story.release(paper, None, "VENDOR_INACTIVE", day + 3, "Last invoice agreed with the vendor desk")


def vendor_inactive_and_short(story: Story) -> None:
    """Billed by a blocked vendor, and delivered in part."""
    day = story.day + BILLED
    vendor = leaving_vendor(story, day)
    po = story.order(vendor, [Want(_free_item(story, vendor), story.rng.randrange(10, 60))])
    line = po.lines[0]
    story.receive(po, line, line.qty - 4, story.day + ARRIVES)
    paper = story.bill(po, [Billed(line, line.qty)], day)
    story.label("VENDOR_INACTIVE", "invoice", paper.invoice_id, day)
    story.label("QTY_RECEIVED", "invoice_line", paper.line_id(1), day, due=overdue(day))


def vendor_mismatch(story: Story) -> None:
    """Billed by another vendor than the PO's."""
    po = goods(story, others=story.rng.randrange(2))
    day = story.day + BILLED
    other = story.rng.choice([v for v in story.book.masters.sellers(story.entity, "goods") if v is not po.vendor])
    paper = story.bill(po, received(story, po), day, vendor=other)
    for line in paper.lines:
        story.label("VENDOR_MISMATCH", "invoice_line", paper.line_id(line.number), day)


def unit_unconvertible(story: Story) -> None:
    """Billed by the pallet, which the item does not have."""
    po = goods(story, others=1)
    day = story.day + BILLED
    first, *rest = received(story, po)
    amount = first.line.amount
    paper = story.bill(po, [replace(first, qty=1, unit="PF", price=amount, amount=amount), *rest], day)
    story.label("UOM_UNCONVERTIBLE", "invoice_line", paper.line_id(1), day)


def wrong_item(story: Story, line: PoLine) -> str:
    """An item that is neither the line's nor its substitute."""
    masters = story.book.masters
    own = line.item.number if line.item else ""
    allowed = {own, masters.substitutes.get(own, "")}
    others = [item.number for item in masters.items if item.number not in allowed and item.category != "FOOD"]
    return story.rng.choice([number for number in others if masters.substitutes.get(number) != own])


def item_mismatch(story: Story) -> None:
    """Another item was billed."""
    po = goods(story, others=1)
    day = story.day + BILLED
    first, *rest = received(story, po)
    paper = story.bill(po, [replace(first, item_number=wrong_item(story, first.line)), *rest], day)
    story.label("ITEM_MISMATCH", "invoice_line", paper.line_id(1), day)
    if story.rng.random() < 0.3:
        story.release(paper, 1, "ITEM_MISMATCH", day + 3, "Vendor renamed the item")


def substituted(story: Story) -> tuple[Po, Billed]:
    """A PO of an item that has an approved substitute, received; an invoice line for the substitute instead."""
    substitutes = story.book.masters.substitutes
    found = [
        (vendor, item)
        for vendor in story.book.masters.sellers(story.entity, "goods")
        for item in story.usable(vendor, free=True)
        if item.number in substitutes
    ]
    vendor, item = story.pick(found)
    po = story.order(vendor, [Want(item, story.rng.randrange(5, 60))])
    (first,) = received(story, po)
    return po, replace(first, item_number=substitutes[item.number])


def substitute_item(story: Story) -> None:
    """An approved substitute was billed: recorded, not held."""
    po, line = substituted(story)
    day = story.day + BILLED
    paper = story.bill(po, [line], day)
    story.label("SUBSTITUTE_ITEM", "invoice_line", paper.line_id(1), day)


def substitute_and_dear(story: Story) -> None:
    """An approved substitute was billed, and beyond the price of what was ordered."""
    po, line = substituted(story)
    day = story.day + BILLED
    paper = story.bill(po, [replace(line, price=just_over(line.line.price * Decimal("1.2"), Decimal(0)))], day)
    story.label("SUBSTITUTE_ITEM", "invoice_line", paper.line_id(1), day)
    story.label("PRICE_OVER", "invoice_line", paper.line_id(1), day)


# ---------------------------------------------------------------------- receipts and credits


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


# ---------------------------------------------------------------------- copies


def _sync_case(story: Story, copies: tuple[str, ...], *, dear: bool = False) -> Po:
    """A PO that is received and billed as usual while its copies are not in order."""
    po = goods(story, story.rng.randrange(5, 30), copies=copies)
    day = story.day + BILLED
    (first,) = received(story, po)
    if dear:
        first = replace(first, price=just_over(first.line.price * Decimal("1.1"), Decimal(0)))
    paper = story.bill(po, [first], day)
    if dear:
        story.label("PRICE_OVER", "invoice_line", paper.line_id(1), day)
    return po


def _sync_label(story: Story, code: str, target: str, po: Po, cleared: int | None = None) -> None:
    subject = f"{target}:purchase_order:{po.po_id}"
    feedback = cleared is None
    story.label(code, "record", subject, story.day, due=story.day + 1, cleared=cleared, by_feedback=feedback)


def missing_at_ap(story: Story) -> None:
    """AP never got the PO."""
    _sync_label(story, "SYNC_MISSING", "ap", _sync_case(story, ("supply",)))


def missing_at_supply(story: Story) -> None:
    """The supply system never got the PO."""
    _sync_label(story, "SYNC_MISSING", "supply", _sync_case(story, ("ap",)))


def missing_at_both(story: Story) -> None:
    """Nobody got the PO."""
    po = _sync_case(story, ())
    _sync_label(story, "SYNC_MISSING", "ap", po)
    _sync_label(story, "SYNC_MISSING", "supply", po)


def late_at_supply(story: Story) -> None:
    """The supply system got the PO days later."""
    po = _sync_case(story, ("ap",))
    story.copy_to_supply(po, story.book.moment(story.day + 4, 8, 10))
    _sync_label(story, "SYNC_MISSING", "supply", po, cleared=story.day + 4)


def different_at_ap(story: Story) -> None:
    """AP holds another price."""
    _different_at_ap(story, dear=False)


def different_at_ap_and_dear(story: Story) -> None:
    """AP holds another price, and the invoice is beyond the right one."""
    _different_at_ap(story, dear=True)


def _different_at_ap(story: Story, *, dear: bool) -> None:
    po = _sync_case(story, ("supply",), dear=dear)
    wrong = po.copy(price=po.lines[0].price + 1)
    story.copy_to_ap(wrong, po.created + timedelta(hours=3))
    _sync_label(story, "SYNC_DIFFERENT", "ap", po)


def different_at_supply(story: Story) -> None:
    """The supply system holds another quantity."""
    po = _sync_case(story, ("ap",))
    story.copy_to_supply(po.copy(qty=po.lines[0].qty + 5), po.created + timedelta(hours=3))
    _sync_label(story, "SYNC_DIFFERENT", "supply", po)


# ---------------------------------------------------------------------- several at once


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


def wrong_item_and_dear(story: Story) -> None:
    """Another item on one line, the price too high on the other, which is under no contract."""
    vendor, item = story.seller_of(*PLAIN)
    others = [other for other in story.usable(vendor, free=True) if other is not item]
    po = story.order(vendor, [Want(item, 12), *([Want(others[0], 7)] if others else [])])
    day = story.day + BILLED
    first, *rest = received(story, po)
    wrong = replace(first, item_number=wrong_item(story, first.line))
    dear = [replace(line, price=just_over(line.line.price * Decimal("1.3"), Decimal(0))) for line in rest]
    paper = story.bill(po, [wrong, *dear], day)
    story.label("ITEM_MISMATCH", "invoice_line", paper.line_id(1), day)
    for number in range(2, len(dear) + 2):
        story.label("PRICE_OVER", "invoice_line", paper.line_id(number), day)
