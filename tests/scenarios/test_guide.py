"""The guide to matching shows rows of the warehouse: the same days are lived again, and its tables compared."""

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.scenarios.estate import Estate, line
from tests.scenarios.warehouse import Warehouse, at

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guides" / "matching.md"
MARTS = (
    "fct_receipt_line", "fct_match_allocation", "fct_match_invoice_line", "exc_hold", "fct_purchase_order_line",
    "fct_verdict_change",
)  # fmt: skip
# a moment, or a query with the table that may follow it
PART = re.compile(r"<!-- as of (?P<day>\S+) -->|```sql\n(?P<query>.*?)```\n(?P<table>(\n?\|[^\n]*\n)*)", re.DOTALL)


def _sixth(estate: Estate) -> None:
    estate.order("PO-4711", line(10, "24.00", unit="BX"))
    estate.receipt("R1", "PO-4711", 48, "2026-03-02T15:00")
    estate.receipt("R2", "PO-4711", 36, "2026-03-04T15:00")
    estate.invoice("INV-88", "PO-4711", 10, "24.00", "2026-03-05", line={"unit": "BX"})


def _tenth(estate: Estate) -> None:
    estate.receipt("R3", "PO-4711", 36, "2026-03-09T15:00")


def _thirteenth(estate: Estate) -> None:
    estate.receipt("T1", "PO-4711", 12, "2026-03-12T15:00", kind="return")


def _sixteenth(estate: Estate) -> None:
    credited = {"unit": "BX", "credited_invoice_ref": "INV-88", "credited_line_number": 1}
    estate.invoice("CM-12", "PO-4711", 1, "24.00", "2026-03-14", kind="credit", line=credited)


DAYS: dict[str, Callable[[Estate], None]] = {
    "2026-03-06": _sixth,
    "2026-03-10": _tenth,
    "2026-03-13": _thirteenth,
    "2026-03-16": _sixteenth,
}


def told(warehouse: Warehouse, text: str) -> str:
    """The guide with the tables that its queries give, each at the moment that it names."""
    estate = Estate()

    def part(found: re.Match[str]) -> str:
        if day := found["day"]:
            DAYS[day](estate)
            estate.land(warehouse, at(day))
            warehouse.build(at(day), select=[*(f"+{mart}" for mart in MARTS), "--indirect-selection", "empty"])
            return found[0]
        return f"```sql\n{found['query']}```\n\n{_table(warehouse.rows(found['query']))}"

    return PART.sub(part, text)


def _table(rows: list[dict[str, Any]]) -> str:
    lines = [list(rows[0]), ["---"] * len(rows[0]), *([_text(value) for value in row.values()] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return "" if value is None else str(value)


def test_the_guide_to_matching_shows_what_the_warehouse_holds(models: Warehouse) -> None:
    assert GUIDE.read_text() == told(models, GUIDE.read_text())
