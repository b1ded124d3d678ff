"""The chain can be verified by another program, written from docs/reference/trust.md alone."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.audit.encoding import COLUMNS, FIRST, document, link
from tieout.audit.walk import Link, Walk

TEXT = st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\x00"))
EXAMPLE = [
    "7", "2026-04-01T09:00:00.000007Z", "s.steward", "release", "quarantine", "41",
    '{"state": "waiting"}', '{"state": "released"}', 'checked: "ok"\n', None,
]  # fmt: skip
SHORT = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}


def quoted(text):
    """A JSON string as RFC 8785 writes it."""
    said = (SHORT.get(c) or (f"\\u{ord(c):04x}" if c < " " else c) for c in text)
    return '"' + "".join(said) + '"'


def by_the_book(previous, values):
    """A hash as the reference describes it, without a library for JSON."""
    members = sorted(zip(COLUMNS, values, strict=True))
    text = "{" + ",".join(f'"{name}":{"null" if value is None else quoted(value)}' for name, value in members) + "}"
    return hashlib.sha256((previous + text).encode("utf-8")).hexdigest()


def chain_of(rows):
    previous, links = FIRST, []
    for position, texts in enumerate(rows, start=1):
        sha256 = link(previous, texts)
        links.append(Link(position, position, previous, sha256, texts))
        previous = sha256
    return links


def walked(links):
    walk = Walk()
    for each in links:
        walk.step(each)
    return walk.findings.shown


@given(st.lists(st.tuples(*[TEXT] * len(COLUMNS)), max_size=5))
def test_another_program_finds_the_same_hashes(rows):
    previous = FIRST
    for each in chain_of(rows):
        previous = by_the_book(previous, each.texts)
        assert previous == each.sha256


def test_an_event_is_written_as_the_reference_shows():
    assert document(EXAMPLE) == (
        '{"action":"release","actor":"s.steward","after":"{\\"state\\": \\"released\\"}",'
        '"at":"2026-04-01T09:00:00.000007Z","before":"{\\"state\\": \\"waiting\\"}","event_id":"7",'
        '"reason":"checked: \\"ok\\"\\n","subject_id":"41","subject_type":"quarantine","trace_id":null}'
    )
    assert link(FIRST, EXAMPLE) == by_the_book(FIRST, EXAMPLE)


@pytest.mark.parametrize("column", range(len(COLUMNS)))
def test_null_and_blank_are_not_the_same(column):
    null, blank = list(EXAMPLE), list(EXAMPLE)
    null[column], blank[column] = None, ""
    assert link(FIRST, null) != link(FIRST, blank)


@given(st.integers(2, 8), st.data())
def test_whatever_row_is_left_out_or_moved_is_named(length, data):
    links = chain_of([[str(number), *EXAMPLE[1:]] for number in range(length)])
    assert walked(links) == []
    out = data.draw(st.integers(1, length - 1))
    assert walked([each for each in links if each.position != out]) == [f"Position {out}: removed from the chain."]


def test_of_very_many_findings_the_first_are_kept_and_all_are_counted():
    walk = Walk()
    for position in range(1, 301):
        walk.step(Link(position, position, walk.sha256, "f" * 64, None))
    assert (len(walk.findings.shown), walk.findings.count) == (100, 300)
