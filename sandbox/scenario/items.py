"""Another item than was ordered, or a unit that it does not have."""

from dataclasses import replace
from decimal import Decimal

from sandbox.scenario.domain import Po, PoLine
from sandbox.scenario.setting import BILLED, PLAIN, goods, just_over, received
from sandbox.scenario.story import Story
from sandbox.scenario.verbs.billing import Billed
from sandbox.scenario.verbs.choosing import Want


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
