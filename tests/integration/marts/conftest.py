"""A small hospital's transactions, and pictures of its marts after each build of two days."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from launcher.postgres import EmbeddedPostgres
from tests.integration.marts import hospital
from tests.scenarios.warehouse import Dbt, Warehouse

DATABASE = "marts"
MARTS = ["+path:models/marts", "+path:models/feedback"]
PICTURED = (
    "mart.kpi_value",
    "mart.kpi_exception_aging",
    "mart.kpi_receipt_posting_latency",
    "mart.exc_hold",
    "mart.worklist",
    "mart.correlation_link",
    "mart.dim_vendor",
    "mart.dim_entity",
    "mart.fct_invoice",
    "mart.fct_receipt_line",
    "mart.fct_purchase_order_version",
    "mart.fct_payment_invoice",
    "mart.transaction_state",
    "fb.fb_desired_state",
    "fb.fb_observed_state",
)


@dataclass(frozen=True)
class Picture:
    """The marts as they stood after a build."""

    tables: dict[str, list[dict[str, Any]]]

    def rows(self, table: str, **values: Any) -> list[dict[str, Any]]:
        """Rows of a table in which each named column has the value."""
        return [row for row in self.tables[table] if all(row[name] == value for name, value in values.items())]

    def row(self, table: str, **values: Any) -> dict[str, Any]:
        """The only such row."""
        found = self.rows(table, **values)
        assert len(found) == 1, f"{len(found)} rows of {table} have {values}: {found}"
        return found[0]

    def figure(self, kpi: str, **values: Any) -> dict[str, Any]:
        """The figure that stands."""
        return self.row("mart.kpi_value", kpi=kpi, superseded_at=None, **values)


@dataclass(frozen=True)
class History:
    """Pictures after the first day, after the second, and after the second was built again."""

    first: Picture
    second: Picture
    repeated: Picture


@pytest.fixture(scope="session")
def history(postgres: EmbeddedPostgres, warehouse_template: str) -> Iterator[History]:
    """Two days in the life of a hospital's marts."""
    postgres.drop_database(DATABASE)
    dsn = postgres.create_database(DATABASE, template=warehouse_template)
    dbt = Dbt(dsn)
    warehouse = Warehouse(dsn, dbt)
    try:
        hospital.first_day(warehouse)
        first = _built(warehouse, hospital.FIRST, full_refresh=True)
        hospital.second_day(warehouse)
        second = _built(warehouse, hospital.SECOND)
        yield History(first, second, _built(warehouse, hospital.SECOND))
    finally:
        warehouse.close()
        dbt.close()
        postgres.drop_database(DATABASE)


def _built(warehouse: Warehouse, as_of: datetime, *, full_refresh: bool = False) -> Picture:
    warehouse.build(as_of, full_refresh=full_refresh, select=MARTS)
    return Picture({table: warehouse.rows(f"select * from {table}") for table in PICTURED})
