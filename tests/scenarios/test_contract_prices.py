"""Prices over the contract's: which one holds for an order, what leaks, and what a new price list changes."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from launcher.postgres import EmbeddedPostgres
from tests.scenarios.estate import ERP, SUPPLY, TIEOUT, Estate, line
from tests.scenarios.test_order_of_arrival import assert_equal, facts
from tests.scenarios.warehouse import MATCH, Dbt, Warehouse, at, fresh_warehouse

CONTRACTS = "contracts"
AS_OF = at("2026-03-31")
FINDINGS = """
    select replace(invoice_id, 'ap:', ''), concat_ws(' ', expected, actual, trim_scale(amount_at_risk))
    from match.match_finding
    where code = 'CONTRACT_PRICE'
"""


class Prices:
    """Orders under contract, and the findings expected: invoice to 'contract price, price, leakage'."""

    def __init__(self) -> None:
        self.estate = Estate()
        self.expected: dict[str, str] = {}
        for system, role in ((CONTRACTS, "record"), (ERP, "copy")):
            self.estate.add(TIEOUT, "system_of_record", entity_id="H1", object="contract_price", source_system=system,
                            role=role, valid_from="2000-01-01")  # fmt: skip
        self.number = 0

    def item(self, **prices: dict[str, Any]) -> str:
        """An item of its own, by 12 in a box, with contract prices: contract (underscores for dashes) to fields."""
        self.number += 1
        name = f"C{self.number}"
        self.estate.item(name, units={"BX": 12})
        for contract, fields in prices.items():
            self.price(contract, name, **fields)
        return name

    def price(self, contract: str, item: str, price: Any, *, system: str = CONTRACTS, **fields: Any) -> None:
        """A row of a price list."""
        row = {"unit": "EA", "valid_from": "2026-01-01", "valid_to": "2026-12-31", "vendor_number": "V1",
               "currency": "USD"}  # fmt: skip
        self.estate.add(system, "contract_price", **{**row, "contract_number": contract.replace("_", "-"),
                                                     "item_number": item, "price": price, **fields})  # fmt: skip

    def bought(
        self, name: str, item: str, po_price: str, price: str, finding: str = "", *, qty: int = 10, **fields: Any
    ) -> None:
        """An order of ten that was received and invoiced; `finding` is what is said of the invoice."""
        header = {key: fields.pop(key) for key in ("ordered_at", "contract_number", "vendor") if key in fields}
        billed, on_line = fields.pop("billed", {}), fields.pop("on_line", None)
        self.estate.order(name, line(10, po_price, item_number=item, contract_number=on_line, **fields), **header)
        vendor = "S-" + header.get("vendor", "V1")
        self.estate.receipt(f"{name}-r", name, 120, "2026-03-02", item_number=item)
        self.estate.invoice(name, name, qty, price, "2026-03-05", line={"item_number": item, **billed},
                            vendor_number=vendor)  # fmt: skip
        if finding:
            self.expected[name] = finding


def prices() -> Prices:
    """What is over and what is not."""
    case = Prices()
    item = case.item(GPO_1={"price": "5.00"})
    case.bought("at the contract's price", item, "5.00", "5.00")
    case.bought("under it", item, "4.90", "4.90")
    case.bought("both over", item, "5.10", "5.10", "5 5.1 1")
    case.bought("invoice over, in tolerance of the order", item, "5.00", "5.05", "5 5.05 0.5")
    case.bought("order over, invoice not", item, "5.20", "5.00", "5 5.2 2")
    case.bought("comes to nothing", item, "5.0004", "5.00")
    case.bought("ordered before it", item, "9.00", "9.00", ordered_at=at("2025-12-31T23:59"))
    case.bought("ordered on its first day", item, "9.00", "9.00", "5 9 40", ordered_at=at("2026-01-01T00:00"))
    case.bought("of another vendor", item, "9.00", "9.00", vendor="V2")
    case.bought("of another vendor, naming it", item, "9.00", "9.00", "5 9 40", vendor="V2", contract_number="GPO-1")
    case.bought("in boxes", item, "61.20", "5.10", "5 5.1 12", unit="BX", qty=120)
    case.bought("service by amount", item, "1", "1", basis="amount", match_type="two_way")

    item = case.item(GPO_2={"price": "48.00", "unit": "BX"})
    case.bought("priced by the box", item, "4.05", "4.05", "4 4.05 0.5")
    item = case.item(GPO_3={"price": "5.00"})
    case.price("GPO_3", item, "48.00", unit="BX")
    case.bought("each, dearer than the box", item, "5.00", "5.00")
    case.bought("box, cheaper by the each", item, "60.00", "5.00", "4 5 120", unit="BX", qty=120)

    item = case.item(GPO_4={"price": "6.00"}, GPO_5={"price": "5.00"}, OWN_1={"price": "5.50", "entity_id": "H1"})
    case.bought("names the dearer contract", item, "6.00", "6.00", contract_number="GPO-4")
    case.bought("names none: its own hospital's", item, "6.00", "6.00", "5.5 6 5")
    case.bought("names one that does not price it", item, "5.50", "5.50", contract_number="GPO-3")
    item = case.item(GPO_6={"price": "6.00"}, GPO_7={"price": "5.00"}, OTHER={"price": "1.00", "entity_id": "H2"})
    case.bought("names none: the lower", item, "6.00", "6.00", "5 6 10")
    case.bought("line and order name one each", item, "6.00", "6.00", contract_number="GPO-7", on_line="GPO-6")

    item = case.item(GPO_8={"price": "5.00"})
    case.price("GPO_8", item, "5.50", valid_from="2026-02-01")
    case.bought("the newer list", item, "5.50", "5.50")
    case.price("GPO_9", item, "1.00", system=ERP)
    item = case.item(GPO_EUR={"price": "5.00", "currency": "EUR"}, GPO_X={"price": "1", "unit": "PF"})
    case.bought("other currency, other unit", item, "9.00", "9.00")

    item = case.item(GPO_10={"price": "5.00"})
    other = case.item(GPO_11={"price": "1.00"})
    case.estate.add(SUPPLY, "item_substitute", item_number=item, substitute_item_number=other, valid_from="2026-01-01")
    case.bought("substitute", item, "9.00", "9.00", billed={"item_number": other})
    return case


@pytest.fixture(scope="module")
def case() -> Prices:
    """What is landed, and what is expected of it."""
    return prices()


@pytest.fixture(scope="module")
def built(postgres: EmbeddedPostgres, models_template: str, dbt: Dbt, case: Prices) -> Iterator[Warehouse]:
    """The warehouse with all of it."""
    with fresh_warehouse(postgres, models_template, dbt) as warehouse:
        case.estate.land(warehouse, at("2026-03-30T22:00"))
        marts = ["+fct_purchase_order_line", "fct_match_invoice_line", "dim_contract_price"]
        warehouse.build(AS_OF, select=[*MATCH, *marts, "--exclude", "path:tests/marts"])
        yield warehouse


def test_prices_over_the_contract_are_found_with_their_leakage_and_no_others(built: Warehouse, case: Prices) -> None:
    assert built.values(FINDINGS) == case.expected


def test_a_price_over_the_contract_stops_nothing(built: Warehouse) -> None:
    verdicts = built.values("select invoice_id, verdict from match.match_invoice where invoice_id = 'ap:both over'")
    assert verdicts == {"ap:both over": "matched"}


def test_the_root_cause_says_who_did_not_keep_to_the_contract(built: Warehouse) -> None:
    causes = built.values("select invoice_id, root_cause from match.match_finding where code = 'CONTRACT_PRICE'")
    assert causes["ap:both over"] == "contract not loaded"
    assert causes["ap:invoice over, in tolerance of the order"] == "supplier error"


def test_the_mart_has_the_leakage_of_what_is_paid(built: Warehouse) -> None:
    leakage = built.values(
        "select replace(invoice_id, 'ap:', ''), contract_leakage_amount from mart.fct_match_invoice_line"
    )
    assert leakage["both over"] == 1
    assert leakage["order over, invoice not"] == 0
    assert leakage["under it"] == 0
    assert leakage["ordered before it"] is None


def test_an_order_over_its_contract_shows_before_it_is_invoiced(models: Warehouse) -> None:
    case = Prices()
    item = case.item(GPO_1={"price": "5.00"})
    case.bought("partly", item, "5.10", "5.10", qty=4)
    case.estate.land(models, at("2026-03-30"))
    models.build(AS_OF, select=[*MATCH, "+fct_purchase_order_line", "--exclude", "path:tests/marts"])
    exposure = models.values("select purchase_order_id, contract_exposure_amount from mart.fct_purchase_order_line")
    assert exposure == {"erp_main:partly": Decimal("0.60")}


def test_price_lists_masters_and_orders_may_come_in_any_order(models: Warehouse) -> None:
    case = prices()
    rows = case.estate.rows
    masters = ("vendor", "item", "item_unit", "item_substitute")
    lists = [row for row in rows if row[1] == "contract_price"]
    last = [row for row in rows if row[1] in masters]
    first = [row for row in rows if row not in lists and row not in last]
    for day, part in enumerate((first, lists[: len(lists) // 2], last, lists[len(lists) // 2 :]), start=20):
        Estate().land(models, at(f"2026-03-{day}"), part)
        models.build(at(f"2026-03-{day}"))
    assert models.values(FINDINGS) == case.expected

    # a price that changes, one that ends before the orders, and one that is withdrawn
    name = {row[2]["contract_number"]: row[2] for row in lists}
    for contract, change in (
        ("GPO-2", {"price": "50.00"}),
        ("GPO-7", {"valid_to": "2026-01-31"}),
        ("OWN-1", {"_deleted": True}),
    ):
        case.estate.rows = [(CONTRACTS, "contract_price", {**name[contract], **change})]
        case.estate.land(models, at("2026-03-30"), updated_at=at("2026-03-29"))
    models.build(AS_OF)
    assert models.values(FINDINGS) == {
        key: text
        for key, text in case.expected.items()
        if key not in ("priced by the box", "names none: the lower", "names none: its own hospital's")
    } | {"names none: its own hospital's": "5 6 10", "names one that does not price it": "5 5.5 5"}

    incremental = facts(models)
    models.build(AS_OF, full_refresh=True)
    assert_equal(incremental, facts(models))
