"""Expectations of a delegation of approval."""

from expectations.common import validity_in_order
from tieout.quality.rules import Check, critical

CHECKS: tuple[Check, ...] = (
    validity_in_order(),
    critical(
        "nobody_delegates_to_themselves",
        ["approver", "delegate"],
        fails_when="lower(approver) = lower(delegate)",
        says="Approval is delegated to somebody else.",
    ),
)
