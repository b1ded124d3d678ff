"""Expectations of a hold placed or released in a source."""

from expectations.common import plausible_instant
from tieout.codes import HOLD_CODES
from tieout.quality.predicates import one_of
from tieout.quality.rules import Check, warning

CHECKS: tuple[Check, ...] = (
    plausible_instant("at"),
    warning(
        "code_is_one_of_the_group",
        ["code"],
        fails_when=f"not {one_of('code', HOLD_CODES)}",
        says="code is a hold code of the group; others are the source's own.",
    ),
    warning(
        "a_release_names_who",
        ["event", "by_user"],
        fails_when="event = 'released' and by_user is null",
        says="A release says who released.",
    ),
)
