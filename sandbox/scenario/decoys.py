"""Near misses: cases that look like a finding and are none. They raise nothing and have no labels."""

from dataclasses import replace
from datetime import timedelta
from decimal import ROUND_FLOOR, Decimal

from sandbox.scenario.domain import CENT
from sandbox.scenario.model import date_of, day_of
from sandbox.scenario.policy import DRUGS_UNDER_PERCENT, FOOTING, GRACE_DAYS, over_limits
from sandbox.scenario.setting import ARRIVES, BILLED, PLAIN, goods, received
from sandbox.scenario.story import Story
from sandbox.scenario.verbs.billing import Billed
from sandbox.scenario.verbs.choosing import Want


def price_at_percent(story: Story) -> None:
    """The price is over by exactly the percentage."""
    po = goods(story, 10, Decimal("5.00"), others=1)
    day = story.day + BILLED
    first, *rest = received(story, po)
    percent = over_limits(story.entity.entity_id, "LAB", date_of(day)).percent
    story.bill(po, [replace(first, price=first.line.price * (100 + percent) / 100), *rest], day)


def price_at_amount(story: Story) -> None:
    """The price is over by exactly the amount."""
    po = goods(story, 1000, Decimal(story.rng.randrange(10, 40)))
    day = story.day + BILLED
    (first,) = received(story, po)
    limit = over_limits(story.entity.entity_id, "LAB", date_of(day)).amount
    story.bill(po, [replace(first, price=first.line.price + limit / 1000)], day)


def price_one_cent_inside(story: Story) -> None:
    """One cent inside the percentage."""
    po = goods(story, story.rng.randrange(3, 9), Decimal(story.rng.randrange(20, 90)) * 5)
    day = story.day + BILLED
    (first,) = received(story, po)
    percent = over_limits(story.entity.entity_id, "LAB", date_of(day)).percent
    price = (first.line.price * (100 + min(percent, Decimal(2))) / 100).quantize(CENT, ROUND_FLOOR) - CENT
    qty = min(first.line.qty, 5)
    story.bill(po, [replace(first, qty=qty, price=price)], day)


def price_below_a_cent(story: Story) -> None:
    """A unit price with more decimals than money has: the difference comes to nothing."""
    po = goods(story, 1, Decimal(story.rng.randrange(100, 900)) + Decimal("0.333333"))
    day = story.day + BILLED
    (first,) = received(story, po)
    story.bill(po, [replace(first, price=first.line.price.quantize(CENT))], day)


def price_credited(story: Story) -> None:
    """Billed too high, and put right by a price credit the same day."""
    po = goods(story, 10, Decimal(story.rng.randrange(6, 60)))
    day = story.day + BILLED
    (first,) = received(story, po)
    over = Decimal(story.rng.randrange(20, 90)) / 100
    paper = story.bill(po, [replace(first, price=first.line.price + over)], day)
    credit = Billed(first.line, 0, amount=(over * 10).quantize(CENT), credits=(paper.ref, 1))
    story.bill(po, [credit], day, kind="credit")


def price_after_change(story: Story) -> None:
    """1.5 percent over on medical supplies, dated when the limit was 2 percent already."""
    vendor, item = story.seller_of("MEDSURG")
    po = story.order(vendor, [Want(item, story.rng.randrange(5, 25) * 2, "EA", Decimal("4.00"))])
    day = story.day + BILLED
    (first,) = received(story, po)
    story.bill(po, [replace(first, price=Decimal("4.06"))], day)


def price_far_under(story: Story) -> None:
    """Far under the price, where under is unlimited."""
    po = goods(story, story.rng.randrange(10, 40))
    day = story.day + BILLED
    (first,) = received(story, po)
    story.bill(po, [replace(first, price=(first.line.price * Decimal("0.8")).quantize(CENT))], day)


def drug_at_under_percent(story: Story) -> None:
    """A drug under its price by exactly the percentage."""
    vendor, item = story.seller_of("PHARMA")
    po = story.order(vendor, [Want(item, story.rng.randrange(4, 9), "EA", Decimal(story.rng.randrange(5, 30)) * 2)])
    day = story.day + BILLED
    (first,) = received(story, po)
    story.bill(po, [replace(first, price=first.line.price * (100 - DRUGS_UNDER_PERCENT) / 100)], day)


def free_goods(story: Story) -> None:
    """Free goods, billed at nothing beside a line that is paid."""
    vendor, item = story.seller_of(*PLAIN)
    others = story.usable(vendor)
    po = story.order(vendor, [Want(story.pick(others), 17), Want(item, 5, "EA", Decimal("0.00"))])
    story.bill(po, received(story, po), story.day + BILLED)


def ordered_to_the_last(story: Story) -> None:
    """Three invoices add up to exactly what was ordered and received."""
    po = goods(story, story.rng.randrange(20, 80))
    day, line = story.day + BILLED, po.lines[0]
    received(story, po)
    for place, qty in enumerate((7, 5, line.qty - 12)):
        story.bill(po, [Billed(line, qty)], day + place)


def service_to_the_last(story: Story) -> None:
    """A service is billed to the last ordered hour."""
    vendor = story.vendor("service")
    po = story.order(vendor, [Want(None, 9, "HUR", Decimal(story.rng.randrange(8000, 19000)) / 100, "Inspection")])
    day = story.day + BILLED
    story.bill(po, [Billed(po.lines[0], 4)], day)
    story.bill(po, [Billed(po.lines[0], 5)], day + 3)


def second_delivery(story: Story) -> None:
    """The same goods ordered twice and billed with consecutive numbers: two invoices, not one."""
    vendor, item = story.seller_of(*PLAIN)
    want, count, day = Want(item, story.rng.randrange(10, 60)), story.serial(), story.day + BILLED
    first, second = story.order(vendor, [want]), story.order(vendor, [want], day=story.day + 2)
    story.bill(first, received(story, first), day, number=f"SQ-{count}")
    lines = received(story, second, day + 1)
    story.bill(second, lines, day + 2, number=f"SQ-{count + 1}", same_amount=True)


def same_number_elsewhere(story: Story) -> None:
    """Two vendors use one number for the same amount on the same day."""
    price, qty, number = Decimal(story.rng.randrange(500, 5000)) / 100, story.rng.randrange(10, 50), f"{story.serial()}"
    vendors: list[int] = []
    while len(vendors) < 2:
        vendor, item = story.seller_of(*PLAIN)
        if vendor.index not in vendors:
            vendors.append(vendor.index)
            po = story.order(vendor, [Want(item, qty, "EA", price)])
            story.bill(po, received(story, po), story.day + BILLED, number=number)


def duplicate_cancelled(story: Story) -> None:
    """The second copy of an invoice was cancelled at AP."""
    po = goods(story)
    day, lines = story.day + BILLED, received(story, po)
    paper = story.bill(po, lines, day)
    story.bill(po, lines, day + 1, number=paper.number, same_amount=True, status="cancelled")


def credit_with_the_same_number(story: Story) -> None:
    """All goods go back, and the credit memo carries the invoice's number and amount."""
    po = goods(story)
    line, day = po.lines[0], story.day + BILLED
    paper = story.bill(po, received(story, po), day)
    story.give_back(po, line, line.qty, day + 1)
    story.bill(po, [Billed(line, line.qty, credits=(paper.ref, 1))], day + 1, number=paper.number, kind="credit")


def delivered_on_the_last_day(story: Story) -> None:
    """The goods come on the last day of the grace."""
    po = goods(story)
    line, day = po.lines[0], story.day + 2
    story.bill(po, [Billed(line, line.qty)], day)
    story.receive(po, line, line.qty, day + GRACE_DAYS)


def older_version_later(story: Story) -> None:
    """A corrected receipt, and the version before it that arrives a day later: it does not win."""
    po = goods(story)
    line, arrives = po.lines[0], story.day + ARRIVES
    row = story.receive(po, line, line.qty, arrives)
    story.report(replace(row, qty=line.qty - 3), arrives + 1, row.posted - timedelta(minutes=2), late=True)
    story.bill(po, [Billed(line, line.qty)], arrives + 1)


def receipt_before_its_order(story: Story) -> None:
    """The supply system reports goods a day before the ERP knows the PO."""
    vendor, item = story.seller_of(*PLAIN)
    number, qty = story.po_number(), story.rng.randrange(10, 60)
    po = story.order(vendor, [Want(item, qty)], number=number, day=story.day + 1)
    story.receive(po, po.lines[0], qty, story.day)
    story.bill(po, [Billed(po.lines[0], qty)], story.day + 2)


def order_just_in_time(story: Story) -> None:
    """The PO reaches the ERP within a day of its invoice."""
    vendor, item = story.seller_of(*PLAIN)
    po = story.order(vendor, [Want(item, story.rng.randrange(10, 60))], day=story.day + 1)
    paper = story.bill(po, [Billed(po.lines[0], po.lines[0].qty)], story.day)
    story.receive(po, po.lines[0], po.lines[0].qty, day_of(paper.received.date()) + 2)


def approved_just_in_time(story: Story) -> None:
    """A draft that is approved on the day of its invoice."""
    po = goods(story, status="draft")
    day = story.day + BILLED
    lines = received(story, po)
    story.approve(po, day)
    story.bill(po, lines, day)


def closed_on_the_day(story: Story) -> None:
    """Closed on the invoice's own day, or the day after."""
    po = goods(story)
    day = story.day + BILLED
    story.bill(po, received(story, po), day)
    story.close(po, day + story.rng.randrange(2))


def vendor_leaves_next_day(story: Story) -> None:
    """The invoice is dated on a vendor's last day."""
    leaving = [
        vendor
        for vendor in story.book.masters.sellers(story.entity, "leaving")
        if vendor.leaves_on and vendor.leaves_on == date_of(story.day + 1) and story.usable(vendor)
    ]
    vendor = story.pick(leaving)
    po = story.order(vendor, [Want(story.pick(story.usable(vendor)), story.rng.randrange(5, 40))])
    story.receive(po, po.lines[0], po.lines[0].qty, story.day + 1)
    story.bill(po, [Billed(po.lines[0], po.lines[0].qty)], story.day + 1, dated=date_of(story.day))


def vendor_by_tax_id(story: Story) -> None:
    """AP's supplier names no ERP number, but has the vendor's tax id."""
    sellers = story.book.masters.sellers(story.entity, "goods")
    vendor = story.pick([vendor for vendor in sellers if not vendor.linked and len(story.usable(vendor)) > 0])
    po = story.order(vendor, story.wants(vendor, 1))
    story.bill(po, received(story, po), story.day + BILLED)


def other_unit(story: Story) -> None:
    """Ordered by the case, billed by the box and by the each."""
    vendor = story.vendor()
    item = story.pick([item for item in story.usable(vendor) if "CS" in item.factors])
    po = story.order(vendor, [Want(item, 4, "CS")])
    line = po.lines[0]
    received(story, po)
    boxes = item.factors["CS"] // item.factors["BX"]
    story.bill(po, [Billed(line, boxes * 3, unit="BX")], story.day + BILLED)
    story.bill(po, [Billed(line, item.factors["CS"], unit="EA")], story.day + BILLED + 1)


def substitute_ordered(story: Story) -> None:
    """An item that stands in for another was ordered itself, and billed."""
    instead = set(story.book.masters.substitutes.values())
    found = [
        (vendor, item)
        for vendor in story.book.masters.sellers(story.entity, "goods")
        for item in story.usable(vendor)
        if item.number in instead
    ]
    vendor, item = story.pick(found)
    po = story.order(vendor, [Want(item, story.rng.randrange(5, 60))])
    story.bill(po, received(story, po), story.day + BILLED)


def no_item_printed(story: Story) -> None:
    """The invoice line names no item."""
    po = goods(story)
    (first,) = received(story, po)
    story.bill(po, [replace(first, item_number="")], story.day + BILLED)


def no_price_printed(story: Story) -> None:
    """The invoice line prints no unit price: amount and quantity are enough."""
    po = goods(story)
    (first,) = received(story, po)
    story.bill(po, [replace(first, printed=False)], story.day + BILLED)


def total_at_limit(story: Story) -> None:
    """The total is off by exactly what is tolerated, or by one cent less."""
    po = goods(story, others=1)
    off = story.rng.choice((FOOTING, FOOTING - CENT, -FOOTING))
    story.bill(po, received(story, po), story.day + BILLED, off=off)


def all_returned(story: Story) -> None:
    """Everything goes back, in two returns, one of them named."""
    po = goods(story, 12)
    line, arrives = po.lines[0], story.day + ARRIVES
    row = story.receive(po, line, 7, arrives)
    story.receive(po, line, 5, arrives)
    story.give_back(po, line, 4, arrives + 1, names=row.ref)
    story.give_back(po, line, 8, arrives + 2)


def all_credited(story: Story) -> None:
    """The credit takes back exactly what was billed."""
    po = goods(story)
    line, day = po.lines[0], story.day + BILLED
    received(story, po)
    story.bill(po, [Billed(line, 7)], day)
    story.bill(po, [Billed(line, 7)], day + 2, kind="credit")


def closed_when_full(story: Story) -> None:
    """Closed with the last piece received, counted in another unit than ordered."""
    vendor = story.vendor()
    item = story.pick(story.usable(vendor))
    po = story.order(vendor, [Want(item, 5, "BX")])
    line, day = po.lines[0], story.day + BILLED
    factor = item.factors["BX"]
    story.receive(po, line, 3 * factor + 1, story.day + ARRIVES, unit="EA")
    story.receive(po, line, 2 * factor - 1, day, unit="EA")
    story.bill(po, [Billed(line, 5)], day)
    story.close(po, day + 1)


def copies_in_time(story: Story) -> None:
    """Copies that arrive within the day that is allowed, AP's after a wrong one."""
    po = goods(story, copies=())
    at = po.created
    story.copy_to_ap(po.copy(price=po.lines[0].price + 1), at + timedelta(hours=2))
    story.copy_to_ap(po, at + timedelta(hours=14))
    story.copy_to_supply(po, at + timedelta(hours=23))
    story.bill(po, received(story, po), story.day + BILLED)
