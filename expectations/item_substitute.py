"""Expectations of an approved substitute."""

from expectations.common import validity_in_order
from tieout.quality.rules import Check, critical

CHECKS: tuple[Check, ...] = (
    validity_in_order(),
    critical(
        "an_item_is_not_its_own_substitute",
        ["item_number", "substitute_item_number"],
        fails_when="item_number = substitute_item_number",
        says="An item is replaced by another one.",
    ),
)
