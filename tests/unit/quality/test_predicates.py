"""SQL text over raw columns."""

import re

import pytest

from tieout.quality.predicates import DATE, INSTANT, INTEGER, NUMBER, identifier, literal


@pytest.mark.parametrize(
    ("pattern", "text", "spelled"),
    [
        (NUMBER, "1234.50", True),
        (NUMBER, "-.5", True),
        (NUMBER, "5.", True),
        (NUMBER, "1e5", False),
        (NUMBER, "0x1F", False),
        (NUMBER, "1_000", False),
        (NUMBER, "Infinity", False),
        (NUMBER, ".", False),
        (INTEGER, "-7", True),
        (INTEGER, "7.0", False),
        (DATE, "2026-03-31", True),
        (DATE, "20260331", False),
        (DATE, "today", False),
        (INSTANT, "2026-03-31T14:05:00+00:00", True),
        (INSTANT, "2026-03-31 14:05:00.123Z", True),
        (INSTANT, "2026-03-31T14:05:00", False),
        (INSTANT, "now", False),
    ],
)
def test_a_value_has_one_canonical_spelling(pattern, text, spelled):
    assert (re.match(pattern, text) is not None) is spelled


def test_names_and_texts_are_quoted():
    assert identifier('a"b') == '"a""b"'
    assert literal("it's") == "'it''s'"
