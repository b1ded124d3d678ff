"""Paths, and whether a target shows what it should."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.feedback.publish import idempotency_key
from tieout.feedback.wire import path_of, shows


def test_a_key_cannot_leave_its_place_in_a_path():
    assert path_of("/a/{target_key}", "../x?y=1#z") == "/a/..%2Fx%3Fy%3D1%23z"


def test_a_document_that_holds_more_and_in_another_order_shows_our_facts():
    wanted = {"status": "held", "holds": ["A", "B"], "lines": [{"line": 1}, {"line": 2}], "note": None}
    found = {"status": "held", "holds": ["B", "A"], "lines": [{"line": 2, "x": 1}, {"line": 1}], "at": "now"}
    assert shows(found, wanted)


@pytest.mark.parametrize(
    "found",
    [
        {"status": "cleared", "holds": []},
        {"status": "held", "holds": ["A", "A"]},
        {"status": "held", "holds": ["A", "B", "C"]},
        {"status": "held"},
        [],
    ],
)
def test_a_document_with_other_facts_does_not_show_ours(found):
    assert not shows(found, {"status": "held", "holds": ["A", "B"]})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)


@given(json_values)
def test_every_document_shows_itself(value):
    assert shows(value, value)


@given(
    st.tuples(*[st.text(max_size=6)] * 4, st.integers(1, 9)), st.tuples(*[st.text(max_size=6)] * 4, st.integers(1, 9))
)
def test_two_messages_have_one_key_only_when_they_are_the_same(one, other):
    assert (idempotency_key(*one) == idempotency_key(*other)) == (one == other)
