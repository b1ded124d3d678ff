"""A gate may be killed at any line and run again; two gates never work at once."""

import threading
from datetime import UTC, datetime, timedelta
from functools import partial

from tests.support.killing import kill_at
from tieout.quality import gate as gate_module
from tieout.quality import knowledge

NOW = datetime(2026, 3, 31, tzinfo=UTC)
BEFORE_THE_COMMIT = (
    "tieout.quality.gate.judge",
    "tieout.quality.gate.reconcile",
    "tieout.quality.gate.record_results",
    "tieout.quality.gate.quarantine",
    "tieout.quality.gate.promote",
    "tieout.quality.incidents.resolve",
    "tieout.quality.data_docs.store",
)
AFTER_THE_COMMIT = "tieout.quality.data_docs.publish"


def everything(wh) -> dict[str, object]:
    return {
        "batches": wh.rows("select batch_id, state from ops.batch order by batch_id"),
        "promoted": wh.rows("select batch_id, rows_promoted from quality.promotion order by batch_id"),
        "held": wh.rows("select batch_id, row_number, rule_ids from quality.quarantine order by batch_id, row_number"),
        "results": wh.rows("select batch_id, rule_id, rows_failed from quality.result order by batch_id, rule_id"),
    }


def test_a_gate_that_is_killed_has_done_all_or_nothing_and_the_next_finishes(wh, gate_with_pages, receipt, data_docs):
    wh.land("receipt_line", [receipt(), receipt(receipt_ref="R2", qty="0")])
    before = everything(wh)

    for number, step in enumerate(BEFORE_THE_COMMIT):
        kill_at(step, partial(gate_with_pages, now=NOW + timedelta(minutes=number)))
        assert everything(wh) == before, step

    kill_at(AFTER_THE_COMMIT, gate_with_pages)
    done = everything(wh)
    assert done["promoted"] == [{"batch_id": "erp_main:receipt_line:1", "rows_promoted": 1}]
    assert [row["row_number"] for row in done["held"]] == [2]

    assert gate_with_pages().gate_run_id is None
    assert everything(wh) == done
    wh.land("receipt_line", [receipt(receipt_ref="R3")])
    gate_with_pages()
    known = {row["gate_run_id"] for row in wh.rows("select gate_run_id from quality.gate_run")}
    assert len(known) == 2
    assert {path.name for path in data_docs.glob("validations/receipt_line/*/")} == known


def test_a_second_gate_waits_and_finds_nothing_left(wh, gate, receipt, monkeypatch):
    wh.land("receipt_line", [receipt()])
    arrived, outcomes = threading.Event(), []
    lock = knowledge.exclude_other_gates

    def announce(connection):
        arrived.set()
        lock(connection)

    second = threading.Thread(target=lambda: outcomes.append(gate()))
    judge = gate_module.judge

    def start_the_second(*args):
        monkeypatch.setattr(knowledge, "exclude_other_gates", announce)
        second.start()
        assert arrived.wait(10)
        return judge(*args)

    monkeypatch.setattr(gate_module, "judge", start_the_second)
    first = gate()
    second.join(30)

    assert first.batches_promoted == 1
    assert [outcome.gate_run_id for outcome in outcomes] == [None]
    assert wh.one("select count(*) from quality.gate_run") == 1
