"""Of two vendors that are not one, a third is one at most."""

from tieout.resolution.rivals import MARGIN, torn


def both(ties):
    return ties | {(other, one): weight for (one, other), weight in ties.items()}


def alone(member):
    return [member]


def test_a_vendor_that_fits_two_that_differ_is_neither_s():
    ties = both({("base", "cut"): 20.0, ("cut", "numbered"): 20.0 + MARGIN - 1})
    assert torn(ties, [("base", "numbered")], alone) == {("base", "cut"), ("cut", "numbered")}


def test_a_tie_that_is_far_heavier_stands():
    ties = both({("base", "cut"): 20.0, ("cut", "numbered"): 20.0 + MARGIN})
    assert torn(ties, [("base", "numbered")], alone) == {("base", "cut")}


def test_what_else_a_torn_vendor_is_tied_to_may_be_either_one_s():
    ties = both({("base", "cut"): 20.0, ("cut", "numbered"): 20.0, ("base2", "cut"): 15.0, ("base", "base2"): 15.0})
    assert ("base2", "cut") in torn(ties, [("base", "numbered")], alone)
    assert ("base", "base2") not in torn(ties, [("base", "numbered")], alone)


def test_a_vendor_is_not_tied_to_what_differs_from_one_that_it_is_for_certain():
    ties = both({("base", "cut"): 40.0})
    mates = {"cut": ["cut", "numbered"], "base": ["base"]}
    assert torn(ties, [("base", "numbered")], mates.__getitem__) == {("base", "cut")}


def test_a_tie_of_one_direction_makes_no_rival_of_the_other_side():
    ties = {**both({("copy", "numbered"): 10.0}), ("base", "numbered"): 12.0}
    assert torn(ties, [("base", "copy")], alone) == set()


def test_vendors_of_which_none_differ_are_not_torn():
    assert torn(both({("a", "b"): 5.0, ("b", "c"): 5.0}), [], alone) == set()
