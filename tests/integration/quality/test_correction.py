"""Rows chosen by what they say, and rows that go back to their owner until the corrected record arrives."""

from datetime import UTC, datetime, timedelta

import pytest

from tieout.errors import TieoutError
from tieout.quality.selection import Selection
from tieout.quality.steward import decide

LATER = datetime(2026, 4, 1, tzinfo=UTC)
BATCH = "erp_main:receipt_line:1"


def row(receipt, reference: str, **fields):
    """A receipt line with its key."""
    return receipt(receipt_ref=reference, _record_key=reference, **fields)


@pytest.fixture
def held(wh, gate, receipt):
    """Three rows in quarantine, of two orders."""
    orders = {"R1": "PO10", "R2": "PO10", "R3": "PO2"}
    wh.land("receipt_line", [row(receipt, each, qty="0", po_number=order) for each, order in orders.items()])
    gate()


def choose(wh, action, *selection, **changes):
    return decide(wh.dsn, action=action, selection=Selection(*selection), **{"by": "Sam", "reason": "x", "now": LATER})


def states(wh) -> dict[str, str]:
    return {each["record_key"]: each["state"] for each in wh.rows("select record_key, state from quality.quarantine")}


def test_a_pattern_takes_the_rows_of_a_batch_or_rule_that_say_so(wh, held):
    assert choose(wh, "reject", "batch", BATCH, "po_number=PO1").decision_id is None
    choose(wh, "reject", "batch", BATCH, "po_number = PO2")
    assert states(wh) == {"R1": "waiting", "R2": "waiting", "R3": "rejected"}
    choose(wh, "release", "rule", "receipt_line.qty_is_above_zero", "receipt_ref~^R[1]$")
    assert states(wh) == {"R1": "released", "R2": "waiting", "R3": "rejected"}


@pytest.mark.parametrize(
    "pattern", ["po_number", "po number=1", "PO=1", "nothing=1", "po_number~(", "po_number;drop=1", "1=1"]
)
def test_a_pattern_that_cannot_be_searched_for_is_refused_and_decides_nothing(wh, held, pattern):
    with pytest.raises(TieoutError):
        choose(wh, "reject", "batch", BATCH, pattern)
    assert set(states(wh).values()) == {"waiting"}


def test_a_row_that_is_returned_is_closed_by_the_corrected_record_and_by_no_other(wh, held, gate, receipt):
    choose(wh, "correct", "ids", "1,2")
    assert states(wh) == {"R1": "returned", "R2": "returned", "R3": "waiting"}
    assert choose(wh, "correct", "ids", "1").decision_id is None
    assert wh.one("select count(*) from raw.decision where decision_type = 'quarantine_correct'") == 1

    older = LATER - timedelta(days=90)
    wh.land("receipt_line", [row(receipt, "R1", qty="1", _source_updated_at=older)], day=1)
    wh.land("receipt_line", [row(receipt, "R1", qty="-1")], day=2)
    wh.land("receipt_line", [row(receipt, "R3", qty="1")], day=3)
    wh.land("receipt_line", [row(receipt, "R1", qty="1")], day=3, source_system="erp_west")
    gate()
    assert wh.one("select count(*) from quality.quarantine where state = 'corrected'") == 0

    corrected = wh.land("receipt_line", [row(receipt, "R1", qty="1")], day=4)
    known_at = gate().known_at
    (closed,) = wh.rows("select * from quality.quarantine where state = 'corrected'")
    assert (closed["record_key"], closed["corrected_batch_id"]) == ("R1", corrected)
    assert closed["corrected_known_at"] == known_at
    (event,) = wh.rows("select * from audit.event where action = 'corrected'")
    assert (event["actor"], event["subject_id"]) == ("gate", "1")

    choose(wh, "release", "ids", "2")
    assert wh.one("select state from quality.quarantine where quarantine_id = 2") == "released", "right after all"
    decisions = wh.rows("select before from audit.event where subject_type <> 'batch' order by event_id")
    states_before = [each["before"] for each in decisions]
    assert states_before == [
        {"states": {"1": "waiting", "2": "waiting"}}, {"state": "returned"}, {"states": {"2": "returned"}},
    ]  # fmt: skip
