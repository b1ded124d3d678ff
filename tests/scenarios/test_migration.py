"""An entity moves from one ERP to another in the middle of its open orders: none is counted twice, none is lost."""

import re

import pytest

from tests.scenarios import moving_orders
from tests.scenarios.estate import ERP, Estate
from tests.scenarios.moving_orders import NEW_ERP, THIRD_ERP
from tests.scenarios.test_order_of_arrival import assert_equal, facts
from tests.scenarios.warehouse import MATCH, Warehouse, at
from tieout.settings import CHECKOUT

BEFORE, AFTER = at("2026-03-08"), at("2026-03-31")
MARTS = ["xref_document", "fct_purchase_order", "+fct_purchase_order_version", "+correlation_link", "+accrual_log"]
COUNTED = [*MATCH, "xref_document", "fct_purchase_order", "dim_system_of_record"]
ORDERS = (
    "select purchase_order_id, source_system, po_number, correlation_id from canonical.int_purchase_orders"
    " where entity_id = 'H2' order by 1"
)
LINES = "select po_line_id, ordered_qty from canonical.int_purchase_order_lines where entity_id = 'H2'"
VERDICTS = "select invoice_id, verdict from match.match_invoice where invoice_id like 'ap:M-%%'"
OPEN = "select po_line_id, open_receipt_qty from match.match_po_line where entity_id = 'H2' and open_receipt_qty > 0"
ACCRUED = (
    "select po_line_id, qty from (select distinct on (po_line_id) po_line_id, received_qty - invoiced_qty as qty"
    " from mart.accrual_log where entity_id = 'H2' and known_at <= %s order by po_line_id, known_at desc) as l"
    " where qty <> 0"
)
ALLOCATIONS = "select receipt_line_id, sum(qty) from match.match_allocation where invoice_id like 'ap:M-%%' group by 1"


@pytest.fixture
def moved(models: Warehouse) -> Warehouse:
    """What was known before the move, built; then the move and what came after it, built."""
    estate = Estate()
    moving_orders.begin(estate)
    estate.land(models, at("2026-03-07"), updated_at=at("2026-02-20"))
    models.build(BEFORE, select=[*MATCH, *MARTS], data_tests=False)
    assert models.values(VERDICTS) == {"ap:M-1": "matched"}
    moving_orders.move(estate)
    moving_orders.finish(estate)
    estate.land(models, at("2026-03-20"))
    models.build(AFTER, select=[*MATCH, *MARTS], data_tests=False)
    return models


def test_an_order_that_moved_is_one_order_under_either_number(moved: Warehouse) -> None:
    the_order_keeps_the_id_that_it_was_born_with(moved)
    every_invoice_matches_whatever_number_it_names(moved)
    nothing_is_accrued_twice(moved)
    what_the_first_erp_posted_stays_posted(moved)
    copies_under_the_former_number_are_copies(moved)
    a_purchase_order_is_one_row_of_the_cross_reference(moved)


def the_order_keeps_the_id_that_it_was_born_with(moved: Warehouse) -> None:
    """Header and lines are the new system's; lines that stayed behind are still the order's."""
    assert [tuple(row.values()) for row in moved.rows(ORDERS)] == [
        ("erp_main:OLD-1", NEW_ERP, "NEW-1", "erp_main:OLD-1"),
        ("erp_main:OLD-2", NEW_ERP, "NEW-2", "erp_main:OLD-2"),
        ("erp_main:OLD-3", ERP, "OLD-3", "erp_main:OLD-3"),
        ("erp_west:NEW-9", NEW_ERP, "NEW-9", "erp_west:NEW-9"),
    ]
    assert moved.values(LINES) == {
        "erp_main:OLD-1:1": 10, "erp_main:OLD-1:2": 4,
        "erp_main:OLD-2:1": 3, "erp_main:OLD-2:2": 10, "erp_main:OLD-2:3": 5,
        "erp_main:OLD-3:1": 2, "erp_west:NEW-9:1": 1,
    }  # fmt: skip


def every_invoice_matches_whatever_number_it_names(moved: Warehouse) -> None:
    """All but the summary invoice, for which nothing is left of the order that it names."""
    verdicts = moved.values(VERDICTS)
    assert verdicts.pop("ap:M-8") == "exception"
    assert verdicts == {f"ap:M-{n}": "matched" for n in range(1, 8)}
    assert moved.values(ALLOCATIONS) == {
        "supply:m-r1": 6, "supply:m-r4": 4, "supply:m-r5": 4, "supply:m-r2": 3, "supply:m-r3": 6, "supply:m-r6": 4,
        "supply:m-r7": 2,
    }  # fmt: skip


def nothing_is_accrued_twice(moved: Warehouse) -> None:
    """What was accrued before the move is billed after it, on the same lines; nothing was accrued on others."""
    assert moved.values(OPEN) == {}
    assert moved.values(ACCRUED, BEFORE) == {"erp_main:OLD-2:1": 3, "erp_main:OLD-2:2": 6}
    assert moved.values(ACCRUED, AFTER) == {}
    lines = "select distinct po_line_id from mart.accrual_log where entity_id = 'H2' order by 1"
    assert [row["po_line_id"] for row in moved.rows(lines)] == [
        "erp_main:OLD-1:1", "erp_main:OLD-1:2", "erp_main:OLD-2:1", "erp_main:OLD-2:2", "erp_main:OLD-3:1",
    ]  # fmt: skip


def what_the_first_erp_posted_stays_posted(moved: Warehouse) -> None:
    """An invoice or a receipt that was posted before the move is not posted again."""
    posted = "select invoice_id, is_posted, erp_invoice_id from canonical.int_invoices where invoice_id = 'ap:M-1'"
    assert moved.values(posted) == {"ap:M-1": (True, "erp_main:E-M-1")}
    receipt = "select receipt_line_id, erp_receipt_line_id from canonical.int_receipt_lines where qty = 6"
    assert moved.values(receipt)["supply:m-r1"] == "erp_main:E-m-r1"


def copies_under_the_former_number_are_copies(moved: Warehouse) -> None:
    """AP still has the order as OLD-1; its version is the one that was in sync before."""
    copies = "select purchase_order_id, is_present, is_equal from canonical.int_copies where copy_number = 'OLD-1'"
    assert moved.values(copies) == {"erp_main:OLD-1": (True, True)}
    versions = "select count(*) as n from mart.fct_purchase_order_version where purchase_order_id = 'erp_main:OLD-1'"
    assert moved.rows(versions) == [{"n": 1}]


def a_purchase_order_is_one_row_of_the_cross_reference(moved: Warehouse) -> None:
    """Two ids, one row; and no chain was begun anew by the move."""
    references = "select former_id, document_id, purchase_order_id, state from mart.xref_document"
    assert moved.values(references) == {
        "erp_main:OLD-1": ("erp_west:NEW-1", "erp_main:OLD-1", "moved"),
        "erp_main:OLD-2": ("erp_west:NEW-2", "erp_main:OLD-2", "moved"),
    }
    linked = "select correlation_id, count(*) from mart.correlation_link where correlation_id like '%%NEW-1' group by 1"
    assert moved.values(linked) == {}


def test_statements_that_contradict_each_other_count_for_nothing(models: Warehouse) -> None:
    estate = Estate()
    moving_orders.begin(estate)
    moving_orders.move(estate)
    moving_orders.refer(estate, "OLD-3", "NEW-1")
    moving_orders.refer(estate, "UNREAD-4", "NEW-9")
    estate.land(models, at("2026-03-20"))
    models.build(AFTER, select=[*MATCH, "xref_document"], data_tests=False)

    states = "select former_id, document_id, state from mart.xref_document"
    assert models.values(states) == {
        "erp_main:OLD-1": ("erp_west:NEW-1", "moved"),
        "erp_main:OLD-2": ("erp_west:NEW-2", "moved"),
        "erp_main:OLD-3": ("erp_west:NEW-1", "contradicted"),
        "erp_main:UNREAD-4": ("erp_west:NEW-9", "former_unknown"),
    }
    assert [row["purchase_order_id"] for row in models.rows(ORDERS)] == [
        "erp_main:OLD-1", "erp_main:OLD-2", "erp_main:OLD-3", "erp_main:UNREAD-4",
    ]  # fmt: skip


def test_a_statement_that_is_taken_back_and_a_second_move_are_followed(models: Warehouse) -> None:
    estate = Estate()
    moving_orders.begin(estate)
    moving_orders.move(estate)
    moving_orders.finish(estate)
    moving_orders.refer(estate, "OLD-3", "NEW-9")
    estate.land(models, at("2026-03-20"), updated_at=at("2026-03-20"))
    models.build(at("2026-03-20"), select=COUNTED, data_tests=False)
    moving_orders.refer(estate, "OLD-3", "NEW-9", _deleted=True)
    moving_orders.move_again(estate)
    estate.land(models, at("2026-03-21"))
    models.build(AFTER, select=COUNTED, data_tests=False)

    assert [tuple(row.values()) for row in models.rows(ORDERS)] == [
        ("erp_main:OLD-1", THIRD_ERP, "NEW-1", "erp_main:OLD-1"),
        ("erp_main:OLD-2", NEW_ERP, "NEW-2", "erp_main:OLD-2"),
        ("erp_main:OLD-3", ERP, "OLD-3", "erp_main:OLD-3"),
    ]
    assert models.values(LINES)["erp_main:OLD-1:1"] == 12
    assert [row["po_number"] for row in models.rows(uncounted_orders())] == ["NEW-9"]
    incremental = facts(models)
    models.build(AFTER, full_refresh=True, data_tests=False)
    assert_equal(incremental, facts(models))


def uncounted_orders() -> str:
    """The query of the guide for orders that do not count: NEW-9 was entered after the last day of its ERP."""
    guide = (CHECKOUT / "docs/guides/migrate_an_erp.md").read_text()
    queries = re.findall(r"```sql\n(.*?)```", guide, re.DOTALL)
    return queries[1].replace("'H3'", "'H2'")
