"""Expectations of an approval step of an invoice."""

from expectations.common import iso_currency, plausible_instant
from tieout.quality.rules import Check, warning

CHECKS: tuple[Check, ...] = (
    iso_currency(),
    plausible_instant("decided_at"),
    warning(
        "a_decided_step_says_when",
        ["decision", "decided_at"],
        fails_when="decision in ('approved', 'rejected') and decided_at is null",
        says="A step that was approved or rejected says when.",
    ),
)
