"""Decisions on vendors land with their audit event, and nobody decides over somebody else's head."""

import json

import pytest

from tieout.errors import TieoutError
from tieout.resolution.steward import decide_vendors


@pytest.fixture
def decide(master):
    """Decide as Ann, with what is seen by default now; what differs is given."""
    master.vendors("V1", "V2", "V3", "V4")

    def run(kind, *groups, by="Ann", **changes):
        seen = master.now if "seen_at" not in changes else changes.pop("seen_at")
        decided = decide_vendors(
            master.dsn, kind=kind, groups=[[f"erp_main:{one}" for one in group] for group in groups], by=by,
            reason="looked at both", now=master.now, seen_at=seen, **changes,
        )  # fmt: skip
        master.now = max(master.now, decided.known_at)
        return decided

    return run


def decisions(master):
    return master.rows("select * from raw.decision order by _ingested_at")


def test_a_decision_lands_as_a_record_with_its_audit_event(master, decide):
    decided = decide("merge", ["V2", "V1", "V2"])

    (record,) = decisions(master)
    assert (record["decision_id"], record["decision_type"]) == (decided.decision_id, "vendor_merge")
    assert (record["subject_type"], record["subject_id"]) == ("vendor", "erp_main:V1")
    assert json.loads(record["detail"]) == {"groups": [["erp_main:V1", "erp_main:V2"]], "undoes": ""}
    (event,) = master.rows("select * from audit.event")
    assert (event["actor"], event["action"], event["reason"]) == ("Ann", "vendor_merge", "looked at both")
    assert event["before"] == {"clusters": {"erp_main:V1": None, "erp_main:V2": None}}
    assert event["after"]["groups"] == [["erp_main:V1", "erp_main:V2"]]
    assert event["trace_id"] == decided.decision_id


def test_the_same_decision_twice_is_one_decision(master, decide):
    first = decide("merge", ["V1", "V2"])
    again = decide("merge", ["V2", "V1"])

    assert (again.decision_id, again.known_at, again.is_new) == (first.decision_id, first.known_at, False)
    assert len(decisions(master)) == 1


@pytest.mark.parametrize(
    ("kind", "groups", "changes", "said"),
    [
        ("split", [["V1", "V2"]], {}, "no decision 'split'"),
        ("merge", [["V1", "V1"]], {}, "two vendors or more"),
        ("merge", [["V1", "V2"], ["V3", "V4"]], {}, "one group"),
        ("merge", [["V1", "V2"]], {"undoes": "decision-1"}, "takes nothing back"),
        ("merge", [["V1", "V7"]], {}, "No source has the vendor number erp_main:V7"),
        ("apart", [["V1", "V2"]], {}, "two groups"),
        ("apart", [["V1", "V2"], ["V2"]], {}, "apart from itself"),
        ("undo", [], {"undoes": "decision-1"}, "no decision 'decision-1'"),
        ("undo", [], {}, "one group of two"),
        ("merge", [["V1", "V2"]], {"by": " "}, "needs a person"),
    ],
)
def test_what_decides_nothing_is_refused(master, decide, kind, groups, changes, said):
    with pytest.raises(TieoutError, match=said):
        decide(kind, *groups, **changes)
    assert decisions(master) == []


def test_of_two_stewards_who_decide_the_same_cluster_the_second_is_told_of_the_first(master, decide):
    looked = master.now
    first = decide("merge", ["V1", "V2"])

    with pytest.raises(TieoutError, match=f"Ann decided merge of erp_main:V1, erp_main:V2 at .*{first.decision_id}"):
        decide("merge", ["V2", "V3"], by="Bert", seen_at=looked)
    with pytest.raises(TieoutError, match="Ann decided"):
        decide("apart", ["V1"], ["V2"], by="Bert", seen_at=looked)
    decide("merge", ["V3", "V4"], by="Bert", seen_at=looked)  # vendors that nobody decided on
    decide("merge", ["V2", "V3"], by="Bert", seen_at=master.now)  # having seen it

    assert len(decisions(master)) == 3


def test_somebody_elses_decision_is_undone_before_the_opposite_is_decided(master, decide):
    first = decide("merge", ["V1", "V2"])
    with pytest.raises(TieoutError, match=f"Undo {first.decision_id} first"):
        decide("apart", ["V1"], ["V2"], by="Bert")

    decide("undo", by="Bert", undoes=first.decision_id)
    with pytest.raises(TieoutError, match="taken back already"):
        decide("undo", by="Ann", undoes=first.decision_id)
    decide("apart", ["V1"], ["V2"], by="Bert")
    assert not decide("undo", by="Bert", undoes=first.decision_id).is_new, "a decision is taken back once"

    assert [row["decision_type"] for row in decisions(master)] == ["vendor_merge", "vendor_undo", "vendor_apart"]


def test_a_chain_of_merges_does_not_bring_together_what_is_kept_apart(master, decide):
    apart = decide("apart", ["V1"], ["V3"])
    decide("merge", ["V1", "V2"])
    with pytest.raises(TieoutError, match=f"V1 and erp_main:V3 would be one vendor.*Undo {apart.decision_id} first"):
        decide("merge", ["V2", "V3"])
    decide("merge", ["V3", "V4"])
    with pytest.raises(TieoutError, match="V1 and erp_main:V3 would be one vendor"):
        decide("merge", ["V2", "V4"])

    decide("undo", undoes=apart.decision_id)
    decide("merge", ["V2", "V3"])
    with pytest.raises(TieoutError, match="would be one vendor and be kept apart: Ann decided merge"):
        decide("apart", ["V1"], ["V4"])
