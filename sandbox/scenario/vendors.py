"""Invoices of vendors that are unknown, blocked, or not those of the order."""

from dataclasses import replace

from sandbox.scenario.domain import Item, Vendor
from sandbox.scenario.model import date_of
from sandbox.scenario.setting import ARRIVES, BILLED, goods, overdue, received
from sandbox.scenario.story import Story
from sandbox.scenario.verbs.billing import Billed
from sandbox.scenario.verbs.choosing import Want
from sandbox.wire import ap


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
