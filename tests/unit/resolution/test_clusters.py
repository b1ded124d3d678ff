"""Groups and their names."""

from hypothesis import given
from hypothesis import strategies as st

from tieout.resolution.clusters import Groups, half_linked, names


def test_a_chain_does_not_pull_its_ends_together():
    ties = [("a", "b"), ("b", "c"), ("c", "d"), ("d", "e")]
    groups = Groups("abcde")
    for tie in ties:
        groups.join(tie, half_linked(set(ties)))
    assert groups.all() == [["a", "b", "c"], ["d", "e"]]


def test_a_group_keeps_its_name_when_members_come_and_go():
    assert names([["a", "b", "x"]], {"b": "b", "c": "b"}) == dict.fromkeys(["a", "b", "x"], "b")


def test_of_two_groups_that_had_one_name_the_larger_part_keeps_it():
    named = names([["a"], ["b", "c"]], dict.fromkeys("abc", "a"))
    assert named == {"a": "a+", "b": "a", "c": "a"} | {"a": named["a"]}
    assert named["a"] != "a"


@given(st.lists(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=3), max_size=4))
def test_no_two_groups_have_one_name(parts):
    seen: set[str] = set()
    groups = [fresh for part in parts if (fresh := sorted(set(part) - seen)) and not seen.update(fresh)]
    earlier = dict.fromkeys(seen, "a")
    named = names(groups, earlier)
    assert len(set(named.values())) == len(groups)
    assert names(groups, named) == named
