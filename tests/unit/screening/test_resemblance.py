"""How much a vendor resembles a listed party. All organisations are invented."""

from decimal import Decimal

import pytest

from tieout.resolution.vendors import Vendor
from tieout.screening import resemblance, weights
from tieout.screening.hits import hit_row
from tieout.screening.lists import Listed, Place, place_of

THRESHOLD = Decimal("0.700")
SUPPLY = Listed(
    "sdn", "1", "VOSTERHOLM MARITIME SUPPLY LLC", ("KARELGATE TRADING HOUSE", "V.M.S. Brokers"),
    (place_of("12 Harbor Road, Suite 5", "Rostov", "Rostov 344000", ""),), "facts",
)  # fmt: skip
HEALTH = Listed("leie", "2", "QUILLFEATHER HOME HEALTH INC", (), (place_of("9 LAKE STREET", "AUSTIN", "TX", "73301"),))
AT_LAKE = {"address": "9 Lake St.", "city": "Austin", "postal_code": "73301-0001"}


def found(vendor: Vendor, threshold: Decimal = Decimal("0.01")) -> resemblance.Match | None:
    """The vendor's resemblance to one of the two, if there is any."""
    matches = resemblance.matches([vendor], [SUPPLY, HEALTH], threshold)
    return max(matches, key=lambda match: match.score, default=None)


def test_a_vendor_that_is_listed_by_another_name_only_is_found_by_it():
    match = found(Vendor("erp:1", "Karelgate Trading House Ltd."), THRESHOLD)

    assert match is not None
    assert (match.listed.entry_id, match.matched_name, match.score) == ("1", "KARELGATE TRADING HOUSE", 1)
    assert match.evidence == "the same words"


@pytest.mark.parametrize(
    ("name", "hits"),
    [
        ("Vosterholm Maritime Supply", True),
        ("VOSTERHOLM MARITIM SUPPLY", True),
        ("Vosterholm Marine Catering", False),
        ("Quillfeather Home Care", False),
        ("Brokers United", False),
        ("Bromley Anchor Forge", False),
    ],
)
def test_a_name_alone_is_a_hit_where_it_is_the_same_or_mistyped_and_not_where_it_is_only_near(name, hits):
    assert (found(Vendor("erp:1", name), THRESHOLD) is not None) is hits


def test_a_near_name_at_the_listed_address_is_a_hit_and_elsewhere_it_is_none():
    at_home = found(Vendor("erp:1", "Quillfeather Home Care", **AT_LAKE))
    assert at_home is not None
    assert at_home.score >= THRESHOLD
    assert at_home.evidence == "the same telling words; the same address"

    elsewhere = found(Vendor("erp:1", "Quillfeather Home Care", address="1 Elm Street", city="Dayton"))
    assert elsewhere is not None
    assert elsewhere.score < THRESHOLD
    assert found(Vendor("erp:1", "Somebody Else", **AT_LAKE), THRESHOLD) is None, "a neighbour is nobody"


def test_another_address_does_not_clear_the_same_name():
    match = found(Vendor("erp:1", "Quillfeather Home Health", address="1 Elm Street", city="Dayton"), THRESHOLD)

    assert match is not None
    assert match.score == 1


def test_a_score_that_equals_the_threshold_is_a_hit():
    weak = found(Vendor("erp:1", "Quillfeather Home Care"))
    assert weak is not None

    assert found(Vendor("erp:1", "Quillfeather Home Care"), weak.score) == weak
    assert found(Vendor("erp:1", "Quillfeather Home Care"), weak.score + Decimal("0.001")) is None


def test_first_letters_weigh_no_more_than_a_weak_name():
    by_words = {level.words: level.weight for level in weights.name_levels()}

    assert by_words[weights.INITIALS] == by_words[weights.WEAK]


@pytest.mark.parametrize(
    ("told", "place"),
    [
        (("", "Panama", "Panama", ""), Place(None, None, "panama")),
        (("5 Rue X", "London SW1A 1AA", "London SW1A 1AA", ""), Place("5 r x", "sw1a1aa", "london")),
        (("9 LAKE STREET", "AUSTIN", "TX", "733010001"), Place("9 lake st", "73301", "austin")),
        (("1 Elm", "New York", "New York, NY 10018", ""), Place("1 elm", "10018", "new york")),
    ],
)
def test_a_postal_code_is_taken_from_where_the_list_writes_it(told, place):
    assert place_of(*told) == place


def test_what_a_decision_holds_for_changes_with_vendor_or_entry_and_not_with_terms():
    vendor = Vendor("erp:1", "Karelgate Trading House")
    (match,) = resemblance.matches([vendor], [SUPPLY], THRESHOLD)

    def facts(vendor: Vendor, listed: Listed = SUPPLY) -> str | None:
        return hit_row(vendor, resemblance.Match(vendor.vendor_id, listed, "x", Decimal(1), ""), THRESHOLD)[
            "facts_sha256"
        ]

    known = hit_row(vendor, match, THRESHOLD)
    assert (known["hit_id"], known["is_alias"], known["threshold"]) == ("erp:1|sdn|1", "true", "0.700")
    assert known["facts_sha256"] == facts(Vendor("erp:1", "Karelgate Trading House", payment_term_code="N30"))
    assert known["facts_sha256"] != facts(Vendor("erp:1", "Karelgate Trading House", city="Dayton"))
    assert known["facts_sha256"] != facts(vendor, Listed("sdn", "1", SUPPLY.name, facts_sha256="others"))
