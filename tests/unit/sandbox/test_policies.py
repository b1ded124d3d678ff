"""The limits that the scenario plays with are those of config/policies."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from sandbox.scenario.policy import DRUGS_UNDER_PERCENT, FOOTING, GRACE_DAYS, SYNC_HOURS, over_limits

POLICIES = Path(__file__).parents[3] / "config" / "policies"


def _rows(name: str) -> dict[str, dict[str, str]]:
    with (POLICIES / f"{name}.csv").open(newline="") as file:
        reader = csv.DictReader(file)
        return {row[reader.fieldnames[0]]: row for row in reader}  # type: ignore[index]


@pytest.mark.parametrize(
    ("policy", "entity", "category", "day", "service"),
    [
        ("default", "H1", "LAB", date(2026, 3, 1), False),
        ("lake_hospital", "H2", "PHARMA", date(2026, 3, 1), False),
        ("drugs", "H3", "PHARMA", date(2026, 3, 1), False),
        ("medical_supplies_until_mid_march", "H1", "MEDSURG", date(2026, 3, 14), False),
        ("medical_supplies", "H1", "MEDSURG", date(2026, 3, 15), False),
        ("north_implants", "H1", "IMPLANT", date(2026, 3, 1), False),
        ("services", "AMB1", "", date(2026, 3, 1), True),
    ],
)
def test_price_limits_are_those_of_the_policy_row(
    policy: str, entity: str, category: str, day: date, service: bool
) -> None:
    row = _rows("policy")[policy]
    limits = over_limits(entity, category, day, service=service)
    assert (Decimal(row["price_over_pct"]), Decimal(row["price_over_amount"])) == (limits.percent, limits.amount)


def test_grace_footing_and_drugs_under_price_are_those_of_the_policy_rows() -> None:
    rows = _rows("policy")
    assert {row["receipt_grace_days"] for row in rows.values()} == {str(GRACE_DAYS)}
    assert {Decimal(row["total_amount"]) for row in rows.values()} == {FOOTING}
    assert Decimal(rows["drugs"]["price_under_pct"]) == DRUGS_UNDER_PERCENT
    assert {row["price_under_pct"] for name, row in rows.items() if name != "drugs"} == {"unlimited"}


def test_copies_of_purchase_orders_are_due_after_a_day() -> None:
    rows = _rows("sla")
    assert {Decimal(rows[name]["hours"]) for name in ("po_at_ap", "po_at_supply")} == {SYNC_HOURS}


def test_the_last_route_catches_everything() -> None:
    last = list(_rows("routing").values())[-1]
    assert not any(last[scope] for scope in ("code", "entity_id", "item_category"))
    assert last["owner"]
