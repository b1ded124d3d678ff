"""Transactions of every kind of finding, and how what they read changes later: for tests of the past."""

from typing import Any

from tests.scenarios.estate import ERP, SUPPLY, TIEOUT, Estate, line

CONTRACTS = "contracts"


def begin(estate: Estate) -> None:
    """What is known at first."""
    for name, system in (("inventory_count", SUPPLY), ("contract_price", CONTRACTS)):
        estate._role("H1", name, system, "record")
    estate.add(TIEOUT, "sla", sla_id="posting", subject="receipt_posting", object="receipt_line", hours=24)
    estate.add(TIEOUT, "sla", sla_id="accrual", subject="accrual_age", object="receipt_line", hours=720)
    estate.item("I3")
    _rules(estate, tax="6", contract="4.00")
    for number in ("CUR", "TAX", "SUB", "DUP", "SUM", "POSTED", "PACK", "AGED"):
        estate.order(number, line(10, "5.00"))
        estate.receipt(f"r-{number}", number, 6 if number == "SUM" else 10, "2026-03-04T15:00")
    estate.order("CONTRACT", line(10, "5.00", item_number="I2", contract_number="C-1"))
    estate.receipt("r-CONTRACT", "CONTRACT", 10, "2026-03-04", item_number="I2")
    estate.invoice("CONTRACT", "CONTRACT", 10, "5.00", "2026-03-05", line={"item_number": "I2"})
    estate.invoice("CUR", "CUR", 10, "4.00", "2026-03-20", currency="EUR")
    estate.invoice("TAX", "TAX", 10, "5.00", "2026-03-05", tax_amount="4.00", gross_amount="54.00",
                   line={"tax_code": "ST"})  # fmt: skip
    estate.invoice("SUB", "SUB", 10, "5.00", "2026-03-05", line={"item_number": "I3"})
    estate.invoice("DUP-1", "DUP", 5, "5.00", "2026-03-05", normalised_number="DUP1")
    estate.invoice("DUP 1", "DUP", 5, "5.00", "2026-03-06", normalised_number="DUP1")
    estate.invoice("DUP-l", "DUP", 5, "5.00", "2026-03-06", normalised_number="DUPL")
    estate.summary("SUM", "SUM", "50.00", "2026-03-05")
    _posted(estate, "5.60")
    estate.receipt("r-CT", "PACK", 1, "2026-03-05", unit="CT")
    estate.invoice("PACK", "PACK", 1, "60.00", "2026-03-06", line={"unit": "CT"})
    _counted(estate, "COUNT-1", 7, "2026-03-20")


def change(estate: Estate) -> None:
    """What was missing comes, what was wrong is corrected."""
    estate.add(ERP, "fx_rate", from_currency="EUR", to_currency="USD", rate_date="2026-03-18", rate="1.25")
    _rules(estate, tax="8", contract="4.50")
    estate.add(SUPPLY, "item_substitute", item_number="I1", substitute_item_number="I3", valid_from="2026-01-01")
    estate.invoice("DUP-1", "DUP", 5, "5.00", "2026-03-05", normalised_number="DUP1", status="cancelled")
    estate.receipt("r-SUM-2", "SUM", 4, "2026-04-05")
    estate.add(SUPPLY, "item_unit", item_number="I1", unit="CT", factor=12)
    _posted(estate, "5.40")
    _counted(estate, "COUNT-2", 10, "2026-04-05")


def change_again(estate: Estate) -> None:
    """What was corrected is corrected once more, or goes."""
    estate.add(ERP, "fx_rate", from_currency="EUR", to_currency="USD", rate_date="2026-03-18", rate="1.00")
    estate.add(ERP, "tax_code", tax_code="ST", valid_from="2025-01-01", rate_pct="8", _deleted=True)
    estate.add(CONTRACTS, "contract_price", **_contract("4.50"), _deleted=True)
    estate.add(SUPPLY, "item_substitute", item_number="I1", substitute_item_number="I3", _deleted=True)
    estate.invoice("DUP 1", "DUP", 5, "5.00", "2026-03-06", normalised_number="OTHER")
    estate.summary("SUM-2", "SUM", "10.00", "2026-04-12")
    estate.add(SUPPLY, "item_unit", item_number="I1", unit="CT", factor=10)
    _posted(estate, "5.00")
    estate.add(SUPPLY, "inventory_count", count_ref="COUNT-2", entity_id="H1", location_code="STORE",
               _deleted=True)  # fmt: skip


def _rules(estate: Estate, *, tax: str, contract: str) -> None:
    estate.add(ERP, "tax_code", tax_code="ST", valid_from="2025-01-01", rate_pct=tax)
    estate.add(CONTRACTS, "contract_price", **_contract(contract))


def _contract(price: str) -> dict[str, Any]:
    return {"contract_number": "C-1", "item_number": "I2", "unit": "EA", "valid_from": "2026-01-01",
            "vendor_number": "V1", "currency": "USD", "price": price}  # fmt: skip


def _posted(estate: Estate, price: str) -> None:
    """An invoice that the ERP has posted."""
    estate.invoice("POSTED", "POSTED", 10, price, "2026-03-05", status="posted")
    estate.add(
        ERP, "invoice", invoice_ref="ERP-POSTED", entity_id="H1", vendor_number="V1", invoice_number="POSTED",
        kind="invoice", currency="USD", net_amount="50.00", gross_amount="50.00", status="posted",
        posted_at="2026-03-10T00:00:00+00:00", source_ref="POSTED",
    )  # fmt: skip


def _counted(estate: Estate, reference: str, qty: int, on: str) -> None:
    """A count of an item of which the book says ten."""
    estate.add(
        SUPPLY, "inventory_count", count_ref=reference, entity_id="H1", item_number="I1", location_code="STORE",
        unit="EA", counted_qty=qty, system_qty=10, at=f"{on}T00:00:00+00:00",
    )  # fmt: skip
