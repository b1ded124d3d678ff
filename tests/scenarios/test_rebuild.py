"""The warehouse as it was known: recorded at each moment, built again later, compared row for row."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest
from psycopg import sql

from tests.integration.marts import hospital
from tests.scenarios import changing_facts
from tests.scenarios.estate import AP, ERP, SUPPLY, TIEOUT, Estate, line
from tests.scenarios.warehouse import Warehouse, at
from tieout.operators import rebuild as operators

SCHEMAS = ("staging", "canonical", "match", "mart", "fb")
# What a run makes for itself: which records it touches, and intermediate results of those.
WORK_LISTS = {
    "stg_touched_records", "int_touched", "int_former_invoices", "match_touched", "match_duplicate_touched",
    "match_duplicate_candidate", "match_candidate_line", "match_net_receipt", "match_line_check",
    "match_document_finding",
}  # fmt: skip
# When a run last saw facts change, and duplicates that are none any more: notes for the next run, not facts.
NOTES = {
    "int_vendor_crosswalk": {"changed_at"}, "match_duplicate": {"changed_at"}, "match_balance": {"changed_at"},
    "int_item_crosswalk": {"changed_at", "former_item_key"}, "int_copy_readings": {"previously_read_to"},
}  # fmt: skip
FACTS = {"match_duplicate": "original_invoice_id is not null"}
# What the later days change: else there would be nothing to prove.
CHANGED = {
    "staging.stg_ops_batches", "staging.stg_policies", "canonical.int_entities", "canonical.int_invoices",
    "canonical.int_vendor_crosswalk", "match.match_allocation", "match.match_finding", "match.match_hold",
    "match.match_invoice_line", "match.match_verdict_log", "mart.correlation_link", "mart.fct_interface_run",
    "mart.kpi_value", "mart.purchase_order_version_log", "mart.worklist", "fb.fb_desired_state",
}  # fmt: skip

# Findings that came or went on these days.
CODES = {
    "ACCRUAL_AGED", "AMOUNT_OVER", "CONTRACT_PRICE", "DUPLICATE_INVOICE", "DUPLICATE_SUSPECT", "FX_RATE_MISSING",
    "ITEM_MISMATCH", "PO_NOT_FOUND", "PRICE_OVER", "QTY_RECEIVED", "RECEIPT_LATE_POSTED", "RECOVERY_DUE",
    "STOCK_DISCREPANCY", "SUBSTITUTE_ITEM", "SYNC_MISSING", "TAX_DIFFERENCE", "TOTAL_MISMATCH", "UOM_UNCONVERTIBLE",
    "VENDOR_INACTIVE",
}  # fmt: skip

THIRD, FOURTH = at("2026-04-10"), at("2026-04-20")

Picture = dict[str, Counter[tuple[tuple[str, Any], ...]]]


def picture(warehouse: Warehouse, prefix: str = "") -> Picture:
    """Each table and view with its rows, a multiset of columns and texts."""
    relations = warehouse.rows(
        "select table_schema, table_name from information_schema.tables where table_schema = any(%s) order by 1, 2",
        [f"{prefix}{schema}" for schema in SCHEMAS],
    )
    found: Picture = {}
    for relation in relations:
        schema, name = relation["table_schema"], relation["table_name"]
        if name not in WORK_LISTS:
            query = sql.SQL("select * from {} where {}").format(
                sql.Identifier(schema, name), sql.SQL(FACTS.get(name, "true"))
            )
            rows = warehouse.rows(query.as_string())
            found[f"{schema.removeprefix(prefix)}.{name}"] = Counter(_row(row, NOTES.get(name, set())) for row in rows)
    return found


def _row(row: dict[str, Any], left_out: Iterable[str]) -> tuple[tuple[str, str], ...]:
    return tuple((name, repr(value)) for name, value in row.items() if name not in left_out)


def differences(recorded: Picture, rebuilt: Picture) -> dict[str, tuple[list[Any], list[Any]]]:
    """By table: rows only recorded, rows only rebuilt; three of each, and only their differing columns where few."""
    assert recorded.keys() == rebuilt.keys()
    found = {}
    for name, rows in recorded.items():
        gone, new = rows - rebuilt[name], rebuilt[name] - rows
        if gone or new:
            found[name] = (list(gone.elements())[:3], list(new.elements())[:3])
    return found


def live(warehouse: Warehouse, moment: datetime) -> Picture:
    """Build as the DAG does, and say what the warehouse holds then."""
    warehouse.build(moment, select=["*"])
    _send(warehouse, moment)
    return picture(warehouse)


def _send(warehouse: Warehouse, moment: datetime) -> None:
    """A message made of what was concluded at the moment, and its delivery, which starts at that very moment."""
    warehouse.connection.execute(
        "insert into feedback.outbox (target, operation, entity_id, subject_type, subject_id, sequence, target_key,"
        " body, facts_sha256, readback, schema_version, idempotency_key, mode, correlation_id, run_id, created_at)"
        " values ('ap', 'match_result', 'H1', 'invoice', 'ap:GOOD', %s, 'GOOD', '{}', '', 'matched|', 1, %s, 'live',"
        " 'erp_main:PO1', 'run', %s)",
        [moment.day, moment.isoformat(), moment],
    )
    warehouse.connection.execute(
        "insert into ops.interface_run (direction, source_system, object, started_at, ended_at, outcome)"
        " values ('deliver', 'ap', 'match_result', %s, %s, 'succeeded')",
        [moment, moment + timedelta(minutes=1)],
    )


def _first_day(warehouse: Warehouse) -> None:
    hospital.first_day(warehouse)
    estate = Estate(copies=(AP,))
    estate.rows = []
    changing_facts.begin(estate)
    estate.land(warehouse, hospital.FIRST)


def _third_day(warehouse: Warehouse) -> None:
    """Other policies, releases, corrected versions, tombstones, masters that changed, and rows held back."""
    estate = Estate(copies=(AP,))
    estate.rows = []
    estate.policy(policy_id="P", price_over_pct="unlimited", price_over_amount="unlimited", receipt_grace_days="40")
    estate.release("R1", "EARLY", "PO_NOT_FOUND")
    estate.release("R2", "FOOT", "TOTAL_MISMATCH", line_number=None)
    estate.invoice("OPEN", "PO2", 9, "5.00", "2026-03-05")
    estate.invoice("LATE", "PO3", 5, "5.20", "2026-04-06")
    estate.receipt("R5", "PO3", 3, "2026-04-02T15:00")
    estate.add(SUPPLY, "receipt_line", receipt_ref="R4", entity_id="H1", kind="receipt", qty=0, _deleted=True)
    estate.add(AP, "invoice", invoice_ref="RENT", entity_id="H1", kind="invoice", currency="USD", net_amount=100,
               gross_amount=100, status="cancelled")  # fmt: skip
    estate.add(ERP, "vendor", vendor_number="V1", name="Vendor One", tax_id_token="token-9", status="blocked")
    estate.add(TIEOUT, "routing", route_id="price", code="PRICE_OVER", owner_role="buyer", owner="buyers-south")
    estate.add(TIEOUT, "sla", sla_id="sync", subject="sync", hours=1)
    estate.add(ERP, "purchase_order", po_number="PO1", entity_id="H1", vendor_number="V1", currency="USD",
               status="closed", ordered_at=at("2026-02-20"), approved_at=at("2026-02-20T12:00"))  # fmt: skip
    changing_facts.change(estate)
    estate.land(warehouse, THIRD)
    _held_back(warehouse)


def _held_back(warehouse: Warehouse) -> None:
    """A receipt that the gate holds back, and an invoice whose batches it stops."""
    estate = Estate(copies=(AP,))
    estate.rows = []
    estate.receipt("HELD", "PO2", 1, "2026-04-08T15:00")
    estate.land(warehouse, THIRD)
    warehouse.connection.execute(
        "insert into quality.quarantine (object, batch_id, row_number, source_system, record_key, rule_ids, reason,"
        " owner, quarantined_at) select object, max(batch_id), 1, 'supply', 'HELD', '{qty}', 'too much', 'receiving',"
        " max(landed_at) from ops.batch where object = 'receipt_line' group by object"
    )
    warehouse.connection.execute(
        "update quality.promotion set rows_promoted = 0, rows_quarantined = 1"
        " where batch_id in (select batch_id from quality.quarantine)"
    )
    estate.invoice("STOPPED", "PO2", 1, "5.00", "2026-04-09")
    estate.land(warehouse, THIRD)
    for name in ("invoice", "invoice_line"):
        warehouse.connection.execute(
            "with stopped as (update ops.batch set state = 'stopped' where batch_id = (select max(batch_id)"
            " from ops.batch where object = %s) returning *), unpromoted as (delete from quality.promotion"
            " where batch_id in (select batch_id from stopped))"
            " insert into quality.result (gate_run_id, batch_id, object, source_system, rule_id, severity, owner,"
            " rows_checked, rows_failed) select %s, batch_id, object, source_system, 'qty', 'critical', 'ap', 1, 1"
            " from stopped",
            [name, f"gate-{THIRD.isoformat()}"],
        )


def _let_through(warehouse: Warehouse) -> None:
    """A steward releases what was held back and accepts what was stopped."""
    warehouse.connection.execute(
        "update quality.quarantine set state = 'released', decided_known_at = %s, decided_by = 'steward'", [FOURTH]
    )
    warehouse.connection.execute(
        "with accepted as (update ops.batch set state = 'promoted' where state = 'stopped' returning *)"
        " insert into quality.promotion (batch_id, object, source_system, known_at, rows_promoted, rows_quarantined,"
        " gate_run_id) select batch_id, object, source_system, %s, 1, 0, %s from accepted",
        [FOURTH, f"gate-{FOURTH.isoformat()}"],
    )


def _fourth_day(warehouse: Warehouse) -> None:
    """The held receipt is released, an entity changes, a policy goes, an invoice comes back."""
    estate = Estate(copies=(AP,))
    estate.rows = []
    estate.policy(policy_id="P", _deleted=True)
    estate.policy(policy_id="Q", price_over_pct="0", receipt_grace_days="0")
    estate.add(TIEOUT, "entity", entity_id="H1", name="Hospital North", entity_type="hospital", currency="USD",
               time_zone="America/Chicago", fiscal_calendar="calendar_year", accruals=False,
               payment_origin="erp")  # fmt: skip
    estate.invoice("RENT", None, 1, "100.00", "2026-03-06")
    estate.order("PO10", line(1, "7.00"), vendor="V2")
    changing_facts.change_again(estate)
    estate.land(warehouse, FOURTH)
    _let_through(warehouse)


# In `make test` tests/scenarios/test_history.py builds one moment again.
@pytest.mark.slow
def test_each_moment_is_built_again_as_it_was_recorded_while_newer_data_is_present(
    models: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operators, "warehouse_dsn", lambda: models.dsn)
    recorded = {}
    for moment, happen in (
        (hospital.FIRST, _first_day),
        (hospital.SECOND, hospital.second_day),
        (THIRD, _third_day),
        (FOURTH, _fourth_day),
    ):
        happen(models)
        recorded[moment] = live(models, moment)
    present = recorded.pop(FOURTH)
    codes = models.values("select distinct code, true from match.match_hold_log")
    assert set(codes) >= CODES, CODES - set(codes)
    assert set(differences(recorded[hospital.FIRST], present)) >= CHANGED

    for number, moment in enumerate(recorded):
        params = {"action": "build", "name": f"day_{number}", "as_of": moment.isoformat(), "keep": 2}
        operators.RebuildWarehouse(task_id="rebuild").execute({"params": params, "run_id": "manual"})
        found = differences(recorded[moment], picture(models, f"rebuild_day_{number}_"))
        assert found == {}, (moment, sorted(found), found)
    assert differences(present, picture(models)) == {}
    standing = models.values("select name, state from ops.rebuild order by name")
    assert standing == {"day_0": "dropped", "day_1": "succeeded", "day_2": "succeeded"}
    assert models.rows("select from information_schema.schemata where schema_name like 'rebuild\\_day\\_0%%'") == []
