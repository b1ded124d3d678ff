"""What an ERP says of an item's packs against the item master: findings and near misses."""

from sandbox.scenario.book import Untellable
from sandbox.scenario.domain import Item, Packs
from sandbox.scenario.story import Story


def _item(story: Story) -> Item:
    """An item whose packs only this case changes."""
    place = story.book.next("packs of an item")
    items = story.book.masters.items[1::4]
    if place > len(items):
        raise Untellable
    return items[place - 1]


def _as_the_master_says(item: Item) -> Packs:
    return {unit: (factor, 1) for unit, factor in item.factors.items() if unit != "EA"}


def _label(story: Story, item: Item, cleared: int | None = None) -> None:
    story.label("UOM_CONFLICT", "item", f"supply:{item.number}", story.day, cleared=cleared)


def pack_said_otherwise(story: Story) -> None:
    """The ERP's largest pack holds more, or a unit less, than the master's."""
    item = _item(story)
    packs = _as_the_master_says(item)
    unit = list(packs)[-1]
    factor = item.factors[unit]
    story.say_packs(item, {**packs, unit: (story.rng.choice((factor - 1, factor * 2)), 1)}, story.day)
    _label(story, item)


def box_of_another_size(story: Story) -> None:
    """The box holds something else in the ERP, and so do the packs of boxes."""
    item = _item(story)
    packs = {
        unit: (factor + factor // item.factors["BX"], 1) for unit, (factor, _) in _as_the_master_says(item).items()
    }
    story.say_packs(item, packs, story.day)
    _label(story, item)


def pack_corrected(story: Story) -> None:
    """The ERP's box is entered wrongly, and corrected some days later."""
    item, later = _item(story), story.day + 3
    packs = _as_the_master_says(item)
    story.say_packs(item, {**packs, "BX": (item.factors["BX"] * 10, 1)}, story.day)
    story.say_packs(item, packs, later)
    _label(story, item, cleared=later)


def pack_in_halves(story: Story) -> None:
    """The ERP counts twice as many halves: the same packs."""
    item = _item(story)
    halves = {unit: (factor * 2, 2) for unit, (factor, _) in _as_the_master_says(item).items()}
    story.say_packs(item, halves, story.day)


def pack_unknown_to_the_master(story: Story) -> None:
    """The ERP knows a pallet of which the master says nothing."""
    item = _item(story)
    packs = _as_the_master_says(item)
    story.say_packs(item, {**packs, "PF": (item.factors["BX"] * 48, 1)}, story.day)
