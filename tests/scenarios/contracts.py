"""A month's purchases of one hospital, under contract and not: gloves G are V1's at 5.00 (GPO-1), scalpels S V2's."""

from typing import Any

from tests.scenarios.estate import ERP, SUPPLY, Estate, line
from tests.scenarios.warehouse import Warehouse, at

CONTRACTS = "contracts"
FIRST, SECOND = at("2026-03-31"), at("2026-04-03")
INVOICED = "2026-03-05"
CLOSED = {"status": "closed", "closed_at": at("2026-03-21T02:00")}  # the evening before in New York


def first_day(warehouse: Warehouse) -> None:
    """Land everything that is known on the first day."""
    estate = Estate()
    estate._role("H1", "contract_price", CONTRACTS, "record")
    estate.add(ERP, "fx_rate", from_currency="EUR", to_currency="USD", rate_date="2026-03-04", rate="1.10")
    for item in ("G", "G2", "S", "E", "N"):
        estate.item(item, units={"BX": 12})
    estate.add(SUPPLY, "item_substitute", item_number="G", substitute_item_number="G2", valid_from="2026-01-01")
    _price(estate, "GPO-1", "G", "5.00", "V1")
    _price(estate, "GPO-1", "G2", "6.00", "V1")
    _price(estate, "GPO-2", "S", "8.00", "V2")
    _price(estate, "GPO-3", "E", "3.00", "V1", currency="EUR")
    _on_orders(estate)
    _without_orders(estate)
    _closed_orders(estate)
    estate.land(warehouse, at("2026-03-30T22:00"))


def second_day(warehouse: Warehouse) -> None:
    """Land what changed: a price is credited, a price list comes late, and a closed order is billed again."""
    estate = Estate()
    estate.rows = []
    _credit(estate, "lowered", "above", 0, "2.00")
    _price(estate, "GPO-9", "G", "4.00", "V2")
    _bill(estate, "once more", "perfect", 1, "1.00", item="N", on="2026-03-25")
    estate.land(warehouse, at("2026-04-02T22:00"))


def _on_orders(estate: Estate) -> None:
    _bought(estate, "on contract", "G", "5.00")
    _bought(estate, "under contract", "G", "4.90")
    _bought(estate, "above", "G", "5.20")
    _bought(estate, "off contract and cheaper", "G", "4.00", vendor="V2")
    _bought(estate, "distributor under GPO-1", "G", "5.00", vendor="V2", contract_number="GPO-1")
    _bought(estate, "the other contract", "S", "8.00", qty=4, vendor="V2")
    _bought(estate, "no contract", "N", "10.00")
    _bought(estate, "before the contract", "G", "9.00", ordered_at=at("2025-12-30"))
    _bought(estate, "partly returned", "G", "5.20")
    _credit(estate, "returned", "partly returned", 4, "20.80")
    # 5.00 EUR are 5.50 USD, which the order's contract is compared with.
    _bought(estate, "billed in euros", "G", "5.50", billed_at="5.00", invoice={"currency": "EUR"})
    _bought(estate, "ordered in euros", "G", "5.00", currency="EUR", invoice={"currency": "EUR"})
    for name, price in (("euros under a euro contract", "3.00"), ("euros above it", "3.30")):
        _bought(estate, name, "E", price, currency="EUR", invoice={"currency": "EUR"})
    _bought(estate, "lot", "G", "1", basis="amount", match_type="two_way")
    _bought(estate, "substitute", "G", "5.00", billed_at="6.00", billed_item="G2")
    _bought(estate, "cancelled", "G", "9.00", invoice={"status": "cancelled"})
    _bought(estate, "billed by another vendor", "G", "9.00", invoice={"vendor_number": "S-V2"})


def _without_orders(estate: Estate) -> None:
    # 66.00 a box of twelve is 5.50 each.
    _bill(estate, "boxes", None, 2, "66.00", item="G", unit="BX")
    _bill(estate, "off contract", None, 3, "7.00", item="G", vendor="V2")
    _bill(estate, "off contract, returned", None, 2, "14.00", item="G", vendor="V2", kind="credit",
          credited_invoice_ref="off contract", credited_line_number=1)  # fmt: skip
    for name in ("copied", "Copied"):
        _bill(estate, name, None, 1, "5.00", item="G", invoice={"normalised_number": "COPIED"})


def _closed_orders(estate: Estate) -> None:
    closed: dict[str, Any] = {"on": "2026-03-20", "on_line": CLOSED}
    _bought(estate, "perfect", "N", "1.00", **closed)
    _bought(estate, "dearer than the contract", "G", "5.10", **closed)
    _bought(estate, "short", "N", "1.00", received=8, qty=8, **closed)
    _bought(estate, "in an unknown unit", "N", "1.00", unit="PF", **closed)
    _bought(estate, "another item", "N", "1.00", billed_item="S", **closed)
    estate.order("called off", line(10, "1.00", item_number="N", status="cancelled", closed_at=CLOSED["closed_at"]))
    _bought(estate, "closed some day", "N", "1.00", on_line={"status": "closed"})


def _price(estate: Estate, contract: str, item: str, price: str, vendor: str, **fields: Any) -> None:
    row = {"unit": "EA", "valid_from": "2026-01-01", "valid_to": "2026-12-31", "currency": "USD"}
    estate.add(CONTRACTS, "contract_price", **{**row, "contract_number": contract, "item_number": item,
                                               "vendor_number": vendor, "price": price, **fields})  # fmt: skip


def _bought(
    estate: Estate, name: str, item: str, price: str, *, qty: int = 10, received: int = 10, vendor: str = "V1",
    billed_at: str = "", billed_item: str = "", unit: str = "EA", on: str = INVOICED,
    on_line: dict[str, Any] | None = None, invoice: dict[str, Any] | None = None, **fields: Any,
) -> None:  # fmt: skip
    """An order of ten, received and invoiced."""
    ordered = {key: fields.pop(key) for key in ("basis", "match_type") if key in fields} | (on_line or {})
    estate.order(name, line(10, price, item_number=item, **ordered), vendor=vendor, **fields)
    estate.receipt(f"{name}-r", name, received, "2026-03-02", item_number=item)
    _bill(estate, name, name, qty, billed_at or price, item=billed_item or item, vendor=vendor, unit=unit, on=on,
          invoice=invoice)  # fmt: skip


def _bill(
    estate: Estate, name: str, order: str | None, qty: int, price: str, *, item: str, vendor: str = "V1",
    unit: str = "EA", on: str = INVOICED, invoice: dict[str, Any] | None = None, kind: str = "invoice", **on_line: Any,
) -> None:  # fmt: skip
    billed = {"item_number": item, "unit": unit, **on_line}
    estate.invoice(name, order, qty, price, on, line=billed,
                   **{"vendor_number": f"S-{vendor}", "kind": kind, **(invoice or {})})  # fmt: skip


def _credit(estate: Estate, name: str, credited: str, qty: int, amount: str) -> None:
    """A credit that names the invoice's line."""
    estate.invoice(name, credited, qty, "0", "2026-03-12", amount=amount, kind="credit",
                   line={"item_number": "G", "credited_invoice_ref": credited, "credited_line_number": 1})  # fmt: skip
