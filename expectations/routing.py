"""Expectations of a routing rule of a hold."""

from expectations.common import not_negative
from tieout.codes import HOLD_CODES
from tieout.quality.predicates import one_of
from tieout.quality.rules import Check, critical

CHECKS: tuple[Check, ...] = (
    not_negative("escalate_after_days", says="Days until escalation are not negative."),
    critical(
        "an_escalation_goes_to_somebody",
        ["escalate_after_days", "escalate_to"],
        fails_when="escalate_after_days is not null and escalate_to is null",
        says="A rule that escalates says to whom.",
    ),
    critical(
        "code_is_one_of_the_group",
        ["code"],
        fails_when=f"not {one_of('code', HOLD_CODES)}",
        says="code is a hold code of the group.",
    ),
)
