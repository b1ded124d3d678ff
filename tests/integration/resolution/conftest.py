"""A warehouse with vendors as if the gate had promoted them; no models are built."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.scenarios.warehouse import Warehouse

NAMES = {
    "V1": "Quillfeather Textiles", "V2": "Bromley Anchor Forge", "V3": "Zenith Dairy", "V4": "Hudson Glassworks",
    "V5": "Orchard Piano Movers",
}  # fmt: skip
DAY = datetime(2026, 3, 1, tzinfo=UTC)


class Master:
    """Vendors of an ERP (the system of record) and of AP, landed a minute apart."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse = warehouse
        self.dsn = warehouse.dsn
        self.now = DAY
        roles = [("erp_main", "record"), ("ap", "copy")]
        rows = [{"entity_id": "H1", "object": "vendor", "source_system": name, "role": role} for name, role in roles]
        self.land("system_of_record", [row | {"valid_from": "2000-01-01"} for row in rows], "tieout")

    def land(self, name: str, rows: list[dict], system: str = "erp_main") -> datetime:
        """Land rows and return when they became known."""
        self.now += timedelta(minutes=1)
        self.warehouse.land(name, rows, system=system, known_at=self.now)
        return self.now

    def vendors(self, *numbers: str, system: str = "erp_main", **fields: str) -> datetime:
        """Land vendors with the same fields, of names that have nothing in common unless one is given."""
        rows = [{"vendor_number": number, "name": NAMES.get(number, "Somebody"), **fields} for number in numbers]
        return self.land("vendor", rows, system)

    def rows(self, query: str, *parameters: object) -> list[dict]:
        """Rows of a query."""
        return self.warehouse.rows(query, *parameters)


@pytest.fixture
def master(warehouse: str) -> Iterator[Master]:
    """An empty master."""
    opened = Warehouse(warehouse, dbt=no_models)  # type: ignore[arg-type]
    yield Master(opened)
    opened.close()


def no_models(*arguments: str) -> None:
    """Stands for dbt, which these tests do not need."""
    raise AssertionError(f"dbt {' '.join(arguments)} is not for these tests")
