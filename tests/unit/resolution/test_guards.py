"""Why a pair is not proposed for a merge."""

import pytest

from tieout.resolution.guards import Strength, objections
from tieout.resolution.vendors import Account, Vendor, features

HERE = {"address": "12 Main Street", "city": "Chicago"}


def vendor(name, tax="", last4="", bank="", **more):
    accounts = (Account(bank),) if bank else ()
    return features(Vendor(name, name, tax_id_token=tax, tax_id_last4=last4, accounts=accounts, **more))


def strength(one, other):
    return max((objection.strength for objection in objections(one, other)), default=0)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("1234", "1234", 0), ("1234", "1934", 0), ("1234", "2134", 0), ("1234", "1299", Strength.DIFFERENT)],
)
def test_tax_ids_that_differ_by_one_digit_or_two_swapped_may_be_one_mistyped(one, other, expected):
    pair = vendor("Alder Medical", "t1", one, **HERE), vendor("Alder Medical", "t2", other, **HERE)
    assert strength(*pair) == expected


def test_a_mistyped_tax_id_needs_more_than_the_name():
    assert strength(vendor("Alder Medical", "t1", "1234"), vendor("Alder Medical", "t2", "1235")) == Strength.LITTLE


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Isrnen Manufacturing KG", "Ismen Manufacturing KG"),
        ("Alder F0ods", "Alder Foods"),
        ("Tucker & Barron aLw", "Tucker & Barron Law"),
        ("Dean Gardner Technoolgies", "Dean Gardner Technologies"),
    ],
)
def test_a_word_misread_or_mistyped_is_the_same_word(one, other):
    assert objections(vendor(one), vendor(other)) == []


@pytest.mark.parametrize(("one", "other"), [("Alder Dental", "Alder Rental"), ("Alder Foods", "Alder Surgical")])
def test_two_words_of_the_vocabulary_are_two_words(one, other):
    assert strength(vendor(one, **HERE), vendor(other, **HERE)) == Strength.AGAINST


@pytest.mark.parametrize(
    "cut", ["Andersen Candice Electr", "Andersen Candice Electric In", "Andersen Cand", "Andersen Candice"]
)
def test_a_name_that_a_field_cut_short_is_the_same_at_the_same_address(cut):
    whole = vendor("Andersen Candice Electric Inc.", **HERE)
    assert objections(vendor(cut, **HERE), whole) == []


def test_a_telling_word_more_needs_a_number_or_the_address():
    assert strength(vendor("Andersen"), vendor("Andersen Candice")) == Strength.LITTLE


def test_a_name_without_its_number_is_another_firm_unless_something_else_is_the_same():
    base, numbered = vendor("Alder Laboratories Inc.", **HERE), vendor("Alder Laboratories 884 Inc.", **HERE)
    assert strength(base, numbered) == Strength.DIFFERENT
    cut = vendor("Alder Laboratories", **HERE)
    assert strength(cut, numbered) == Strength.LITTLE
    assert strength(vendor("Alder Laborator", **HERE), numbered) == 0
    accounts = vendor("Alder Laboratories", bank="a"), vendor("Alder Laboratories 884 Inc.", bank="a")
    assert strength(*accounts) == 0
    others = vendor("Alder Laboratories", bank="a"), vendor("Alder Laboratories 884 Inc.", bank="b")
    assert strength(*others) == Strength.DIFFERENT


def test_first_letters_need_a_number_or_the_address():
    whole = "Frye & Kirk Law"
    assert strength(vendor("FKL"), vendor(whole)) == Strength.LITTLE
    assert strength(vendor("FKL", **HERE), vendor(whole, **HERE)) == 0
    assert strength(vendor("Fox Kilt Law", **HERE), vendor(whole, **HERE)) == Strength.AGAINST
