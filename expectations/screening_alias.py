"""Expectations of another name of a listed party."""

from tieout.quality.rules import Check, warning

CHECKS: tuple[Check, ...] = (
    warning(
        "a_name_has_letters",
        ["name"],
        fails_when="name !~ '[[:alpha:]]'",
        says="Another name of a listed party has letters.",
    ),
)
