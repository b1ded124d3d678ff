"""Expectations of what a document was called in the system that it moved out of."""

from expectations.common import not_negative
from tieout.quality.rules import Check, critical

CHECKS: tuple[Check, ...] = (
    critical(
        "a_document_moves_to_another_system",
        ["former_system", "system"],
        fails_when="former_system = system",
        says="A document moves from one system to another.",
    ),
    critical(
        "lines_are_named_on_both_sides",
        ["former_line_number", "line_number"],
        fails_when="(former_line_number is null) <> (line_number is null)",
        says="Former line and line are both named, or neither is.",
    ),
    not_negative("settled_qty", says="What was settled before the move is not negative."),
)
