"""Contract compliance, leakage and perfect orders (docs/reference/kpis.md), each figure computed by hand."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from launcher.postgres import EmbeddedPostgres
from tests.scenarios import contracts
from tests.scenarios.warehouse import Dbt, fresh_warehouse

KPIS = ["+kpi_contract_compliance", "+kpi_contract_leakage", "+kpi_perfect_order_rate", "--exclude", "path:tests/marts"]
MARCH_5, MARCH_20, MARCH_30 = date(2026, 3, 5), date(2026, 3, 20), date(2026, 3, 30)
FIGURES = """
    select kpi, period, currency, dimension, dimension_value, numerator, denominator, value, revision, superseded_at
    from mart.kpi_value
    where kpi in ('contract_compliance', 'contract_leakage', 'perfect_order_rate')
"""
STATUSES = "select replace(invoice_id, 'ap:', ''), contract_status from mart.fct_contract_spend"

Figures = list[dict[str, Any]]


@pytest.fixture(scope="module")
def built(
    postgres: EmbeddedPostgres, models_template: str, dbt: Dbt
) -> Iterator[tuple[Figures, dict[str, str], Figures]]:
    """The figures of the first day with the status of each invoice, and those after the second."""
    with fresh_warehouse(postgres, models_template, dbt) as warehouse:
        contracts.first_day(warehouse)
        warehouse.build(contracts.FIRST, select=KPIS)
        first, statuses = warehouse.rows(FIGURES), warehouse.values(STATUSES)
        contracts.second_day(warehouse)
        warehouse.build(contracts.SECOND, select=KPIS)
        yield first, statuses, warehouse.rows(FIGURES)


def figure(figures: Figures, kpi: str, period: date, cut: str = "all", currency: str | None = None) -> tuple[Any, ...]:
    """Numerator, denominator and revision of the figure that stands."""
    found = [
        row for row in figures
        if (row["kpi"], row["period"], row["dimension_value"], row["currency"]) == (kpi, period, cut, currency)
        and row["superseded_at"] is None
    ]  # fmt: skip
    assert len(found) == 1, found
    return found[0]["numerator"], found[0]["denominator"], found[0]["revision"]


def test_spend_is_on_contract_above_it_off_it_or_cannot_be_compared(built: Any) -> None:
    assert built[1] == {
        "dearer than the contract": "above_contract",
        "on contract": "on_contract",
        "under contract": "on_contract",
        "distributor under GPO-1": "on_contract",
        "the other contract": "on_contract",
        "euros under a euro contract": "on_contract",
        "substitute": "on_contract",
        "Copied": "on_contract",
        "above": "above_contract",
        "partly returned": "above_contract",
        "billed in euros": "above_contract",
        "euros above it": "above_contract",
        "boxes": "above_contract",
        "off contract and cheaper": "off_contract",
        "off contract": "off_contract",
        "ordered in euros": "not_comparable",
        "lot": "not_comparable",
    }


def test_contract_compliance_is_spend_at_or_under_contract_of_what_contracts_price(built: Any) -> None:
    compliant = 50 + 49 + 50 + 32 + 60 + 5  # on, under, distributor, scalpels, substitute, one of the copies
    above = 52 + Decimal("31.20") + 55 + 132  # above, six left of ten, euros, boxes
    off = 40 + 7  # cheaper elsewhere; three without order, two sent back
    assert figure(built[0], "contract_compliance", MARCH_5, currency="USD") == (compliant, compliant + above + off, 1)


def test_contract_leakage_is_off_contract_spend_and_what_was_paid_over_contract(built: Any) -> None:
    over = 2 + Decimal("1.20") + 5 + 12  # 0.20 × 10, 0.20 × 6, 0.50 × 10, 0.50 × 24
    assert figure(built[0], "contract_leakage", MARCH_5, "above_contract", "USD")[0] == over
    assert figure(built[0], "contract_leakage", MARCH_5, "off_contract", "USD")[0] == 47
    assert figure(built[0], "contract_leakage", MARCH_5, currency="USD")[0] == over + 47


def test_contract_figures_are_kept_apart_by_currency(built: Any) -> None:
    assert figure(built[0], "contract_compliance", MARCH_5, currency="EUR")[:2] == (30, 63)
    assert figure(built[0], "contract_leakage", MARCH_5, currency="EUR")[0] == 3


def test_contract_figures_sum_over_vendors(built: Any) -> None:
    assert figure(built[0], "contract_compliance", MARCH_5, "erp_main:V2", "USD")[:2] == (50 + 32, 50 + 32 + 47)
    assert figure(built[0], "contract_leakage", MARCH_5, "erp_main:V2", "USD")[0] == 47


def test_a_credit_and_a_late_price_list_restate_the_day_of_the_invoice(built: Any) -> None:
    compliant = 246 + 50 + 40  # the credited one is at its contract's price now, and V2 has a contract of its own
    assert figure(built[2], "contract_compliance", MARCH_5, currency="USD") == (
        compliant, compliant + Decimal("31.20") + 55 + 132 + 7, 2
    )  # fmt: skip
    assert figure(built[2], "contract_leakage", MARCH_5, currency="USD")[0] == Decimal("1.20") + 5 + 12 + 3
    assert figure(built[2], "contract_leakage", MARCH_5, "off_contract", "USD")[0] == 0


def test_an_order_line_is_perfect_without_exception_of_price_quantity_unit_or_item(built: Any) -> None:
    assert figure(built[0], "perfect_order_rate", MARCH_20)[:2] == (1, 5)
    for kind in ("price", "quantity", "unit", "item"):
        assert figure(built[0], "perfect_order_rate", MARCH_20, kind)[:2] == (4, 5), kind


def test_a_line_whose_closing_has_no_time_counts_when_it_became_known(built: Any) -> None:
    assert figure(built[0], "perfect_order_rate", MARCH_30)[:2] == (1, 1)


def test_an_exception_after_the_close_restates_the_perfect_order_rate(built: Any) -> None:
    assert figure(built[2], "perfect_order_rate", MARCH_20) == (0, 5, 2)
    assert figure(built[2], "perfect_order_rate", MARCH_20, "quantity") == (3, 5, 2)
