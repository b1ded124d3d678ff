"""Facts are a function of what is known: any order of arrival, any split into batches, incremental or not."""

import random
from datetime import timedelta
from typing import Any

import pytest

from tests.scenarios import moving_orders
from tests.scenarios.estate import AP, ERP, Estate, Row
from tests.scenarios.test_worked_examples import examples
from tests.scenarios.warehouse import MATCH, Warehouse, at

AS_OF = at("2026-03-31")
FACTS = {
    "int_purchase_orders": "canonical",
    "int_purchase_order_lines": "canonical",
    "int_receipt_lines": "canonical",
    "int_invoices": "canonical",
    "int_invoice_lines": "canonical",
    "int_copies": "canonical",
    "match_duplicate_invoice": "match",
    "match_allocation": "match",
    "match_po_line": "match",
    "match_invoice_line": "match",
    "match_invoice": "match",
    "match_finding": "match",
}
# What stands outside of a build ahead and reads what that build overwrites.
WHOLE = [*MATCH, "+fb_desired_state", "+accrual_log", "+purchase_order_version_log"]
LOGS = {
    "match.match_hold_log": "hold_id, known_at, event_order",
    "match.match_verdict_log": "subject_id, known_at",
    "mart.accrual_log": "po_line_id, known_at",
    "mart.purchase_order_version_log": "purchase_order_id, target, version_md5, event",
}
TRANSACTIONS = {"purchase_order", "purchase_order_line", "receipt_line", "invoice", "invoice_line", "hold_event"}
KNOWLEDGE = {
    "_known_at",
    "known_at",
    "match_status_known_at",
    "erp_copy_known_at",
    "copy_known_at",
    "changed_at",
}


def facts(warehouse: Warehouse) -> dict[str, list[str]]:
    """Every fact, without the times at which its records became known."""
    found = {}
    for table, schema in FACTS.items():
        rows = warehouse.rows(f"select * from {schema}.{table}")
        found[table] = sorted(repr({k: v for k, v in row.items() if k not in KNOWLEDGE}) for row in rows)
    return found


def mixed() -> Estate:
    """The worked examples with what else decides: releases, copies, changes of masters, versions, a deletion,
    and a hospital that moves to another ERP, and once more."""
    estate = examples()
    estate.release("R1", "5A", "PRICE_OVER", actual="5.11")
    estate.release("R2", "7A", "PRICE_OVER", actual="10.01")
    estate.release("R3", "15B", "DUPLICATE_INVOICE", line_number=None)
    estate.add(ERP, "item", item_number="E-I1", description="the ERP's number", base_unit="EA", source_ref="I1")
    estate.order("PO40", {"item_number": "E-I1", "ordered_qty": 3, "unit": "BX", "price": 12, "status": "open"})
    estate.receipt("40-r1", "PO40", 3, "2026-03-03", unit="BX")
    estate.invoice("40A", "PO40", 36, "1.00", "2026-03-06")
    estate.invoice("41A", "PO99", 1, "1.00", "2026-03-30")
    estate.invoice("42A", "PO40", 1, "1.00", "2026-03-07", vendor_number="S-V2")
    estate.invoice("43A", None, 1, "80.00", "2026-03-07", gross_amount="81.00")
    estate.invoice("44A", "PO40", 2, "1.00", "2026-03-07", vendor_number="S-NONE")
    estate.invoice("45A", "PO1", 4, "5.00", "2026-03-09", _updated_at=at("2026-03-09"))
    estate.invoice("45A", "PO1", 4, "5.00", "2026-03-09", status="cancelled", _updated_at=at("2026-03-12"))
    estate.add(ERP, "vendor", vendor_number="V1", name="Vendor V1", status="blocked", inactive_from="2026-03-06",
               _updated_at=at("2026-03-20"))  # fmt: skip
    estate.add(AP, "invoice_event", event_ref="E1", invoice_ref="1A", to_status="entered", touch="human",
               at=at("2026-03-05"), by_user="clerk")  # fmt: skip
    moving_orders.begin(estate)
    moving_orders.move(estate)
    moving_orders.refer(estate, "OLD-3", "NEW-9")
    moving_orders.refer(estate, "OLD-3", "NEW-9", _deleted=True)
    moving_orders.move_again(estate)
    moving_orders.finish(estate)
    return estate


def stamped(rows: list[Row]) -> list[Row]:
    """Give each version a source time that does not depend on when it arrives."""
    return [
        (system, name, {"_updated_at": at("2026-03-01") + timedelta(seconds=n), **record})
        for n, (system, name, record) in enumerate(rows)
    ]


def shuffled(rows: list[Row], seed: int, parts: int) -> list[list[Row]]:
    """The rows in an order and a split of the seed's."""
    rows = list(rows)
    random.Random(seed).shuffle(rows)
    size = -(-len(rows) // parts)
    return [rows[start : start + size] for start in range(0, len(rows), size)]


@pytest.mark.parametrize(("seed", "parts"), [(1, 3), pytest.param(2, 6, marks=pytest.mark.slow)])
def test_records_in_any_order_and_split_end_in_the_facts_of_one_full_refresh(
    models: Warehouse, seed: int, parts: int
) -> None:
    for number, part in enumerate(shuffled(stamped(mixed().rows), seed, parts)):
        known_at = at("2026-03-30T10:00") + timedelta(hours=number)
        Estate().land(models, known_at, part)
        models.build(known_at if number < parts - 1 else AS_OF)

    incremental = facts(models)
    log = models.rows("select * from match.match_hold_log order by hold_id, known_at, event_order")
    models.build(AS_OF, full_refresh=True)

    assert_equal(incremental, facts(models))
    assert models.rows("select * from match.match_hold_log order by hold_id, known_at, event_order") == log


@pytest.mark.parametrize(("seed", "parts"), [(3, 3), pytest.param(4, 7, marks=pytest.mark.slow)])
def test_builds_of_a_part_conclude_what_a_whole_one_does_and_hide_nothing_from_it(
    models: Warehouse, seed: int, parts: int
) -> None:
    """A log that missed a change would have it added by the full refresh, which looks at everything."""
    for number, part in enumerate(moving_invoice(seed, parts)):
        known_at = at("2026-03-30T10:00") + timedelta(hours=number) if number < parts - 1 else AS_OF
        Estate().land(models, known_at, part)
        if number % 4:
            models.build_ahead(known_at)
        else:
            models.build(known_at, select=WHOLE, data_tests=False)

    ahead = facts(models)
    models.build(AS_OF, select=WHOLE, data_tests=False)
    whole, kept = facts(models), logs(models)
    models.build(AS_OF, full_refresh=True, select=WHOLE, data_tests=False)

    assert_equal(ahead, whole)
    assert_equal(whole, facts(models))
    assert_equal(kept, logs(models))


def moving_invoice(seed: int, parts: int) -> list[list[Row]]:
    """Rules and masters first, which touch much; at the end, an invoice that names another order than it did."""
    estate = mixed()
    for number in ("PO60", "PO61"):
        estate.order(number, {"item_number": "I1", "ordered_qty": 5, "unit": "EA", "price": "2.00", "status": "open"})
        estate.receipt(f"{number}-r1", number, 5, "2026-03-03")
    estate.invoice("60A", "PO60", 5, "2.00", "2026-03-05")
    stood = len(estate.rows)
    estate.invoice("60A", "PO61", 5, "2.00", "2026-03-05")
    rows = stamped(estate.rows)
    first = [row for row in rows[:stood] if row[1] not in TRANSACTIONS or "PO60" in str(row[2]) or "60A" in str(row[2])]
    between = shuffled([row for row in rows[:stood] if row not in first], seed, parts)
    return [first + between[0], *between[1:-1], between[-1] + rows[stood:]]


def logs(warehouse: Warehouse) -> dict[str, list[Any]]:
    """Every log's rows."""
    return {table: warehouse.rows(f"select * from {table} order by {order}") for table, order in LOGS.items()}


def assert_equal(left: dict[str, list[Any]], right: dict[str, list[Any]]) -> None:
    """Name the rows that differ, table by table."""
    for table in left:
        assert [r for r in left[table] if r not in right[table]] == [], f"only incremental, {table}"
        assert [r for r in right[table] if r not in left[table]] == [], f"only full refresh, {table}"
        assert len(left[table]) == len(right[table]), table
