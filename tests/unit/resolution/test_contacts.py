"""Addresses, telephone numbers, domains, cities and terms in the spelling in which they are compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.resolution import contacts


@given(st.text())
def test_an_address_that_is_spelt_again_does_not_change(text):
    line = contacts.address(text)
    assert contacts.address(line) == line


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("12 North Main Street", "12 N. MAIN ST"),
        ("12 Main Street, Suite 400", "12 Main St"),
        ("Hauptstraße 7", "HAUPTSTR. 7"),
        ("Kerkstraat 9", "9 Kerkstr"),
        ("P.O. Box 1234", "PO BOX 1234, Dept. 5"),
        ("First Avenue 3", "3 1st Ave"),
    ],
)
def test_spellings_of_one_address_are_one_spelling(one, other):
    assert contacts.address(one) == contacts.address(other)


@pytest.mark.parametrize("text", ["+1 (312) 555-0188", "312.555.0188", "1-312-555-0188 ext. 4", "3125550188x22"])
def test_a_telephone_number_is_the_same_with_and_without_country_and_extension(text):
    assert contacts.phone(text) == "125550188"


@pytest.mark.parametrize("text", [None, "", "555-0188", "000-000-0000", "999 999 9999"])
def test_what_is_no_telephone_number_is_blank(text):
    assert contacts.phone(text) == ""


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("ar@alder.com", "alder.com"),
        ("AR@Mail.Alder.Com ", "alder.com"),
        ("ar@billing.alder.co.uk", "alder.co.uk"),
        ("alder@gmail.com", ""),
        ("nobody", ""),
        (None, ""),
    ],
)
def test_a_domain_is_the_organisations_own(text, domain):
    assert contacts.email_domain(text) == domain


def test_postal_codes_of_the_united_states_lose_their_last_four():
    assert contacts.postal_code("60601-1234") == contacts.postal_code("60601")
    assert contacts.postal_code("SW1A 1AA") == "sw1a1aa"


def test_a_city_is_spelt_out():
    assert contacts.city("St. Louis") == contacts.city("Saint Louis")


@pytest.mark.parametrize("code", ["N30", "Net 30", "2/10 N30", "NET030"])
def test_terms_are_their_days(code):
    assert contacts.terms(code) == "30"
