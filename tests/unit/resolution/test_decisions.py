"""Decisions of people, folded into what holds."""

from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from tieout.resolution.decisions import Decision, Kind, fold

START = datetime(2026, 3, 1, tzinfo=UTC)


def decided(number, kind, *groups, undoes="", by="steward"):
    return Decision(f"D{number}", kind, tuple(map(tuple, groups)), START + timedelta(hours=number), by, undoes)


def test_the_newer_decision_about_a_pair_holds_and_the_older_one_is_named():
    held = fold([decided(1, Kind.MERGE, ["a", "b"], by="ann"), decided(2, Kind.APART, ["a"], ["b"], by="bob")])
    assert held.apart == {("a", "b")}
    assert held.merged == ()
    assert held.overruled == {"D1": "D2"}


def test_two_stewards_who_say_the_same_are_not_at_odds():
    held = fold([decided(1, Kind.MERGE, ["a", "b"]), decided(2, Kind.MERGE, ["b", "a"])])
    assert held.merged == (("a", "b"),)
    assert held.overruled == {}


def test_a_merge_that_is_undone_is_withheld_until_a_person_merges_again():
    merge, undo = decided(1, Kind.MERGE, ["a", "b"]), decided(2, Kind.UNDO, undoes="D1")
    assert fold([merge, undo]).withheld == {("a", "b")}
    again = fold([merge, undo, decided(3, Kind.MERGE, ["a", "b"])])
    assert (again.merged, again.withheld) == ((("a", "b"),), frozenset())


def test_a_merge_on_certain_evidence_is_undone_by_naming_its_vendors():
    assert fold([decided(1, Kind.UNDO, ["a", "b"])]).withheld == {("a", "b")}


def test_taking_back_apart_leaves_the_pair_open():
    held = fold([decided(1, Kind.APART, ["a"], ["b"]), decided(2, Kind.UNDO, undoes="D1")])
    assert (held.apart, held.withheld, held.merged) == (frozenset(), frozenset(), ())


def test_a_split_keeps_every_two_groups_apart_and_says_nothing_within_them():
    held = fold([decided(1, Kind.APART, ["a", "b"], ["c"])])
    assert held.apart == {("a", "c"), ("b", "c")}


KINDS = st.sampled_from([Kind.MERGE, Kind.APART])
PAIRS = st.lists(st.tuples(KINDS, st.sampled_from("abcd"), st.sampled_from("efgh")), max_size=8)


@given(PAIRS, st.integers())
def test_the_order_in_which_decisions_arrive_does_not_matter(pairs, seed):
    decisions = [
        decided(number, kind, *([[one, other]] if kind == Kind.MERGE else [[one], [other]]))
        for number, (kind, one, other) in enumerate(pairs)
    ]
    assert fold(decisions) == fold(Random(seed).sample(decisions, len(decisions)))
