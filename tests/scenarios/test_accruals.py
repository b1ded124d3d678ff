"""Accruals roll forward: what a period opened with, what moved, and what it closed with."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from launcher.postgres import EmbeddedPostgres
from tests.scenarios.estate import SUPPLY, TIEOUT, Estate, line
from tests.scenarios.warehouse import Dbt, Warehouse, at, fresh_warehouse

# no other data tests: they read marts that are not built here
ACCRUALS = ["+accrual_roll_forward", "assert_accruals_roll_forward", "--indirect-selection", "empty"]
AMOUNTS = "opening_amount, received_amount, returned_amount, invoiced_amount, repriced_amount, closing_amount"

Rows = dict[tuple[str, str], tuple[Decimal, ...]]


@pytest.fixture(scope="module")
def rolled(postgres: EmbeddedPostgres, models_template: str, dbt: Dbt) -> Iterator[Rows]:
    """A hospital's accruals after seven transformations, by kind of period and period."""
    with fresh_warehouse(postgres, models_template, dbt) as warehouse:
        _live(warehouse)
        yield {
            (row.pop("period_kind"), str(row.pop("period"))): tuple(row.values())
            for row in warehouse.rows(f"select period_kind, period, {AMOUNTS} from mart.accrual_roll_forward")
        }


def _live(warehouse: Warehouse) -> None:
    """Noon in New York of each day; the data test proves each closing against the figure of the day."""
    estate = Estate()
    estate.order("PO1", line(10, "5.00"), line(10, "3.333333", match_type="two_way"))
    estate.order("PO2", line(3, "7.00"))
    estate.receipt("r1", "PO1", 6, "2026-03-30")
    estate.receipt("r2", "PO1", 5, "2026-03-30", po_line_number=2)
    _build(warehouse, estate, "2026-03-30T16:00")

    # six more received on two orders, one sent back, four invoiced, and two invoiced before they came
    estate.receipt("r3", "PO1", 4, "2026-03-31")
    estate.receipt("t1", "PO1", 1, "2026-03-31", kind="return")
    estate.receipt("r4", "PO2", 2, "2026-03-31")
    estate.invoice("I1", "PO1", 4, "5.00", "2026-03-31")
    _build(warehouse, estate, "2026-03-31T15:00")
    estate.invoice("I2", "PO2", 3, "7.00", "2026-03-31")
    _build(warehouse, estate, "2026-03-31T16:00")

    # nothing moves
    _build(warehouse, estate, "2026-04-01T16:00")

    # the third unit comes, a price is corrected, an invoice of an earlier month is corrected down
    estate.receipt("r5", "PO2", 1, "2026-04-02")
    estate.order("PO1", line(10, "5.50"), line(10, "3.333333", match_type="two_way"))
    estate.invoice("I1", "PO1", 3, "5.00", "2026-03-31")
    _build(warehouse, estate, "2026-04-02T16:00")

    # the order goes; and later the hospital keeps no accruals
    estate.add(SUPPLY, "receipt_line", receipt_ref="r4", entity_id="H1", kind="receipt", qty=0, _deleted=True)
    _build(warehouse, estate, "2026-04-03T16:00")
    entity: dict[str, Any] = {"entity_id": "H1", "name": "Hospital H1", "entity_type": "hospital", "currency": "USD"}
    estate.add(TIEOUT, "entity", **entity, time_zone="America/New_York", fiscal_calendar="calendar_year",
               accruals=False, payment_origin="erp")  # fmt: skip
    _build(warehouse, estate, "2026-04-04T16:00")


def _build(warehouse: Warehouse, estate: Estate, moment: str) -> None:
    estate.land(warehouse, at(moment))
    warehouse.build(at(moment), select=ACCRUALS)


def amounts(*texts: str) -> tuple[Decimal, ...]:
    """Opening, received, returned, invoiced, repriced, closing."""
    return tuple(map(Decimal, texts))


def test_the_first_day_opens_with_nothing_and_leaves_out_what_is_matched_two_way(rolled: Rows) -> None:
    assert rolled["day", "2026-03-30"] == amounts("0", "30", "0", "0", "0", "30")


def test_a_day_sums_what_its_transformations_concluded(rolled: Rows) -> None:
    assert rolled["day", "2026-03-31"] == amounts("30", "34", "-5", "-34", "0", "25")


def test_a_day_on_which_nothing_moves_closes_as_it_opens(rolled: Rows) -> None:
    assert rolled["day", "2026-04-01"] == amounts("25", "0", "0", "0", "0", "25")


def test_an_invoice_that_came_first_counts_from_the_receipt_on_and_a_price_moves_what_is_accrued(rolled: Rows) -> None:
    assert rolled["day", "2026-04-02"] == amounts("25", "7", "0", "-2", "3", "33")


def test_a_receipt_that_was_a_mistake_takes_its_movement_back(rolled: Rows) -> None:
    assert rolled["day", "2026-04-03"] == amounts("33", "-14", "0", "14", "0", "33")


def test_an_entity_that_keeps_no_accruals_any_more_closes_with_nothing(rolled: Rows) -> None:
    assert rolled["day", "2026-04-04"] == amounts("33", "0", "0", "0", "-33", "0")


def test_a_month_opens_with_the_month_before_and_sums_its_days(rolled: Rows) -> None:
    assert rolled["month", "2026-03-31"] == amounts("0", "64", "-5", "-34", "0", "25")
    assert rolled["month", "2026-04-30"] == amounts("25", "-7", "0", "12", "-30", "0")
