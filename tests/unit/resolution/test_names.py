"""Names of organisations in their normal spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.resolution.names import parse
from tieout.resolution.words import ABBREVIATIONS, LEGAL_FORMS, SAME_WORDS, TRADING_AS

WORDS = st.sampled_from(
    [*LEGAL_FORMS, *ABBREVIATIONS, *SAME_WORDS, *TRADING_AS, "Alder", "Müller", "3M", "&", "the", "of", ",", "(", "-"]
)
NAMES = st.one_of(st.text(), st.lists(WORDS, max_size=7).map(" ".join))


@given(NAMES)
def test_spelling_a_spelt_name_changes_nothing(name):
    core = parse(name).core
    assert parse(core).core == core


@given(NAMES)
def test_a_name_with_a_letter_or_digit_keeps_a_word(name):
    has_one = any(character.isascii() and character.isalnum() for character in name)
    assert bool(parse(name).words) >= has_one


@given(st.lists(st.sampled_from(["alder", "beacon", "medical", "supply"]), min_size=1, max_size=4), st.randoms())
def test_transposed_words_are_the_same_ordered_name(words, rng):
    transposed = rng.sample(words, len(words))
    assert parse(" ".join(words)).ordered == parse(" ".join(transposed)).ordered


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Alder Medical, Inc.", "ALDER MEDICAL INCORPORATED"),
        ("Alder Medical L.L.C.", "Alder Medical Limited Liability Company"),
        ("Müller GmbH & Co. KG", "Muller Gmbh und Co KG"),
        ("Philips N.V.", "N.V. Philips"),
        ("Honeywell B.V., Amsterdam, NL", "Honeywell BV"),
        ("D.S.M. N.V.", "DSM NV"),
        ("Société Générale S.A.", "Societe Generale SA"),
        ("Alder Med. Supp. Intl", "Alder Medical Supply International"),
        ("Alder Laboratories", "Alder Laboratory"),
        ("The Singer Company", "Singer Co."),
        ("Merck & Dohme", "Merck and Dohme"),
        ("Smith's Foods", "Smiths Foods"),
        ("First Care", "1st Care"),
        ("Alder Medical (DO NOT USE)", "*INACTIVE* Alder Medical"),
        ("Alder Medical - REMIT TO", "Alder Medical c/o First Bank"),
        ("Alder Medical Incorpo", "Alder Medical Incorporated"),
        ("Goodyear Tire, The", "The Goodyear Tire Co."),
    ],
)
def test_spellings_of_one_name_are_one_spelling(one, other):
    assert parse(one).core == parse(other).core


@pytest.mark.parametrize("between", ["t/a", "T/A", "dba", "d/b/a", "DBA:", "trading as", "doing business as"])
def test_the_name_that_is_traded_under_stands_apart(between):
    name = parse(f"Kbl Holdings Ltd {between} Fox Dental Supplies")
    assert (name.core, name.traded, name.form) == ("kbl holding", ("fox", "dental", "supply"), "ltd")


def test_a_word_that_only_looks_like_a_form_stays_at_the_beginning():
    assert parse("Limited Brands Inc.").words == ("limited", "brands")


def test_a_name_of_forms_alone_keeps_a_word():
    assert parse("GmbH & Co. KG").words


def test_common_words_do_not_tell_which_organisation_it_is():
    assert parse("Alder Medical Supply Group").head == "alder"
    assert parse("Medical Supply Group").head == "group medical supply"


def test_first_letters_leave_numbers_out():
    assert parse("Great Lakes Imaging 102").acronyms == ("gli",)
    assert parse("Alder Medical").acronyms == ()


def test_first_letters_are_those_that_people_write():
    assert parse("Alder Pharmacy Services of America Corp.").acronyms == ("apsa", "apsoa")
    assert parse("Mid-America Ponce Landscaping PLC").acronyms == ("mapl", "mpl")
    assert parse("Flynn Enterprises LP dba Southern Floyd Paper Products").acronyms == ("sfpp",)


def test_numbers_are_those_of_both_names():
    assert parse("Fox Dental 12 dba Unit 7").numbers == "12 7"
