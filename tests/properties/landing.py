"""Lands cases as their sources would give them, each with ids and vendors of its own, and reads what the models say."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from tests.properties.reference.allocation import Allocation
from tests.properties.reference.documents import (
    RATES,
    TAX_CODES,
    Case,
    Invoice,
    InvoiceLine,
    Limit,
    OrderLine,
    Policy,
    Receipt,
)
from tests.properties.reference.results import Answer, Finding, InvoiceAnswer, LineAnswer
from tests.scenarios.estate import AP, ERP, SUPPLY, TIEOUT, Estate
from tests.scenarios.warehouse import Warehouse, at

WIDTH = 5
LIMITS = [name for name in Policy.__dataclass_fields__ if name.endswith(("_pct", "_amount", "_qty"))]
GENERAL = (
    Policy(
        ref="general",
        price_over_pct=Decimal(2),
        price_over_amount=Decimal(5),
        price_under_pct="unlimited",
        qty_ordered_over_pct=Decimal(0),
        qty_received_over_pct=Decimal(0),
        header_over_pct=Decimal(2),
        header_under_pct=Decimal(10),
        total_amount=Decimal("0.05"),
        receipt_grace_days=3,
    ),
    Policy(
        ref="surgery",
        item_category="SURGERY",
        price_over_amount=Decimal(1),
        price_under_amount=Decimal(1),
        price_under_blocks=True,
        qty_ordered_over_qty=Decimal(1),
        qty_received_over_qty=Decimal(1),
    ),
    Policy(ref="two-way", match_type="two_way", price_over_pct="unlimited", qty_ordered_over_pct="unlimited"),
)
"""Policy rows that every case has beside its own."""


def land_world(estate: Estate) -> None:
    """Masters and policies that all cases share."""
    estate.rows = [row for row in estate.rows if row[1] not in ("policy", "item", "item_unit")]
    estate.item("I1", units={"BX": 12})
    estate.item("I2", category="SURGERY", units={"BX": 6})
    estate.item("I3")
    estate.add(SUPPLY, "item_substitute", item_number="I1", substitute_item_number="I3")
    for currency, rates in RATES.items():
        for day, rate in rates.items():
            estate.add(ERP, "fx_rate", from_currency=currency, to_currency="USD", rate_date=day, rate=rate)
    for code, percents in TAX_CODES.items():
        for since, percent in percents:
            estate.add(ERP, "tax_code", tax_code=code, valid_from=since, rate_pct=percent)
    for policy in GENERAL:
        land_policy(estate, policy, policy.ref, "")


def land_case(estate: Estate, case: Case, number: int) -> None:
    """Add the records of one case, all of whose keys begin with its number."""
    prefix = f"{number:0{WIDTH}}"
    for vendor in ("own", "other"):
        estate.vendor(f"{vendor}-{prefix}")
    estate.order(
        prefix,
        *(order_line(line) for line in case.lines),
        vendor=f"own-{prefix}",
        status=case.status,
        closed_at=case.closed_at,
        match_type=case.match_type,
        freight_amount=case.freight or None,
    )
    for receipt in case.receipts:
        land_receipt(estate, receipt, prefix)
    for invoice in case.invoices:
        land_invoice(estate, case, invoice, prefix)
    for release in case.releases:
        estate.release(
            f"{prefix}{release.ref}",
            f"{prefix}{release.invoice}",
            release.code,
            line_number=release.line,
            actual=release.actual,
        )
    for policy in case.policies:
        land_policy(estate, policy, f"{prefix}{policy.ref}", prefix)


def order_line(line: OrderLine) -> dict[str, Any]:
    """A line of the order as the ERP gives it."""
    return {
        "line_number": line.number,
        "item_number": line.item,
        "ordered_qty": line.qty,
        "cancelled_qty": line.cancelled_qty,
        "unit": line.unit,
        "price": line.price,
        "basis": line.basis,
        "match_type": line.match_type,
        "status": line.status,
        "closed_at": line.closed_at,
    }


def land_receipt(estate: Estate, receipt: Receipt, prefix: str) -> None:
    """A receipt or return line as supply gives it."""
    estate.receipt(
        f"{prefix}{receipt.ref}",
        prefix,
        receipt.qty,
        receipt.received_at.isoformat(),
        po_line_number=receipt.line,
        kind=receipt.kind,
        unit=receipt.unit,
        item_number=None,
        accepted_qty=receipt.accepted,
        named_receipt_ref=receipt.names and f"{prefix}{receipt.names}",
    )


def land_invoice(estate: Estate, case: Case, invoice: Invoice, prefix: str) -> None:
    """An invoice or credit memo as AP gives it."""
    vendors = {"own": f"S-own-{prefix}", "other": f"S-other-{prefix}", "unknown": f"S-unknown-{prefix}"}
    estate.add(
        AP,
        "invoice",
        invoice_ref=f"{prefix}{invoice.ref}",
        entity_id=case.entity,
        vendor_number=vendors[invoice.vendor],
        invoice_number=invoice.number,
        normalised_number=invoice.number,
        po_number=prefix if invoice.names_order else None,
        kind=invoice.kind,
        invoice_date=invoice.date,
        received_at=invoice.received_at,
        currency=invoice.currency,
        net_amount=invoice.net,
        tax_amount=invoice.tax or None,
        freight_amount=invoice.freight or None,
        gross_amount=invoice.gross,
        status=invoice.status,
        posted_at=at("2026-03-29") if invoice.status in ("posted", "paid") else None,
    )
    for line in invoice.lines:
        estate.add(AP, "invoice_line", invoice_ref=f"{prefix}{invoice.ref}", **invoice_line(line, prefix))


def invoice_line(line: InvoiceLine, prefix: str) -> dict[str, Any]:
    """A line of an invoice as AP gives it."""
    credited_invoice, credited_line = line.credits or (None, None)
    return {
        "line_number": line.number,
        "po_number": None if line.line is None else prefix,
        "po_line_number": line.line,
        "receipt_ref": line.receipt and f"{prefix}{line.receipt}",
        "credited_invoice_ref": credited_invoice and f"{prefix}{credited_invoice}",
        "credited_line_number": credited_line,
        "item_number": line.item,
        "qty": line.qty,
        "unit": line.unit,
        "amount": line.amount,
        "tax_code": line.tax_code,
    }


def land_policy(estate: Estate, policy: Policy, policy_id: str, prefix: str) -> None:
    """A policy row; its vendor is the key that the case's vendor resolves to."""
    limits: dict[str, Limit] = {name: getattr(policy, name) for name in LIMITS}
    estate.add(
        TIEOUT,
        "policy",
        policy_id=policy_id,
        entity_id=policy.entity,
        vendor_key=policy.vendor and vendor_key(policy.vendor, prefix),
        item_category=policy.item_category,
        match_type=policy.match_type,
        currency=policy.currency,
        valid_from=policy.valid_from,
        valid_to=policy.valid_to,
        price_under_blocks=policy.price_under_blocks,
        amount_under_blocks=policy.amount_under_blocks,
        tax_blocks=policy.tax_blocks,
        charge_blocks=policy.charge_blocks,
        receipt_grace_days=policy.receipt_grace_days,
        po_grace_hours=policy.po_grace_hours,
        **limits,
    )


def vendor_key(vendor: str, prefix: str) -> str:
    """What the vendor resolves to: its number in the ERP, which AP refers to."""
    return f"{ERP}:{vendor}-{prefix}"


LINES = "select * from match.match_invoice_line"
INVOICES = "select * from match.match_invoice"
FINDINGS = "select * from match.match_finding"
ALLOCATIONS = "select * from match.match_allocation"


def read_answers(warehouse: Warehouse, count: int) -> list[Answer]:
    """What the models say of the first ``count`` cases."""
    answers = [Answer() for _ in range(count)]
    for row in warehouse.rows(LINES):
        number, ref, line = line_key(row["invoice_line_id"])
        answers[number].lines[ref, line] = LineAnswer(
            verdict=row["verdict"],
            order_line=row["po_line_id"] and int(row["po_line_id"].rsplit(":", 1)[1]),
            policy=local(row["policy_id"], number),
            **{name: row[name] for name in FIGURES},
        )
    for row in warehouse.rows(INVOICES):
        number, ref = document_key(row["invoice_id"])
        answers[number].invoices[ref] = InvoiceAnswer(row["verdict"], row["blocking_holds"], row["amount_at_risk"])
    for row in warehouse.rows(FINDINGS):
        number, subject = subject_key(row)
        answers[number].findings.append(
            Finding(row["code"], subject, row["amount_at_risk"], row["blocking"], row["is_released"])
        )
    for row in warehouse.rows(ALLOCATIONS):
        number, ref = document_key(row["invoice_id"])
        answers[number].allocations.append(
            Allocation(
                int(row["po_line_id"].rsplit(":", 1)[1]),
                row["receipt_line_id"] and document_key(row["receipt_line_id"])[1],
                ref,
                row["invoice_line_id"] and line_key(row["invoice_line_id"])[2],
                row["qty"],
                row["method"],
            )
        )
    return answers


FIGURES = (
    "net_qty",
    "allocated_qty",
    "unallocated_qty",
    "cum_invoiced",
    "invoice_unit_price",
    "price_variance_amount",
    "next_change_at",
)


def document_key(identifier: str) -> tuple[int, str]:
    """Case and ref of `system:key`."""
    key = identifier.split(":", 1)[1]
    return int(key[:WIDTH]), key[WIDTH:]


def line_key(identifier: str) -> tuple[int, str, int]:
    """Case, ref and line of `system:key:line`."""
    document, line = identifier.rsplit(":", 1)
    return *document_key(document), int(line)


def subject_key(row: dict[str, Any]) -> tuple[int, Any]:
    """Case and subject of a finding."""
    if row["subject_type"] == "invoice":
        return document_key(row["subject_id"])
    number, ref, line = line_key(row["subject_id"])
    return number, (ref, line) if row["subject_type"] == "invoice_line" else line


def local(policy_id: str | None, number: int) -> str:
    """A policy row's name within its case."""
    return (policy_id or "").removeprefix(f"{number:0{WIDTH}}")


def cases_of(sequence: Sequence[Case]) -> Estate:
    """An estate of many cases."""
    estate = Estate()
    land_world(estate)
    for number, case in enumerate(sequence):
        land_case(estate, case, number)
    return estate
