"""Vendors linked by Splink on DuckDB, with the kept model."""

import socket
from dataclasses import replace

import pytest

from sandbox.vendors.masters import TEST, TRAINING, as_row, master
from tieout.resolution import linkage
from tieout.resolution.labelled import labelled, true_pairs
from tieout.resolution.measure import pairs_of, score_pairs
from tieout.resolution.proposing import Tier
from tieout.resolution.resolve import decide
from tieout.resolution.thresholds import SCORED_FROM
from tieout.resolution.train import train
from tieout.resolution.vendors import Vendor, features

ORGANISATIONS = 300
NEW = 12


@pytest.fixture(scope="module")
def everybody():
    return [labelled(as_row(record)) for record in master(ORGANISATIONS, 31, TEST)]


@pytest.fixture(scope="module")
def compared(everybody):
    return [features(each.vendor) for each in everybody]


@pytest.fixture(scope="module")
def links(compared):
    return linkage.score(compared, SCORED_FROM)


def test_duplicates_are_found_and_near_misses_are_not(everybody, compared, links):
    resolution = decide([each.vendor for each in everybody], compared, links)
    true = set(true_pairs(everybody))
    proposed = score_pairs(pairs_of({each.vendor_id: each.proposed_id for each in resolution.members}), true)
    applied = score_pairs(pairs_of({each.vendor_id: each.cluster_id for each in resolution.members}), true)
    assert applied.precision == 1
    assert proposed.precision >= 0.98
    assert proposed.recall >= 0.95


def test_the_order_of_rows_does_not_change_a_link(compared, links):
    assert linkage.score(compared[::-1], SCORED_FROM) == links


def test_new_vendors_get_the_links_that_scoring_everybody_gives_them(compared, links):
    new = {each.vendor_id for each in compared[:NEW]}
    expected = {(each.left, each.right): each for each in links if new & {each.left, each.right}}
    found = {(each.left, each.right): each for each in linkage.score_new(compared[:NEW], compared[NEW:], SCORED_FROM)}
    assert found.keys() == expected.keys()
    for pair, link in found.items():
        assert link.weight == pytest.approx(expected[pair].weight)


def test_a_vendor_that_changed_is_scored_as_new_and_not_against_itself(compared):
    changed = replace(compared[0], name_core="alder", name_ordered="alder", name_squashed="alder", name_head="alder")
    found = linkage.score_new([changed], compared, SCORED_FROM)
    assert all(link.left != link.right for link in found)


def test_one_vendor_alone_and_none_have_no_links(compared):
    assert linkage.score([], SCORED_FROM) == []
    assert linkage.score(compared[:1], SCORED_FROM) == []
    assert linkage.score_new(compared[:1], [], SCORED_FROM) == []


def test_vendors_without_names_are_linked_by_what_else_they_have(compared):
    rows = [Vendor(f"v{n}", "", phone="+1 312 555 0188", address="12 Main St", city="Chicago") for n in range(3)]
    found = linkage.score([features(row) for row in rows], SCORED_FROM)
    assert {finding.comparison for link in found for finding in link.findings} == {"place", "phone"}


def test_equal_names_and_nothing_else_are_proposed_at_most(everybody):
    rows = [Vendor("a", "Zanderlux Imaging Inc."), Vendor("b", "Zanderlux Imaging Inc")]
    vendors = [*rows, *(Vendor(each.vendor.vendor_id, each.vendor.name) for each in everybody)]
    compared = [features(row) for row in vendors]
    resolution = decide(vendors, compared, linkage.score(compared, SCORED_FROM))
    found = {each.vendor_id: each for each in resolution.members}
    assert found["a"].cluster_id != found["b"].cluster_id
    assert found["a"].review_id == found["b"].review_id is not None


def test_nothing_is_fetched_from_a_network(monkeypatch, compared):
    def refused(self, address):
        raise OSError(f"network is unreachable: {address}")

    monkeypatch.setattr(socket.socket, "connect", refused)
    with linkage.linker(compared[:50], compared) as (_linker, connection):
        for name in ("autoinstall_known_extensions", "autoload_known_extensions", "enable_external_access"):
            assert connection.execute(f"select current_setting('{name}')").fetchone() == (False,)
        with pytest.raises(Exception, match=r"(?i)disabled|permission|not allowed|locked"):
            connection.execute("install httpfs")
    assert linkage.score(compared[:50], SCORED_FROM) is not None


def test_training_gives_a_model_that_tells_right_from_wrong():
    model = train([labelled(as_row(record)) for record in master(ORGANISATIONS, 41, TRAINING)])
    weights = {
        comparison["output_column_name"]: [
            level["m_probability"] / level["u_probability"]
            for level in comparison["comparison_levels"]
            if not level.get("is_null_level")
        ]
        for comparison in model["comparisons"]
    }
    assert all(levels[0] > 1 > levels[-1] for levels in weights.values())


def test_review_is_what_a_person_sees_with_its_evidence(everybody, compared, links):
    resolution = decide([each.vendor for each in everybody], compared, links)
    assert all(proposal.evidence for proposal in resolution.proposals)
    tokens = {each.vendor.tax_id_token for each in everybody} | {
        account.token for each in everybody for account in each.vendor.accounts
    }
    said = " ".join(words for proposal in resolution.proposals for words in (*proposal.evidence, *proposal.reasons))
    assert not any(token and token in said for token in tokens)
    assert {proposal.tier for proposal in resolution.proposals} == {Tier.MERGE, Tier.REVIEW}
