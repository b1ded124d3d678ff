"""Resolution as a step of the flow: what arrives is resolved once, lands once, and leaves its traces."""

from datetime import timedelta

import pytest

from tieout.resolution import flow
from tieout.resolution.flow import resolve_vendors
from tieout.resolution.steward import decide_vendors

ACME = {"name": "Acme Surgical Supply Inc.", "address": "12 Harbor Road", "city": "Dayton", "postal_code": "45402"}


@pytest.fixture
def resolve(master):
    """Resolve, and take the instant from which the answer is known for now."""

    def run():
        outcome = resolve_vendors(master.dsn, now=master.now)
        (row,) = master.rows("select max(known_at) as known_at from quality.gate_run")
        master.now = max(master.now, row["known_at"])
        return outcome

    return run


def decide(master, kind, *groups, undoes=""):
    decided = decide_vendors(
        master.dsn, kind=kind, groups=groups, undoes=undoes, by="Ann", reason="asked them", now=master.now
    )
    master.now = decided.known_at
    return decided.decision_id


def clusters(master):
    rows = master.rows("select distinct on (vendor_id) * from raw.vendor_resolution"
                       " order by vendor_id, _source_updated_at desc")  # fmt: skip
    return {row["vendor_id"]: row["cluster_id"] for row in rows if not row["_deleted"]}


def events(master):
    return [(row["action"], row["subject_id"]) for row in master.rows("select * from audit.event order by event_id")]


def test_certain_evidence_merges_with_an_audit_event_and_only_news_land(master, resolve):
    master.vendors("V1", "V2", tax_id_token="T1", tax_id_last4="4711", **ACME)
    master.land("vendor", [{"vendor_number": "S1", "name": "Acme", "source_ref": "V2"}], "ap")

    first = resolve()

    assert (first.vendors, first.landed, first.clusters_changed) == (3, 3, 1)
    assert clusters(master) == dict.fromkeys(("erp_main:V1", "erp_main:V2", "ap:S1"), "erp_main:V1")
    (event,) = master.rows("select * from audit.event")
    assert (event["actor"], event["action"]) == ("vendor resolution", "vendor_merged")
    assert event["before"] == {"clusters": {"ap:S1": None, "erp_main:V1": None, "erp_main:V2": None}}
    said = {(each["vendors"], each["method"]): each["words"] for each in event["after"]["evidence"]}
    assert said["erp_main:V1 and erp_main:V2", "tax_id"] == "tax id ending 4711 is the same"
    assert ("ap:S1 and erp_main:V2", "source_ref") in said

    assert not resolve().resolved, "nothing became known since"
    master.vendors("V3")
    second = resolve()
    assert (second.vendors, second.landed, second.clusters_changed) == (4, 1, 0)
    (run,) = master.rows("select * from steward.vendor_resolution_run order by resolution_run_id desc limit 1")
    assert (run["landed"], run["is_full"]) == (1, True)


def test_names_alone_are_proposed_and_a_persons_merge_closes_the_proposal(master, resolve):
    master.vendors("V1", **ACME)
    master.vendors("V2", **ACME | {"name": "ACME SURGICAL SUPPLY"})
    resolve()
    (proposal,) = master.rows("select * from steward.vendor_proposal")
    assert (proposal["left_id"], proposal["right_id"], proposal["tier"]) == ("erp_main:V1", "erp_main:V2", "merge")
    assert (proposal["review_cluster_id"], proposal["closed_at"]) == ("erp_main:V1", None)
    assert events(master) == []

    merge = decide(master, "merge", ["erp_main:V1", "erp_main:V2"])
    resolve()

    (proposal,) = master.rows("select * from steward.vendor_proposal")
    assert proposal["closed_because"] == "merged"
    (row,) = master.rows("select * from raw.vendor_resolution where method = 'decision' and vendor_id = 'erp_main:V2'")
    assert (row["review_state"], row["reviewer"], row["decision_id"]) == ("merged", "Ann", merge)
    assert events(master) == [("vendor_merge", "erp_main:V1"), ("vendor_merged", "erp_main:V1")]

    decide(master, "undo", undoes=merge)
    resolve()

    assert events(master)[2:] == [("vendor_undo", "erp_main:V1"), ("vendor_unmerged", "erp_main:V1")]
    (proposal,) = master.rows("select * from steward.vendor_proposal where closed_at is null")
    assert (proposal["tier"], proposal["reasons"]) == ("review", ["a person undid this merge"])


def test_a_persons_apart_rules_over_the_sources_own_reference(master, resolve):
    master.vendors("V1", "V2")
    master.land("vendor", [{"vendor_number": "S1", "name": "V1", "source_ref": "V1"}], "ap")
    resolve()
    assert clusters(master)["ap:S1"] == "erp_main:V1"

    decide(master, "apart", ["ap:S1"], ["erp_main:V1"])
    resolve()

    assert clusters(master)["ap:S1"] == "ap:S1"


def test_merges_in_a_circle_are_one_cluster_that_keeps_its_name(master, resolve):
    master.vendors("V1", "V2", "V3")
    resolve()
    for one, other in (("V2", "V3"), ("V3", "V1"), ("V1", "V2")):
        decide(master, "merge", [f"erp_main:{one}", f"erp_main:{other}"])
        resolve()

    assert clusters(master) == dict.fromkeys(("erp_main:V1", "erp_main:V2", "erp_main:V3"), "erp_main:V2")
    assert resolve().resolved is False


def test_a_cluster_is_named_for_its_first_record_and_keeps_the_name_whoever_comes_and_goes(master, resolve):
    master.vendors("S5", system="ap", tax_id_token="T1", **ACME)
    resolve()
    assert clusters(master) == {"ap:S5": "ap:S5"}
    master.vendors("V5", tax_id_token="T1", **ACME)
    resolve()
    assert clusters(master) == {"ap:S5": "erp_main:V5", "erp_main:V5": "erp_main:V5"}
    master.vendors("V1", tax_id_token="T1", **ACME)
    resolve()
    assert set(clusters(master).values()) == {"erp_main:V5"}
    master.land("vendor", [{"vendor_number": "V5", "name": "gone", "_deleted": True}])
    resolve()
    assert clusters(master) == {"ap:S5": "erp_main:V5", "erp_main:V1": "erp_main:V5"}


def test_a_tax_id_that_contradicts_everything_else_is_proposed_and_not_applied(master, resolve):
    master.vendors("V1", tax_id_token="T1", **ACME)
    other = {"name": "Zebra Catering LLC", "address": "9 Lake Street", "city": "Austin", "postal_code": "73301"}
    master.vendors("V2", tax_id_token="T1", **other)

    resolve()

    assert clusters(master) == {"erp_main:V1": "erp_main:V1", "erp_main:V2": "erp_main:V2"}
    (proposal,) = master.rows("select * from steward.vendor_proposal")
    assert (proposal["tier"], "but nothing else is the same" in proposal["evidence"][0]) == ("review", True)


def test_a_number_that_its_source_took_away_gets_a_tombstone(master, resolve):
    master.vendors("V1", "V2")
    resolve()
    master.land("vendor", [{"vendor_number": "V2", "name": "gone", "_deleted": True}])

    assert resolve().landed == 1
    assert clusters(master) == {"erp_main:V1": "erp_main:V1"}


def test_a_resolution_that_is_killed_half_way_leaves_nothing_and_the_next_does_its_work(master, resolve, monkeypatch):
    master.vendors("V1", "V2", tax_id_token="T1", **ACME)
    with monkeypatch.context() as patched:
        patched.setattr(flow.proposals, "keep", lambda *args: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            resolve()
    for table in ("raw.vendor_resolution", "steward.vendor_link", "audit.event", "steward.vendor_resolution_run"):
        assert master.rows(f"select * from {table}") == []

    assert (resolve().landed, resolve().resolved) == (2, False)


def test_a_new_vendor_is_scored_alone_and_after_a_week_everybody_is(master, resolve, monkeypatch):
    monkeypatch.setattr("tieout.resolution.links.FEW", 1)
    master.vendors("V1", "V2", "V3", **ACME)
    assert resolve().scored == 3
    master.vendors("V4", **ACME)
    alone = resolve()
    assert (alone.scored, alone.links) == (1, 6)
    assert not resolve().resolved

    master.now += timedelta(days=8)
    assert (resolve().scored, resolve().resolved) == (4, False)


def test_vendors_without_names_do_not_stop_resolution(master, resolve):
    master.vendors("V1", "V2", tax_id_token="T1", **ACME)
    master.land("vendor", [{"vendor_number": f"N{number}", "name": None} for number in range(3)])

    assert resolve().vendors == 5
    assert clusters(master)["erp_main:N1"] == "erp_main:N1"
