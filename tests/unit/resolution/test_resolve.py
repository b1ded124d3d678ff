"""What is applied, what is proposed, what waits."""

from datetime import UTC, datetime
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.resolution.decisions import Decision, Kind
from tieout.resolution.linkage import Finding, Link
from tieout.resolution.proposing import Tier
from tieout.resolution.resolve import decide
from tieout.resolution.thresholds import Thresholds
from tieout.resolution.vendors import Account, Vendor, features

LIMITS = Thresholds(upper=7.0, lower=-4.0)
AT = datetime(2026, 3, 1, tzinfo=UTC)


def vendor(vendor_id, name="Alder Medical Inc.", tax="", bank="", **more):
    accounts = (Account(bank, bank[-4:]),) if bank else ()
    return Vendor(vendor_id, name, tax_id_token=tax, tax_id_last4=tax[-4:], accounts=accounts, **more)


def link(left, right, weight):
    return Link(left, right, weight, 0.9, (Finding("name", "the same words", weight),))


def resolved(vendors, links=(), decisions=(), earlier=None):
    return decide(vendors, [features(each) for each in vendors], links, decisions, earlier, LIMITS)


def clusters(resolution, which="cluster_id"):
    return {member.vendor_id: getattr(member, which) for member in resolution.members}


def test_the_same_tax_id_is_one_vendor():
    made = resolved([vendor("a", tax="t1"), vendor("b", "Alder Med", tax="t1")])
    assert clusters(made) == {"a": "a", "b": "a"}
    assert {member.method for member in made.members} == {"tax_id"}


def test_the_sources_own_reference_counts_more_than_a_tax_id():
    made = resolved([vendor("a", tax="t1"), vendor("b", tax="t2", record_vendor_id="a")])
    assert clusters(made) == {"a": "a", "b": "a"}


def test_a_firm_that_changed_its_name_is_still_the_same_but_not_where_everything_changed():
    old = vendor("a", "Alder Medical", tax="t1", phone="+1 312 555 0188", address="1 Main St", city="Chicago")
    renamed = vendor("b", "Zenith Foods", tax="t1", phone="+1 312 555 0188")
    mistyped = vendor("c", "Beacon Labs", tax="t1", phone="+1 415 555 0111", address="9 Oak Rd", city="Boston")
    assert clusters(resolved([old, renamed])) == {"a": "a", "b": "a"}
    assert clusters(resolved([old, mistyped])) == {"a": "a", "c": "c"}


def test_names_alone_are_proposed_never_applied():
    made = resolved([vendor("a"), vendor("b")], [link("a", "b", 30.0)])
    assert clusters(made) == {"a": "a", "b": "b"}
    assert [proposal.tier for proposal in made.proposals] == [Tier.MERGE]
    assert clusters(made, "proposed_id") == {"a": "a", "b": "a"}


def test_between_the_thresholds_is_review_and_below_is_nothing():
    vendors = [vendor("a"), vendor("b"), vendor("c")]
    made = resolved(vendors, [link("a", "b", 6.9), link("a", "c", -4.1)])
    assert [(proposal.right, proposal.tier) for proposal in made.proposals] == [("b", Tier.REVIEW)]
    assert clusters(made, "review_id") == {"a": "a", "b": "a", "c": None}


def test_a_shared_account_is_not_certain_where_its_holders_have_different_tax_ids():
    made = resolved([vendor("a", tax="t1", bank="x"), vendor("b", bank="x"), vendor("c", "Beacon Foods", "t2", "x")])
    assert len(set(clusters(made).values())) == 3
    assert any("different tax ids" in words for each in made.proposals for words in each.evidence)


def test_a_shared_account_is_not_certain_where_the_names_are_unlike():
    made = resolved([vendor("a", bank="x"), vendor("b", "Beacon Foods LLC", bank="x")])
    assert clusters(made) == {"a": "a", "b": "b"}
    assert made.proposals[0].tier == Tier.REVIEW


def test_a_placeholder_that_many_names_share_ties_nobody():
    names = ["Alder", "Beacon", "Cascade", "Dunmore", "Everett", "Fairview"]
    made = resolved([vendor(f"v{number}", name, tax="000000000") for number, name in enumerate(names)])
    assert len(set(clusters(made).values())) == len(names)


def test_a_vendor_does_not_merge_into_itself_through_a_chain():
    vendors = [vendor("a", tax="t1", bank="x"), vendor("b", bank="x", duns="9"), vendor("c", tax="t2", duns="9")]
    found = clusters(resolved(vendors))
    assert found["a"] != found["c"]


def test_tax_ids_that_differ_need_a_person_however_much_else_agrees():
    made = resolved([vendor("a", tax="t1"), vendor("b", tax="u2")], [link("a", "b", 40.0)])
    assert (made.proposals[0].tier, made.proposals[0].reasons) == (Tier.REVIEW, ("the tax ids differ",))


def test_sisters_with_words_of_their_own_need_a_person():
    made = resolved([vendor("a", "Alder Foods"), vendor("b", "Alder Surgical")], [link("a", "b", 40.0)])
    assert made.proposals[0].tier == Tier.REVIEW


def test_a_number_in_the_name_needs_a_person():
    made = resolved([vendor("a", "Alder Foods 101"), vendor("b", "Alder Foods 102")], [link("a", "b", 40.0)])
    assert "the numbers in the names differ" in made.proposals[0].reasons


def test_a_persons_merge_is_applied_without_any_evidence():
    merge = Decision("D1", Kind.MERGE, (("a", "b"),), AT, "ann")
    made = resolved([vendor("a", tax="t1"), vendor("b", "Beacon", tax="t2")], decisions=[merge])
    assert clusters(made) == {"a": "a", "b": "a"}
    assert {member.method for member in made.members} == {"decision"}


def test_a_persons_apart_outlives_certain_evidence_and_every_model():
    apart = Decision("D1", Kind.APART, (("a",), ("b",)), AT, "ann")
    made = resolved([vendor("a", tax="t1"), vendor("b", tax="t1")], [link("a", "b", 90.0)], [apart])
    assert clusters(made) == {"a": "a", "b": "b"}
    assert made.proposals == []


def test_a_merge_that_was_undone_waits_for_a_person():
    undo = Decision("D1", Kind.UNDO, (("a", "b"),), AT, "ann")
    made = resolved([vendor("a", tax="t1"), vendor("b", tax="t1")], [link("a", "b", 90.0)], [undo])
    assert clusters(made) == {"a": "a", "b": "b"}
    assert made.proposals[0].reasons == ("a person undid this merge",)


def test_a_decision_about_a_vendor_that_is_gone_hurts_nobody():
    decisions = [
        Decision("D1", Kind.MERGE, (("a", "gone"),), AT, "ann"),
        Decision("D2", Kind.APART, (("a",), ("left",)), AT, "ann"),
    ]
    assert clusters(resolved([vendor("a")], decisions=decisions)) == {"a": "a"}


def test_a_cluster_keeps_its_name_when_a_vendor_joins():
    made = resolved([vendor("a", tax="t1"), vendor("b", tax="t1")], earlier={"b": "b"})
    assert clusters(made) == {"a": "b", "b": "b"}


def test_evidence_shows_no_more_than_the_last_four_of_tax_and_bank():
    secret = "tok-123456789-5678"
    vendors = [vendor("a", tax=secret, bank=secret), vendor("b", "Beacon Foods", tax="other", bank=secret)]
    said = " ".join(words for each in resolved(vendors, [link("a", "b", 9.0)]).proposals for words in each.evidence)
    assert "5678" in said
    assert secret not in said


TOKENS = st.sampled_from(["", "t1", "t2", "t3"])
VENDORS = st.lists(st.tuples(st.sampled_from(["Alder", "Alder Foods", "Beacon"]), TOKENS, TOKENS), max_size=7)
WEIGHTS = st.lists(st.floats(-10, 20), min_size=21, max_size=21)


@settings(max_examples=60, deadline=None)
@given(VENDORS, WEIGHTS, st.integers())
def test_the_answer_does_not_depend_on_order_and_stays_when_asked_again(rows, weights, seed):
    vendors = [vendor(f"v{n}", name, tax, bank) for n, (name, tax, bank) in enumerate(rows)]
    ids = [each.vendor_id for each in vendors]
    pairs = [(one, other) for one in ids for other in ids if one < other]
    links = [link(*two, weight) for two, weight in zip(pairs, weights, strict=False)]
    first = resolved(vendors, links)
    rng = Random(seed)
    assert resolved(rng.sample(vendors, len(vendors)), rng.sample(links, len(links))) == first
    assert resolved(vendors, links, earlier=clusters(first)) == first
    by_cluster: dict[str, set[str]] = {}
    for each in vendors:
        by_cluster.setdefault(clusters(first)[each.vendor_id], set()).add(each.tax_id_token)
    assert all(len(tax_ids - {""}) <= 1 for tax_ids in by_cluster.values())
