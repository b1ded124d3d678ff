"""Counts of stock against the books: findings and near misses."""

from sandbox.scenario.book import Untellable
from sandbox.scenario.domain import Item
from sandbox.scenario.policy import STOCK_PERCENT
from sandbox.scenario.story import Story


def _place(story: Story) -> tuple[Item, str]:
    """An item that only this case counts at the entity's store."""
    place = story.book.next(f"stock of {story.entity.entity_id}")
    items = story.book.masters.items[::8]
    if place > len(items):
        raise Untellable
    return items[place - 1], f"{story.entity.company}-STORE"


def _book(story: Story) -> int:
    """A quantity of which the limit is a whole number."""
    return story.rng.randrange(2, 40) * 20


def _limit(book: int) -> int:
    return book * STOCK_PERCENT // 100


def _label(story: Story, item: Item, place: str, day: int, cleared: int | None = None) -> None:
    story.label("STOCK_DISCREPANCY", "item_location", f"supply:{item.number}:{place}", day, cleared=cleared)


def stock_short(story: Story) -> None:
    """Less was counted than is in the books, by one piece more than is tolerated or by half."""
    item, place = _place(story)
    book = _book(story)
    counted = story.rng.choice((book - _limit(book) - 1, book // 2))
    story.count(item, place, (counted, book), story.day)
    _label(story, item, place, story.day)


def stock_over(story: Story) -> None:
    """More was counted than is in the books, which may hold nothing."""
    item, place = _place(story)
    book = story.rng.choice((0, _book(story)))
    story.count(item, place, (book + _limit(book) + 1, book), story.day)
    _label(story, item, place, story.day)


def stock_found(story: Story) -> None:
    """Too little was counted; some days later the rest was found."""
    item, place = _place(story)
    book, later = _book(story), story.day + 4
    story.count(item, place, (book - _limit(book) - 7, book), story.day)
    story.count(item, place, (book, book), later)
    _label(story, item, place, story.day, cleared=later)


def stock_at_limit(story: Story) -> None:
    """Off by exactly what is tolerated, or by a piece less."""
    item, place = _place(story)
    book = _book(story)
    off = story.rng.choice((_limit(book), -_limit(book), 1 - _limit(book)))
    story.count(item, place, (book + off, book), story.day)


def stock_counted_again(story: Story) -> None:
    """Too little was counted, and counted again the same day: all is there."""
    item, place = _place(story)
    book = _book(story)
    story.count(item, place, (book // 3, book), story.day)
    story.count(item, place, (book, book), story.day, late=True)
