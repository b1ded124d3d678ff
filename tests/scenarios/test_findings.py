"""Findings on orders, vendors, units, returns, credits and copies: each where it belongs, none beside it."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from launcher.postgres import EmbeddedPostgres
from tests.scenarios.estate import AP, SUPPLY, Estate, line
from tests.scenarios.warehouse import Dbt, Warehouse, at, fresh_warehouse

AS_OF = at("2026-03-31")
LINE = "invoice_line"


class Case:
    """An estate, and what must be found in it: code and subject, with money at risk where it is said."""

    def __init__(self) -> None:
        self.estate = Estate(copies=[AP, SUPPLY])
        self.expected: dict[tuple[str, str], Decimal | None] = {}
        self.number = 100

    def order(self, **fields: Any) -> str:
        """A purchase order of ten at 5.00 whose copies are in order, received in full."""
        self.number += 1
        name = f"PO{self.number}"
        wanted = {"received": 10, "first": line(10, "5.00"), "copies": (AP, SUPPLY), **fields}
        received, first, copies = (wanted.pop(key) for key in ("received", "first", "copies"))
        self.estate.order(name, first, **wanted)
        for system in copies:
            self.copy(system, name, first)
        if received:
            self.estate.receipt(f"{name}-r", name, received, "2026-03-02")
        return name

    def copy(self, system: str, name: str, first: dict[str, Any], **header: Any) -> None:
        """A copy of an order in AP or supply."""
        record = {"status": "sent", "entity_id": "H1", "vendor_number": "S-V1", "currency": "USD", **header}
        self.estate.add(system, "purchase_order", po_number=name, **record)
        self.estate.add(system, "purchase_order_line", po_number=name, line_number=1, **first)

    def finds(self, code: str, subject: str, at_risk: str | None = None) -> None:
        """What must be found."""
        self.expected[code, subject] = None if at_risk is None else Decimal(at_risk)


def orders(case: Case) -> None:
    estate = case.estate
    name = case.order(status="draft")
    estate.invoice("draft", name, 10, "5.00", "2026-03-05")
    case.finds("PO_NOT_APPROVED", "ap:draft:1", "50")

    name = case.order(first=line(10, "5.00", status="closed", closed_at=at("2026-03-04T23:59")), copies=())
    estate.invoice("closed-before", name, 10, "5.00", "2026-03-05")
    case.finds("PO_CLOSED", "ap:closed-before:1", "50")
    case.finds("SYNC_MISSING", f"ap:purchase_order:erp_main:{name}")
    case.finds("SYNC_MISSING", f"supply:purchase_order:erp_main:{name}")

    name = case.order(status="closed", closed_at=at("2026-03-05T00:00"))
    estate.invoice("closed-same-day", name, 10, "5.00", "2026-03-05")

    estate.invoice("no-order", "PO-none", 2, "5.00", "2026-03-05")
    case.finds("PO_NOT_FOUND", "ap:no-order:1", "10")
    estate.invoice("order-to-come", "PO-none", 2, "5.00", "2026-03-30", received_at=at("2026-03-30T00:00:01"))
    name = case.order()
    estate.invoice("no-line", name, 2, "5.00", "2026-03-05", line={"po_line_number": 9})
    case.finds("PO_NOT_FOUND", "ap:no-line:1", "10")
    estate.invoice("no-po", None, 1, "80.00", "2026-03-05")


def vendors_and_items(case: Case) -> None:
    estate = case.estate
    estate.vendor("V3", tax_token="T", in_ap=False)
    estate.add(AP, "vendor", vendor_number="S-tax", name="same tax id", tax_id_token="T")
    estate.vendor("V4", status="blocked", inactive_from="2026-03-05")
    estate.invoice("by-tax-id", case.order(vendor="V3"), 10, "5.00", "2026-03-05", vendor_number="S-tax")
    estate.invoice("day-before", case.order(vendor="V4"), 10, "5.00", "2026-03-04", vendor_number="S-V4")
    estate.invoice("blocked", case.order(vendor="V4"), 10, "5.00", "2026-03-05", vendor_number="S-V4")
    case.finds("VENDOR_INACTIVE", "ap:blocked", "50")
    estate.invoice("mismatch", case.order(), 10, "5.00", "2026-03-05", vendor_number="S-V2")
    case.finds("VENDOR_MISMATCH", "ap:mismatch:1", "50")
    estate.invoice("unknown", case.order(), 10, "5.00", "2026-03-05", vendor_number="S-nobody")
    case.finds("VENDOR_UNKNOWN", "ap:unknown", "50")

    estate.item("I3", units={"BX": 12})
    estate.add(SUPPLY, "item_substitute", item_number="I1", substitute_item_number="I3", valid_to="2026-03-05")
    estate.invoice("substitute", case.order(), 10, "5.00", "2026-03-05", line={"item_number": "I3"})
    case.finds("SUBSTITUTE_ITEM", "ap:substitute:1", "0")
    estate.invoice("no-substitute", case.order(), 10, "5.00", "2026-03-06", line={"item_number": "I3"})
    case.finds("ITEM_MISMATCH", "ap:no-substitute:1", "50")
    estate.invoice("unit", case.order(), 10, "5.00", "2026-03-05", line={"unit": "PAL"})
    case.finds("UOM_UNCONVERTIBLE", "ap:unit:1", "50")
    estate.invoice(
        "box", case.order(received=12, first=line(12, "5.00")), 1, "60.00", "2026-03-05", line={"unit": "BX"}
    )


def papers(case: Case) -> None:
    estate = case.estate
    estate.invoice("no-date", case.order(), 10, "5.00", None)
    case.finds("MISSING_DATA", "ap:no-date", "50")
    estate.invoice("no-number", case.order(), 10, "5.00", "2026-03-05", invoice_number=None, normalised_number=None)
    case.finds("MISSING_DATA", "ap:no-number", "50")
    estate.invoice("no-quantity", case.order(), None, None, "2026-03-05", amount="50.00")
    case.finds("MISSING_DATA", "ap:no-quantity", "50")
    estate.invoice("total", case.order(), 10, "5.00", "2026-03-05", gross_amount="50.01")
    case.finds("TOTAL_MISMATCH", "ap:total", "0.01")
    name = case.order()
    estate.invoice("cancelled", name, 99, "9.00", "2026-03-05", status="cancelled", gross_amount="1.00")


def receipts_and_credits(case: Case) -> None:
    estate = case.estate
    name = case.order(received=9, status="closed", closed_at=at("2026-03-20"))
    case.finds("RECEIPT_SHORT", f"erp_main:{name}:1", "5")
    case.order(received=9)
    case.finds("RECEIPT_OVER", f"erp_main:{case.order(received=11)}:1", "5")
    name = case.order(received=0)
    estate.receipt("rejects", name, 10, "2026-03-02", accepted_qty=8, rejected_qty=2)
    case.finds("RECEIPT_REJECTED", f"erp_main:{name}:1", "10")
    name = case.order()
    estate.receipt("returned", name, 11, "2026-03-03", kind="return")
    case.finds("RETURN_EXCEEDS_RECEIPT", f"erp_main:{name}:1", "5")
    name = case.order()
    estate.invoice("billed", name, 4, "5.00", "2026-03-05")
    estate.invoice("credited", name, 6, "5.00", "2026-03-06", kind="credit")
    case.finds("CREDIT_EXCEEDS_INVOICE", f"erp_main:{name}:1", "10")
    name = case.order()
    estate.invoice("price-credit", name, 0, 0, "2026-03-06", kind="credit", amount="7.00")
    case.finds("CREDIT_EXCEEDS_INVOICE", f"erp_main:{name}:1", "7")


def acceptance(case: Case) -> None:
    estate = case.estate
    four_way = line(10, "5.00", match_type="four_way")
    for name, accepted, qty in (("accepted", 10, 10), ("inspected", 6, 8), ("not-inspected", None, 1), ("more", 6, 11)):
        order = case.order(received=0, first=four_way)
        estate.receipt(f"{name}-r", order, 10, "2026-02-28", accepted_qty=accepted)
        estate.invoice(name, order, qty, "5.00", "2026-03-01")
    case.finds("QTY_ACCEPTED", "ap:inspected:1", "10")
    case.finds("QTY_ACCEPTED", "ap:not-inspected:1", "5")
    case.finds("QTY_RECEIVED", "ap:more:1", "25")
    case.finds("QTY_ORDERED", "ap:more:1", "5")


def paid_by_receipt(case: Case) -> None:
    estate = case.estate
    consigned = line(10, "5.00", match_type="receipt_only")
    order = case.order(first=consigned)
    estate.invoice("unexpected", order, 12, "6.00", "2026-03-05")
    case.finds("UNEXPECTED_INVOICE", "ap:unexpected:1", "72")
    order = case.order(first=consigned)
    estate.invoice("withdrawn", order, 10, "5.00", "2026-03-05")
    estate.invoice("withdrawal", order, 10, "5.00", "2026-03-06", kind="credit")


def copies(case: Case) -> None:
    first = line(10, "5.00")
    name = case.order(copies=[SUPPLY])
    case.copy(AP, name, line(11, "5.00"))
    case.finds("SYNC_DIFFERENT", f"ap:purchase_order:erp_main:{name}")
    name = case.order(copies=[AP])
    case.copy(SUPPLY, name, first, status="draft")
    case.finds("SYNC_DIFFERENT", f"supply:purchase_order:erp_main:{name}")
    name = case.order(copies=[AP], first=line(2, "60.00", unit="BX"), received=24)
    case.copy(SUPPLY, name, line(24, "5.00"))
    case.order(copies=(), approved_at=at("2026-03-30T00:00:01"), received=0)
    name = case.order(copies=(), approved_at=at("2026-03-30"), received=0)
    case.finds("SYNC_MISSING", f"ap:purchase_order:erp_main:{name}", "0")
    case.finds("SYNC_MISSING", f"supply:purchase_order:erp_main:{name}", "0")


@pytest.fixture(scope="module")
def case(postgres: EmbeddedPostgres, models_template: str, dbt: Dbt) -> Iterator[tuple[Case, Warehouse]]:
    """Everything in one warehouse: findings must not touch each other."""
    case = Case()
    case.estate.add("tieout", "sla", sla_id="sync", subject="sync", hours=24)
    for build in (orders, vendors_and_items, papers, receipts_and_credits, acceptance, paid_by_receipt, copies):
        build(case)
    with fresh_warehouse(postgres, models_template, dbt) as warehouse:
        case.estate.land(warehouse, at("2026-03-30T22:00"), updated_at=at("2026-03-29"))
        warehouse.build(AS_OF)
        yield case, warehouse


def test_exactly_what_is_wrong_is_found(case: tuple[Case, Warehouse]) -> None:
    wanted, warehouse = case
    rows = warehouse.rows("select code, subject_id, amount_at_risk from match.match_hold where is_open")
    found = {(row["code"], row["subject_id"]): row["amount_at_risk"] for row in rows}
    assert set(found) == set(wanted.expected)
    assert {key: found[key] for key, amount in wanted.expected.items() if amount is not None} == {
        key: amount for key, amount in wanted.expected.items() if amount is not None
    }


def test_what_is_right_is_matched(case: tuple[Case, Warehouse]) -> None:
    _, warehouse = case
    verdicts = warehouse.values("select replace(invoice_id, 'ap:', ''), verdict from match.match_invoice")
    matched = ("closed-same-day", "by-tax-id", "day-before", "substitute", "box")
    assert {name: verdicts[name] for name in matched} == dict.fromkeys(matched, "matched")
    assert verdicts["no-po"] == "not_applicable"
    assert verdicts["cancelled"] == "not_applicable"
    assert verdicts["order-to-come"] == "awaiting_po"


def test_each_hold_has_an_owner_a_root_cause_and_a_sentence(case: tuple[Case, Warehouse]) -> None:
    _, warehouse = case
    rows = warehouse.rows("select code, owner_role, owner, root_cause, explanation from match.match_hold")
    assert [row for row in rows if not all(row.values())] == []
    assert [row for row in rows if not row["explanation"].endswith(".")] == []


def test_each_line_explains_itself(case: tuple[Case, Warehouse]) -> None:
    _, warehouse = case
    rows = warehouse.rows(
        "select invoice_line_id, verdict from match.match_invoice_line_explained where explanation is null"
    )
    assert rows == []


def test_keys_compare_as_the_database_does(case: tuple[Case, Warehouse]) -> None:
    """A join with a key of another collation is served by no index."""
    _, warehouse = case
    columns = warehouse.rows(
        "select class.relname, attribute.attname from pg_attribute as attribute"
        " inner join pg_class as class on attribute.attrelid = class.oid and class.relkind in ('r', 'v')"
        " inner join pg_collation as rule on attribute.attcollation = rule.oid"
        " where class.relnamespace::regnamespace::text in ('staging', 'canonical', 'match')"
        " and rule.collname <> 'default'"
    )
    assert columns == []
