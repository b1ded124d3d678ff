"""What is kept under numbers is found up to the last one, over gaps."""

from tieout.archive.kept import LOOK_AHEAD, look_ahead


def test_what_is_there_is_found_over_a_gap_that_is_no_longer_than_the_look_ahead():
    there = {2: "two", 2 + LOOK_AHEAD: "far"}
    seen = dict(look_ahead(1, 0, there.get))
    assert {number: found for number, found in seen.items() if found} == there
    assert max(seen) == 2 + LOOK_AHEAD + LOOK_AHEAD


def test_what_is_beyond_a_longer_gap_is_not_looked_for():
    seen = dict(look_ahead(3, 2, {3 + LOOK_AHEAD: "too far"}.get))
    assert list(seen) == list(range(3, 3 + LOOK_AHEAD))
    assert not any(seen.values())
