"""Duplicates of a crowd of invoices that resemble one another, whatever the order in which they arrive."""

import random
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.scenarios.duplicate_reference import Billed, Found, duplicates
from tests.scenarios.estate import AP, ERP, Estate, Row, line
from tests.scenarios.test_order_of_arrival import assert_equal, facts, shuffled
from tests.scenarios.warehouse import MATCH, Warehouse, at

AS_OF = at("2026-03-31")
ONLY_DUPLICATES = ["+match_touched", "int_receipt_lines", "int_holds_released", "--indirect-selection", "empty"]
NUMBERS = ["AB1234", "AB1235", "AB1236", "AC1234", "AB12347", "AB1234XYZ", "AB123", "AB1", "AB2", "1234", "2234", ""]
DAYS = [*range(12), 14, 21, 28, 30, 59, 61, 90, 365, 366, 1095, 1096, 1097]
FIRST = date(2023, 3, 1)
LAST_CHANGE = at("2026-03-30")


def masters() -> Estate:
    """Three vendors, of whom one is found to be another later on, and an order with three lines."""
    estate = Estate()
    estate.add(ERP, "vendor", vendor_number="V2", name="Vendor V2", tax_id_token="T", _updated_at=LAST_CHANGE)
    estate.vendor("V3")
    estate.order("PO1", *(line(1000, "1.00", match_type="two_way") for _ in range(3)))
    return estate


def crowd(seed: int, count: int) -> list[Row]:
    """Versions of invoices, and their lines, drawn from few values so that many resemble one another."""
    rng = random.Random(seed)
    estate = Estate()
    estate.rows = []
    for number in range(count):
        reference = f"{rng.choice('aB')}{number}"
        for version in range(rng.choice((1, 1, 2))):
            estate.add(AP, "invoice", **header(rng, reference), _updated_at=at("2026-03-05") + timedelta(hours=version))
        for position, (po_line, receipt) in enumerate(named(rng), start=1):
            estate.add(
                AP, "invoice_line", invoice_ref=reference, line_number=position, qty=1, unit="EA", price=1, amount=1,
                po_number="PO1" if po_line else None, po_line_number=po_line, receipt_ref=receipt,
                _updated_at=at("2026-03-05"),
            )  # fmt: skip
    for gap, gross in ((7, "70.00"), (30, "80.00")):
        for position in range(6):
            serial = f"S{gross[:2]}{10 + 2 * position}"
            on = FIRST + timedelta(days=gap * position)
            estate.add(AP, "invoice", **bill(serial, "S-V1", serial, gross, on), _updated_at=at("2026-03-05"))
    estate.add(ERP, "vendor", vendor_number="V3", name="Vendor V3", tax_id_token="T", _updated_at=LAST_CHANGE)
    return estate.rows


def header(rng: random.Random, reference: str) -> dict[str, Any]:
    """An invoice's header by chance."""
    on = FIRST + timedelta(days=rng.choice(DAYS))
    fields = bill(
        reference, rng.choice(("S-V1", "S-V2", "S-V3")), rng.choice(NUMBERS), rng.choice(("50.00", "70.00")), on
    )
    return fields | {
        "kind": rng.choice(("invoice", "invoice", "invoice", "credit")),
        "status": rng.choice(("entered", "entered", "entered", "posted", "paid", "cancelled")),
        "received_at": at(f"2026-01-0{rng.randrange(1, 4)}"),
    }


def bill(reference: str, vendor: str, number: str, gross: str, on: date) -> dict[str, Any]:
    """An invoice's header."""
    return {
        "invoice_ref": reference, "entity_id": "H1", "vendor_number": vendor, "invoice_number": number or None,
        "normalised_number": number or None, "kind": "invoice", "invoice_date": on, "received_at": at("2026-01-01"),
        "currency": "USD", "net_amount": gross, "gross_amount": gross, "status": "entered",
    }  # fmt: skip


def named(rng: random.Random) -> list[tuple[int | None, str | None]]:
    """What the lines of an invoice name: PO line and receipt line."""
    return [(rng.choice((1, 2, 3, 3, None)), rng.choice((None, "R1", "R2"))) for _ in range(rng.choice((0, 1, 1, 2)))]


def reference(rows: Iterable[Row]) -> Found:
    """What the rules say of the newest versions among the records."""
    newest: dict[tuple, dict[str, Any]] = {}
    for _, name, record in rows:
        of_line, of_vendor = record.get("line_number"), name != "invoice" and record.get("vendor_number")
        key = (name, record.get("invoice_ref"), of_line, of_vendor)
        if key not in newest or newest[key].get("_updated_at", LAST_CHANGE) <= record.get("_updated_at", LAST_CHANGE):
            newest[key] = record
    merged = any(key[0] == "vendor" and r.get("vendor_number") == "V3" and r.get("tax_id_token") == "T"
                 for key, r in newest.items())  # fmt: skip
    lines: dict[str, list[tuple[str | None, str | None]]] = {}
    for key, record in newest.items():
        if key[0] == "invoice_line":
            po_line = record.get("po_line_number")
            lines.setdefault(record["invoice_ref"], []).append((po_line and str(po_line), record.get("receipt_ref")))
    return duplicates(
        Billed(
            invoice_id=f"ap:{r['invoice_ref']}",
            vendor="S-V2" if merged and r["vendor_number"] == "S-V3" else r["vendor_number"],
            number=r.get("normalised_number") or "",
            gross=Decimal(r["gross_amount"]),
            currency=r["currency"],
            kind=r["kind"],
            on=r["invoice_date"],
            received_at=r["received_at"],
            status=r["status"],
            named=tuple(lines.get(r["invoice_ref"], ())),
        )
        for key, r in newest.items()
        if key[0] == "invoice"
    )


def found(models: Warehouse) -> Found:
    """What the models say."""
    rows = models.rows("select * from match.match_duplicate where original_invoice_id is not null")
    return {(row["invoice_id"], row["code"]): (row["rule"], row["original_invoice_id"]) for row in rows}


def arrive(models: Warehouse, parts: list[list[Row]], select: list[str]) -> datetime:
    """Land part after part with a transformation after each, and compare each time; return the last as-of."""
    known: list[Row] = []
    known_at = at("2026-03-29")
    for number, part in enumerate(parts):
        known_at = at("2026-03-29") + timedelta(hours=number)
        Estate().land(models, known_at, part)
        models.build(known_at, select=select)
        known += part
        assert found(models) == reference(known), f"after part {number}"
    return known_at


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow), pytest.param(3, marks=pytest.mark.slow)])
def test_every_suspicion_is_what_comparing_all_with_all_says_after_each_arrival(models: Warehouse, seed: int) -> None:
    parts = [masters().rows, *shuffled(crowd(seed, 150), seed, 4)]
    arrive(models, parts, ONLY_DUPLICATES)
    rules = {rule for rule, _ in found(models).values()}
    assert rules == {"exact", "a", "b", "d", "e"}


def test_holds_on_duplicates_do_not_depend_on_the_order_of_arrival(models: Warehouse) -> None:
    parts = [masters().rows, *shuffled(crowd(4, 60), 4, 3)]
    known_at = arrive(models, parts, MATCH)
    incremental = facts(models)
    models.build(known_at, full_refresh=True)
    assert_equal(incremental, facts(models))
