"""A batch of the queue is shown with what it touches, and a person's answer is carried out once, in their name."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.test_master_decisions import FIRST, QUEUE, mess, queue
from tests.scenarios.warehouse import Warehouse, at
from tieout.errors import TieoutError
from tieout.people.responses import Response
from tieout.resolution.item_decisions import decide_item
from tieout.stewardship.answers import answer_of, carry_out
from tieout.stewardship.batch import Batch, take
from tieout.stewardship.page import as_markdown
from tieout.stewardship.report import regenerate

NOW = at("2026-03-30")
PROPOSAL = """
insert into steward.vendor_proposal (
    left_id, right_id, left_cluster_id, right_cluster_id, tier, evidence, reasons, waiting_since, opened_at
)
values (
    'erp_main:V1', 'erp_main:V2', 'erp_main:V1', 'erp_main:V2', 'merge', '{The names are alike.}', '{}', %s, %s
)
"""


def response(option: str, by: str | None = "ada", **said: str) -> Response:
    """What a person answered."""
    person = {"id": "7", "name": by} if by else None
    said = {"comment": "", "approve": "", "reject": "", "correct": "", **said}
    return Response.of({"chosen_options": [option], "params_input": said, "responded_by_user": person})


def answered(warehouse: Warehouse, batch: Batch, given: Response) -> dict[str, Any]:
    """Carry out an answer, as the task does."""
    answer = answer_of(given, Batch.from_dict(batch.as_dict()))
    return carry_out(warehouse.dsn, batch, answer, NOW).as_dict() if answer else {}


def held_rows(warehouse: Warehouse, count: int) -> None:
    """Rows in quarantine."""
    run = warehouse.connection.execute
    found = run("select _batch_id, _row_number from raw.invoice_line").fetchone()
    for number in range(count):
        run(
            "insert into quality.quarantine (object, batch_id, row_number, source_system, record_key, rule_ids, reason,"
            " owner, quarantined_at) values ('invoice_line', %s, %s, 'ap', 'INV1|1', '{r}', %s, 'ap', %s)",
            (found and found[0], 1 + number, f"Not so: [a](javascript:x) <b>{number}</b> | *it* is.", at("2026-03-20")),
        )


def test_a_batch_is_shown_and_an_answer_is_carried_out_once_and_never_over_somebody_elses_head(
    models: Warehouse, tmp_path: Path
) -> None:
    mess().land(models, at("2026-03-28"))
    models.build(FIRST, select=[*QUEUE, "+fct_payment", "+fct_invoice", "+dim_vendor"], data_tests=False)
    held_rows(models, 4)
    models.connection.execute(PROPOSAL, (at("2026-03-20"), at("2026-03-20")))
    vendors = take(models.dsn, kind="vendor", size=5)
    rows = take(models.dsn, kind="quarantine", size=4)
    items = take(models.dsn, kind="item", size=1)
    units = take(models.dsn, kind="unit", size=10)

    assert [line.money for line in rows.lines] == [("48.00 USD",), (), (), ()]
    page = as_markdown(rows)
    assert "#### 1. 1" in page and "money that hangs on it: 48.00 USD" in page
    assert "<b>" not in page and "[a](" not in page, "what a source wrote is text"
    assert "Approve: release the row: known from now on. Reject: reject the row: it stays out." in page
    assert units.lines[0].touches == (
        "1 open order lines and 0 invoice lines are matched again, 0 open holds among them.",
    )
    assert [line.subject_id for line in units.lines] == ["supply:pack BX"], (
        "what cannot be answered by yes or no is left"
    )

    page_file = tmp_path / "index.html"
    assert regenerate(models.dsn, tmp_path) == page_file
    report = page_file.read_text()
    assert all(words in report for words in ("48.00 USD", "packs in doubt", "supply:pack BX", "29 March 2026"))
    assert "1 BX = 10 EA" not in report and "http" not in report, (
        "of what sources wrote it shows keys; it loads nothing"
    )
    assert regenerate(models.dsn, tmp_path) is None, "once a day"
    assert regenerate(models.dsn, tmp_path, again=True) == page_file

    assert vendors.lines[0].touches == (
        "Numbers: erp_main:V1 Vendor V1 (active); erp_main:V2 Vendor V2 (active).",
        "Unpaid invoices: 1 of erp_main:V1 over 48.00 USD.",
    )

    for silence in (Response.of(None), response("Skip"), response("Approve", by=None)):
        assert answered(models, rows, silence) == {}
    assert len(queue(models)) == 6 + 4 + 1

    split = response("Split", approve="1, 2", reject="3", comment="seen the paper")
    assert answered(models, rows, split) == {"decided": [1, 2, 3], "repeated": [], "refused": {}}
    assert answered(models, rows, split) == {"decided": [], "repeated": [1, 2, 3], "refused": {}}
    late = answered(models, rows, response("Reject", by="ben"))
    assert late["decided"] == [4]
    assert late["refused"]["1"].startswith("ada decided it meanwhile: released at 2026-03-30")
    decisions = models.rows("select decided_by, reason, detail from raw.decision order by decided_at, _batch_id")
    assert sorted({each["decided_by"] for each in decisions}) == ["ada", "ben"]
    states = models.values("select quarantine_id, state from quality.quarantine order by 1")
    assert list(states.values()) == ["released", "released", "rejected", "rejected"]

    pair = items.lines[0].detail["item_id"], items.lines[0].detail["record_item_id"]
    decide_item(models.dsn, kind="item_apart", item_id=pair[0], record_item_id=pair[1], by="cleo", reason="x", now=NOW)
    refused = answered(models, items, response("Approve"))["refused"]
    assert refused["1"].startswith("cleo decided item_apart")

    assert answered(models, units, response("Reject", comment="the box was opened"))["decided"] == [1]
    assert answered(models, vendors, response("Approve", comment="one tax id"))["decided"] == [1]
    assert answered(models, vendors, response("Approve", comment="one tax id"))["repeated"] == [1]
    (merged,) = models.rows("select decided_by, detail from raw.decision where decision_type = 'vendor_merge'")
    assert merged["decided_by"] == "ada" and '[["erp_main:V1", "erp_main:V2"]]' in merged["detail"]
    (event,) = models.rows("select actor, after, reason from audit.event where action = 'unit_factor'")
    assert (event["actor"], event["after"]["factor"], event["reason"]) == ("ada", "12", "the box was opened")


def test_a_split_names_lines_that_are_there_once() -> None:
    batch = Batch("item", datetime(2026, 3, 1, tzinfo=UTC), ())
    for said in ({"approve": "1"}, {"reject": "x"}, {"correct": "-1"}):
        with pytest.raises(TieoutError, match="no line of the batch"):
            answer_of(response("Split", **said), batch)


@pytest.mark.parametrize(("kind", "size"), [("hold", 5), ("item", 0), ("item", 51)])
def test_a_batch_that_cannot_be_reviewed_is_refused(kind: str, size: int) -> None:
    with pytest.raises(TieoutError):
        take("nowhere", kind=kind, size=size)
