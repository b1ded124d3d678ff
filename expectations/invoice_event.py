"""Expectations of a status change of an invoice."""

from expectations.common import plausible_instant
from tieout.quality.rules import Check, warning

CHECKS: tuple[Check, ...] = (
    plausible_instant("at"),
    warning(
        "the_status_changes",
        ["from_status", "to_status"],
        fails_when="from_status = to_status",
        says="A status change ends in another status.",
    ),
)
