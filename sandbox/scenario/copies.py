"""Copies of an order that are missing, late or different."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from sandbox.scenario.domain import Po
from sandbox.scenario.setting import BILLED, goods, just_over, received
from sandbox.scenario.story import Story


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
