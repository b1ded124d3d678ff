"""What a steward decides on items, packs and codes leaves the queue at once and counts in the next transformation."""

from typing import Any

import pytest

from tests.scenarios.estate import ERP, SUPPLY, Estate, line
from tests.scenarios.test_item_crosswalk import WRONG, item, links
from tests.scenarios.test_item_units import packs
from tests.scenarios.test_order_of_arrival import assert_equal, facts
from tests.scenarios.test_unit_conflicts import conflicts, copied, said
from tests.scenarios.warehouse import MATCH, Warehouse, at
from tieout import settings
from tieout.errors import TieoutError
from tieout.feedback.targets import load_targets
from tieout.resolution.item_decisions import decide_item, decide_unit, decide_unit_code
from tieout.resolution.steward import decide_vendors

QUEUE = [*MATCH, "+steward_queue", "+fb_master_proposal", "+fb_correction_request"]
TARGETS = load_targets(settings.config_dir() / "feedback")
FIRST, DECIDED, SECOND = at("2026-03-29"), at("2026-03-30"), at("2026-03-31")
SAM: dict[str, Any] = {"by": "Sam Steward", "reason": "looked at the box", "now": DECIDED}


def queue(warehouse: Warehouse) -> dict[tuple[str, str], dict[str, Any]]:
    """What waits, by kind and subject."""
    return {(row["kind"], row["subject_id"]): row for row in warehouse.rows("select * from steward.queue")}


def proposals(warehouse: Warehouse) -> set[str]:
    """What the ERP is told, in bodies that keep to its schema."""
    rows = warehouse.rows("select * from fb.fb_master_proposal")
    for row in rows:
        assert TARGETS[row["target"]].operations[row["operation"]].invalid(row["body"]) is None, row["body"]
    return {row["subject_id"] for row in rows}


def mess() -> Estate:
    """Items, packs and codes of which each needs a person."""
    estate = Estate()
    item(estate, SUPPLY, "A1", description="Glove, small")
    item(estate, SUPPLY, "A2", gtin=WRONG)
    item(estate, SUPPLY, "A3", gtin="73513537")
    item(estate, SUPPLY, "A4", gtin="73513537")
    item(estate, ERP, "E1", description="GLOVE SMALL")
    item(estate, ERP, "E2", gtin=WRONG)
    copied(estate, "pack", [said("BX", 10)], [said("BX", 12)])
    estate.item("circle")
    for statement in (said("BX", 10, of_unit="CS"), said("CS", 4, of_unit="BX")):
        estate.add(SUPPLY, "item_unit", item_number="circle", **statement)
    item(estate, ERP, "E-circle", source_ref="circle")
    estate.add(ERP, "item_unit", item_number="E-circle", **said("BX", 8))
    estate.order("PO1", line(2, 24, unit="BOXX"), line(3, 10, unit="BX", item_number="pack"))
    estate.receipt("R1", "PO1", 24, "2026-03-02")
    estate.invoice("INV1", "PO1", 2, "24.00", "2026-03-05", line={"unit": "BOXX"})
    return estate


@pytest.fixture
def waiting(models: Warehouse) -> Warehouse:
    """A warehouse in which all of it waits."""
    mess().land(models, at("2026-03-28"))
    models.build(FIRST, select=QUEUE, data_tests=False)
    return models


def test_what_waits_is_listed_with_its_money_and_what_is_decided_takes_effect_in_the_next_transformation(
    waiting: Warehouse,
) -> None:
    listed = queue(waiting)
    assert set(listed) == {
        ("item", "erp_main:E1 supply:A1"),
        ("item", "supply:A3 supply:A4"),
        ("unit", "supply:pack BX"),
        ("unit", "supply:circle BX"),
        ("unit", "supply:circle CS"),
        ("unit_code", "BOXX"),
    }
    code, pack = listed["unit_code", "BOXX"], listed["unit", "supply:pack BX"]
    assert code["evidence"] == "Written on 2 lines by ap, erp_main, as on invoice line ap:INV1:1."
    assert (code["amount_at_risk"], code["currency"], code["owner_role"]) == (96, "USD", "item_steward")
    assert (pack["amount_at_risk"], pack["currency"], pack["age_days"]) == (30, "USD", 1)
    assert pack["evidence"] == "Item supply:pack: 1 BX = 10 EA in supply, but 1 BX = 12 EA in erp_main."
    assert {name: pack["detail"][name] for name in ("approve", "record_factor", "copy_factor")} == {
        "approve": "record_factor", "record_factor": "10", "copy_factor": "12",
    }  # fmt: skip

    dsn = waiting.dsn
    decide_item(dsn, kind="item_link", item_id="erp_main:E1", record_item_id="supply:A1", **SAM)
    decide_item(dsn, kind="item_link", item_id="erp_main:E2", record_item_id="supply:A2", **SAM)
    decide_item(dsn, kind="item_apart", item_id="supply:A4", record_item_id="supply:A3", **SAM)
    decide_unit(dsn, item_id="erp_main:E-pack", unit="BX", factor="12", **SAM)
    decide_unit(dsn, item_id="supply:circle", unit="BX", factor="10", **SAM)
    decide_unit_code(dsn, code="BOXX", unit="BX", **SAM)
    assert set(queue(waiting)) == {("unit", "supply:circle CS")}
    assert links(waiting)["E1"][1] == "unresolved"

    waiting.build(SECOND, select=QUEUE)
    assert queue(waiting) == {}
    assert links(waiting)["E1"] == ("A1", "decision", "certain")
    assert links(waiting)["E2"] == ("A2", "decision", "certain"), "a trade item number with a wrong digit links nothing"
    assert packs(waiting, "pack") == {"BX": "12", "BOXX": "12"}
    assert conflicts(waiting) == {}
    assert packs(waiting, "circle") == {"BX": "10", "BOXX": "10", "CS": "40"}
    assert packs(waiting, "I1") == {"BX": "12", "BOXX": "12"}
    assert waiting.rows(
        "select ordered_qty, base_unit, unit_price from canonical.int_purchase_order_lines where line_number = 1"
    ) == [{"ordered_qty": 24, "base_unit": "EA", "unit_price": 2}]
    assert waiting.values("select invoice_id, verdict from match.match_invoice") == {"ap:INV1": "matched"}
    assert proposals(waiting) == {
        "item_link erp_main:E1", "item_link erp_main:E2", "unit_factor erp_main:E-circle BX",
    }, "the ERP's box of 12 is as was decided"  # fmt: skip
    incremental = facts(waiting)
    waiting.build(SECOND, full_refresh=True)
    assert_equal(incremental, facts(waiting))

    events = waiting.rows("select actor, action, before, after, reason from audit.event order by event_id")
    assert {(event["actor"], event["reason"]) for event in events} == {(SAM["by"], SAM["reason"])}
    assert events[0]["before"] == {"item_key": "erp_main:E1", "method": "unresolved", "state": "review"}
    assert events[3]["before"]["numerator"] == "10" and events[3]["after"]["factor"] == "12"


def test_what_no_pack_holds_and_what_somebody_else_decided_unseen_is_refused(
    waiting: Warehouse,
) -> None:
    def refused(**decision: str) -> str:
        with pytest.raises(TieoutError) as error:
            decide_unit(waiting.dsn, **{"item_id": "supply:pack", "unit": "BX", "factor": "1", **decision, **SAM})
        return str(error.value)

    assert "more than zero" in refused(factor="0")
    assert "more than zero" in refused(factor="-12")
    assert "more than zero" in refused(factor_denominator="0")
    assert "more than zero" in refused(factor="NaN")
    assert "No pack holds" in refused(factor="20260331")
    assert "No pack holds" in refused(factor="1", factor_denominator="1000001")
    assert "is no factor" in refused(factor="a dozen")
    assert "what the item is counted in" in refused(unit="EA")
    assert "goes in a circle" in refused(item_id="supply:circle", of_unit="CS")
    assert "goes in a circle" in refused(of_unit="BX")
    assert "ends before it" in refused(of_unit="PF")
    assert "no entity" in refused(entity_id="H9")
    assert "no vendor number" in refused(vendor_id="erp_main:V9")
    assert "No source has the item" in refused(item_id="supply:gone")
    assert waiting.rows("select * from raw.decision") == []
    assert waiting.rows("select * from audit.event") == []

    pair = {"item_id": "erp_main:E1", "record_item_id": "supply:A1"}
    first = decide_item(waiting.dsn, kind="item_link", **pair, **SAM)
    again = decide_item(waiting.dsn, kind="item_link", **pair, **SAM)
    assert (again.decision_id, again.is_new) == (first.decision_id, False)
    ada = SAM | {"by": "Ada Item"}
    with pytest.raises(TieoutError, match=f"Sam Steward decided item_link of .* {DECIDED:%Y-%m-%d}"):
        decide_item(waiting.dsn, kind="item_apart", **pair, **ada)
    assert decide_item(waiting.dsn, kind="item_apart", **pair, **SAM).is_new, "one may correct oneself"
    assert decide_item(waiting.dsn, kind="item_link", **pair, **ada, seen_at=SECOND).is_new, "it was seen since"


def test_rows_batches_and_vendors_wait_in_the_same_queue(models: Warehouse) -> None:
    estate = mess()
    estate.add("ap", "vendor", vendor_number="S-X", name="Acme Medical")
    estate.invoice("INV2", None, 1, "70.00", "2026-03-05", vendor_number="S-X")
    estate.land(models, at("2026-03-28"))
    models.build(FIRST, select=QUEUE, data_tests=False)
    run = models.connection.execute
    batch_id, row_number = run(
        "select _batch_id, _row_number from raw.invoice_line where invoice_ref = 'INV1'"
    ).fetchone() or ("", 0)
    run(
        "insert into quality.quarantine (object, batch_id, row_number, source_system, record_key, rule_ids, reason,"
        " owner, quarantined_at) values ('invoice_line', %s, %s, 'ap', 'INV1|1', '{r}', 'Not so: it is.', 'ap', %s)",
        (batch_id, row_number, at("2026-03-20")),
    )
    proposal = (
        "insert into steward.vendor_proposal (left_id, right_id, left_cluster_id, right_cluster_id, review_cluster_id,"
        " tier, evidence, reasons, waiting_since, opened_at) values ('ap:S-X', %s, 'ap:S-X', 'erp_main:V1', 'ap:S-X',"
        " 'review', '{The names are alike.}', '{}', %s, %s)"
    )
    for number in ("ap:S-V1", "erp_main:V1"):
        run(proposal, (number, at("2026-03-22"), at("2026-03-22")))

    listed = queue(models)
    row, vendors = listed["quarantine", "1"], listed["vendor", "ap:S-X"]
    assert (row["owner_role"], row["age_days"], row["entity_id"]) == ("ap", 9, "H1")
    assert (row["amount_at_risk"], row["currency"]) == (48, "USD")
    assert row["evidence"] == "invoice_line INV1|1 of ap: Not so: it is."
    assert vendors["detail"]["groups"] == [["ap:S-X"], ["ap:S-V1", "erp_main:V1"]]
    assert (vendors["amount_at_risk"], vendors["age_days"]) == (118, 7)
    assert vendors["evidence"].startswith("ap:S-X (Acme Medical) and ap:S-V1 (V1): The names are alike.")

    decide_vendors(models.dsn, kind="merge", groups=[["ap:S-X", "erp_main:V1"]], **SAM)
    run("update quality.quarantine set state = 'returned', decided_by = 'Sam', decision_reason = 'Wrong.',"
        " decided_known_at = %s", (at("2026-03-29"),))  # fmt: skip
    (request,) = models.rows("select * from fb.fb_correction_request")
    assert TARGETS["service_desk"].operations["correction_request"].invalid(request["body"]) is None
    assert (request["body"]["status"], request["readback"], request["entity_id"]) == ("awaiting", "awaiting", "ALL")
    left = queue(models)
    assert ("vendor", "ap:S-X") not in left
    assert (
        left["correction", "1"]["suggestion"] == "Returned to its owner by Sam: Wrong. Wait for the corrected record."
    )
