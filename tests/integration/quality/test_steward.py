"""What a steward decides, takes effect once and leaves a trace."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tieout.errors import TieoutError
from tieout.quality import steward
from tieout.quality.selection import Selection
from tieout.quality.steward import decide

LATER = datetime(2026, 4, 1, tzinfo=UTC)


@pytest.fixture
def held(wh, gate, receipt):
    """Three rows in quarantine: two of one batch, one of another that breaks another rule as well."""
    wh.land("receipt_line", [receipt(qty="0"), receipt(receipt_ref="R2", qty="0"), receipt(receipt_ref="R3")])
    wh.land("receipt_line", [receipt(receipt_ref="R4", qty="0", kind="delivery")], batch_id="other")
    gate()
    return [row["quarantine_id"] for row in wh.rows("select quarantine_id from quality.quarantine order by 1")]


def choose(wh, action="release", by="ids", text="1", **changes):
    values = {"by": "Sam Steward", "reason": "checked with receiving", "now": LATER} | changes
    return decide(wh.dsn, action=action, selection=Selection(by, text), **values)


def states(wh) -> list[str]:
    return [row["state"] for row in wh.rows("select state from quality.quarantine order by quarantine_id")]


def test_rows_are_chosen_by_rule_by_id_or_by_batch_and_known_from_the_decision_on(wh, held):
    by_rule = choose(wh, by="rule", text="receipt_line.kind.allowed")
    assert states(wh) == ["waiting"] * 3, "the row breaks another critical rule as well"
    assert by_rule.decision_id is None

    by_id = choose(wh, action="reject", text=f" {held[0]} ")
    assert states(wh) == ["rejected", "waiting", "waiting"]

    by_rule = choose(wh, by="rule", text="receipt_line.qty_is_above_zero")
    assert states(wh) == ["rejected", "released", "waiting"]

    by_batch = choose(wh, by="batch", text="other")
    assert states(wh) == ["rejected", "released", "released"]

    rows = wh.rows("select decided_known_at, decided_by, decision_reason from quality.quarantine order by 1")
    known = [LATER, LATER + timedelta(microseconds=1), LATER + timedelta(microseconds=2)]
    assert [row["decided_known_at"] for row in rows] == known
    assert [decided.known_at for decided in (by_id, by_rule, by_batch)] == known
    assert {(row["decided_by"], row["decision_reason"]) for row in rows} == {("Sam Steward", "checked with receiving")}
    assert wh.one("select max(known_at) from quality.gate_run") == known[-1]


def test_a_decision_is_landed_as_a_record_and_audited(wh, held):
    decided = choose(wh, text=str(held[1]))

    (record,) = wh.rows("select * from raw.decision")
    assert record["decision_id"] == decided.decision_id
    assert record["decision_type"] == "quarantine_release"
    assert (record["decided_by"], record["reason"]) == ("Sam Steward", "checked with receiving")
    assert json.loads(record["detail"]) == {"selected_by": "ids", "pattern": "", "quarantine_ids": [held[1]]}
    (batch,) = wh.rows("select * from ops.batch where batch_id = %s", record["_batch_id"])
    assert (batch["object"], batch["state"], batch["origin"]) == ("decision", "promoted", "configuration")
    assert wh.one("select known_at from quality.promotion where batch_id = %s", batch["batch_id"]) == LATER
    (event,) = wh.rows("select * from audit.event where actor <> 'gate'")
    assert (event["actor"], event["action"], event["reason"]) == ("Sam Steward", "release", "checked with receiving")
    assert event["after"]["quarantine_ids"] == [held[1]]


def test_deciding_again_changes_nothing(wh, held):
    choose(wh, text=str(held[0]))
    again = choose(wh, action="reject", text=str(held[0]))

    assert (again.decision_id, again.quarantine_ids) == (None, ())
    assert states(wh)[0] == "released"
    assert wh.one("select count(*) from audit.event where actor <> 'gate'") == 1


def test_a_decision_that_fails_half_way_leaves_nothing(wh, held, monkeypatch):
    monkeypatch.setattr(steward.audit, "record", lambda *args, **kwargs: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        choose(wh, text=str(held[0]))

    assert states(wh) == ["waiting"] * 3
    assert wh.one("select count(*) from raw.decision") == 0


def test_a_batch_that_broke_its_limit_is_accepted_and_its_rows_held_back_one_by_one(wh, gate, receipt):
    rows = [receipt(receipt_ref=f"R{n}", qty="0" if n < 10 else "1") for n in range(30)]
    batch = wh.land("receipt_line", rows)
    assert gate().batches_stopped == 1

    decided = choose(wh, by="batch", text=batch)
    assert decided.batch_accepted == batch
    assert wh.one("select decision_type from raw.decision") == "batch_accept"
    outcome = gate()

    assert (outcome.batches_promoted, outcome.rows_promoted, outcome.rows_quarantined) == (1, 20, 10)
    assert wh.one("select state from ops.incident") == "resolved"


def test_a_batch_that_broke_its_contract_cannot_be_accepted(wh, gate, receipt):
    batch = wh.land("receipt_line", [receipt(po_number=None)], missing_fields=["po_number"])
    gate()

    assert choose(wh, by="batch", text=batch).decision_id is None
    assert wh.one("select state from ops.batch") == "stopped"


@pytest.mark.parametrize(("by", "text"), [("ids", "1; drop"), ("ids", ""), ("rule", " "), ("colour", "red")])
def test_a_selection_that_names_nothing_is_refused(by, text):
    with pytest.raises(TieoutError):
        Selection(by, text)


@pytest.mark.parametrize("changes", [{"by": " "}, {"reason": ""}, {"action": "promote"}])
def test_a_decision_needs_a_person_a_reason_and_a_known_action(changes):
    values = {"action": "release", "by": "Sam Steward", "reason": "checked", "now": LATER} | changes
    with pytest.raises(TieoutError):
        decide("nowhere", selection=Selection("ids", "1"), **values)
