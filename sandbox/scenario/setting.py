"""How most cases begin: a PO under no contract, received in full; and the limits that they cross."""

from decimal import ROUND_FLOOR, Decimal

from sandbox.scenario.clean import spare_line
from sandbox.scenario.domain import CENT, Po
from sandbox.scenario.policy import GRACE_DAYS
from sandbox.scenario.story import Story
from sandbox.scenario.verbs.billing import Billed
from sandbox.scenario.verbs.choosing import Want

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
