"""The limits that the scenario plays with are those of config/policies."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from sandbox.scenario.policy import (
    ACCRUAL_DAYS,
    CLERK_LIMIT,
    COOLING_DAYS,
    DELEGATED_UNTIL,
    DRUGS_UNDER_PERCENT,
    FOOTING,
    FREIGHT_OVER,
    GRACE_DAYS,
    HEADER_OVER,
    HEADER_UNDER,
    LEAD_LIMIT,
    POSTING_HOURS,
    STOCK_PERCENT,
    SYNC_HOURS,
    TAX_OFF,
    TIEOUT_PAYS,
    UNCONFIRMED_DAYS,
    over_limits,
)
from sandbox.scenario.verbs.choosing import RULED

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


def test_limits_of_whole_invoices_are_those_of_the_policy_rows() -> None:
    rows = _rows("policy")
    for row in (rows["default"], rows["lake_hospital"]):
        assert (Decimal(row["header_over_pct"]), Decimal(row["header_over_amount"])) == (
            HEADER_OVER.percent,
            HEADER_OVER.amount,
        )
        assert {Decimal(row["tax_over_amount"]), Decimal(row["tax_under_amount"])} == {TAX_OFF}
        assert not row["tax_over_pct"] and not row["tax_under_pct"]
        assert (row["freight_over_pct"], Decimal(row["freight_over_amount"])) == ("", FREIGHT_OVER)
        assert (row["other_over_pct"], Decimal(row["other_over_amount"])) == ("", 0)
        assert (row["freight_under_amount"], row["other_under_amount"]) == ("unlimited", "unlimited")
    lake = rows["lake_hospital"]
    assert (Decimal(lake["header_under_pct"]), Decimal(lake["header_under_amount"])) == (
        HEADER_UNDER.percent,
        HEADER_UNDER.amount,
    )
    assert rows["default"]["header_under_pct"] == "unlimited"


def test_items_that_are_matched_by_our_own_rule_are_those_of_the_rules() -> None:
    rows = [row for row in _rows("match_type_rule").values() if row["item_category"]]
    assert {(row["entity_id"], row["item_category"]) for row in rows} == RULED


def test_copies_of_purchase_orders_and_postings_of_receipts_are_due_after_a_day() -> None:
    rows = _rows("sla")
    assert Decimal(rows["receipt_posting"]["hours"]) == POSTING_HOURS
    assert {Decimal(rows[name]["hours"]) for name in ("po_at_ap", "po_at_supply")} == {SYNC_HOURS}


def test_accruals_age_and_stock_differs_as_the_policies_say() -> None:
    assert Decimal(_rows("sla")["accrual_age"]["hours"]) == 24 * ACCRUAL_DAYS
    limits = {(row["stock_pct"], row["stock_qty"]) for row in _rows("policy").values()}
    assert limits == {(str(STOCK_PERCENT), "")}


def test_the_last_route_catches_everything() -> None:
    last = list(_rows("routing").values())[-1]
    assert not any(last[scope] for scope in ("code", "entity_id", "item_category"))
    assert last["owner"]


def test_approvers_and_their_deputy_may_approve_what_the_matrix_says() -> None:
    limits = {row["approver"]: row["limit_amount"] for row in _rows("approval_matrix").values()}
    assert {name: Decimal(limits[name]) for name in ("ap.clerk", "ap.lead")} == {
        "ap.clerk": CLERK_LIMIT,
        "ap.lead": LEAD_LIMIT,
    }
    assert {limits[name] for name in ("auto-approval", "c.whitfield", "d.moreau")} == {"unlimited"}
    assert not {"ward.clerk", "ap.deputy"} & limits.keys()
    (leave,) = _rows("delegation").values()
    assert (leave["approver"], leave["delegate"]) == ("ap.lead", "ap.deputy")
    assert leave["valid_to"] == f"2026-03-{DELEGATED_UNTIL}"


def test_changes_of_accounts_cool_and_payments_are_confirmed_as_the_payment_policy_says() -> None:
    rows = _rows("payment_policy").values()
    assert {Decimal(row["cooling_days"]) for row in rows} == {COOLING_DAYS}
    assert {Decimal(row["unconfirmed_hours"]) for row in rows} == {24 * UNCONFIRMED_DAYS}


def test_the_erps_of_entities_that_tieout_pays_for_make_no_payments() -> None:
    files = (POLICIES.parent / "entities").glob("*.yml")
    entities = [yaml.safe_load(file.read_text()) for file in files]
    assert {each["entity_id"] for each in entities if each["payment_origin"] == "tieout"} == set(TIEOUT_PAYS)
