"""Two answers for one case, side by side: what differs, in words."""

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from tests.properties.reference.results import Answer, Finding

JUDGED = {
    "PRICE_OVER", "PRICE_UNDER", "QTY_ORDERED", "QTY_RECEIVED", "QTY_ACCEPTED", "UNEXPECTED_INVOICE", "ITEM_MISMATCH",
    "UOM_UNCONVERTIBLE", "PO_NOT_FOUND", "PO_NOT_APPROVED", "PO_CLOSED", "VENDOR_MISMATCH", "VENDOR_UNKNOWN",
    "TOTAL_MISMATCH", "DUPLICATE_INVOICE", "DUPLICATE_SUSPECT", "MISSING_DATA", "RECEIPT_SHORT", "RECEIPT_OVER",
    "RETURN_EXCEEDS_RECEIPT", "CREDIT_EXCEEDS_INVOICE", "AMOUNT_OVER", "AMOUNT_UNDER", "FX_RATE_MISSING",
    "CURRENCY_MISMATCH", "TAX_DIFFERENCE", "CHARGE_DIFFERENCE",
}  # fmt: skip
"""Codes that the reference judges; what else the models find beside them is not compared."""


def differences(by_rules: Answer, by_models: Answer) -> list[str]:
    """Everything that the rules say and the models do not, and the other way round. One sentence each."""
    return [*of_lines(by_rules, by_models), *of_invoices(by_rules, by_models), *of_facts(by_rules, by_models)]


def of_lines(by_rules: Answer, by_models: Answer) -> Iterator[str]:
    """Verdicts and figures. A figure that the rules do not give is not compared."""
    for key, expected in by_rules.lines.items():
        found = by_models.lines.get(key)
        if found is None:
            yield f"line {key}: the models have none"
            continue
        for field in fields(expected):
            wanted, got = getattr(expected, field.name), getattr(found, field.name)
            if wanted != got and (wanted is not None or field.name == "next_change_at"):
                yield f"line {key}, {field.name}: rules {show(wanted)}, models {show(got)}"


def of_invoices(by_rules: Answer, by_models: Answer) -> Iterator[str]:
    """Verdict, holds and money at risk of invoices."""
    for ref, expected in by_rules.invoices.items():
        found = by_models.invoices.get(ref)
        if expected != found:
            yield f"invoice {ref}: rules {expected}, models {found}"


def of_facts(by_rules: Answer, by_models: Answer) -> Iterator[str]:
    """Findings and allocations."""
    for name, rules, models in (
        ("finding", findings(by_rules), findings(by_models)),
        ("allocation", allocations(by_rules), allocations(by_models)),
    ):
        for fact in sorted(rules - models):
            yield f"{name} by the rules only: {fact}"
        for fact in sorted(models - rules):
            yield f"{name} by the models only: {fact}"


def findings(answer: Answer) -> set[str]:
    """Findings in words."""
    return {in_words(finding) for finding in answer.findings if finding.code in JUDGED}


def in_words(finding: Finding) -> str:
    """A finding with its money and standing."""
    standing = ("released" if finding.released else "open") + (", blocking" if finding.blocking else "")
    return f"{finding.code} on {finding.subject}: {show(finding.at_risk)} at risk, {standing}"


def allocations(answer: Answer) -> set[str]:
    """Allocations in words."""
    return {
        f"line {row.line}: {row.invoice}:{row.invoice_line} takes {show(row.qty)} of {row.receipt}, {row.method}"
        for row in answer.allocations
    }


def show(value: Any) -> str:
    """A figure without trailing zeros."""
    return f"{value.normalize():f}" if hasattr(value, "normalize") else str(value)
