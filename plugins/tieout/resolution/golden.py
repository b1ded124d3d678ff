"""The golden record: one value per column for a resolved vendor, with the vendor number that it comes from and why.

A rule is an order of criteria: source rank (the system of record first), recency, completeness (of an address, how many
of its parts are known; of a text, whether it is longer). Blank values never win. Ties go to the lower vendor id.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from tieout.resolution.vendors import Vendor


class Criterion(StrEnum):
    """What makes one vendor number's value better than another's."""

    RANK = "source_rank"
    RECENCY = "recency"
    COMPLETENESS = "completeness"


@dataclass(frozen=True)
class Rule:
    """Columns that are taken together from one vendor number, and the criteria, the first that differs deciding."""

    columns: tuple[str, ...]
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True)
class Choice:
    """A column's value, where it comes from, and the criterion that decided; ``only`` where nobody else had one."""

    column: str
    value: Any
    vendor_id: str
    decided_by: str


RANK, RECENCY, COMPLETENESS = Criterion.RANK, Criterion.RECENCY, Criterion.COMPLETENESS
RULES: tuple[Rule, ...] = (
    Rule(("name",), (RANK, RECENCY, COMPLETENESS)),
    Rule(("tax_id_token", "tax_id_last4"), (RANK, RECENCY)),
    # Who pays where is the system of record's to say, not the latest copy's.
    Rule(("accounts",), (RANK, RECENCY)),
    Rule(("address", "city", "postal_code", "country"), (COMPLETENESS, RANK, RECENCY)),
    Rule(("phone",), (RECENCY, RANK)),
    Rule(("email",), (RECENCY, RANK)),
    Rule(("payment_term_code",), (RANK, RECENCY)),
    Rule(("gln",), (RANK, RECENCY)),
    Rule(("duns",), (RANK, RECENCY)),
)
_NEVER = datetime.min.replace(tzinfo=UTC)
_GRADES: dict[Criterion, Callable[[Vendor, Sequence[str]], Any]] = {
    RANK: lambda vendor, columns: -vendor.source_rank,
    RECENCY: lambda vendor, columns: vendor.updated_at or _NEVER,
    COMPLETENESS: lambda vendor, columns: (
        sum(1 for column in columns if getattr(vendor, column))
        if len(columns) > 1
        else len(getattr(vendor, columns[0]))
    ),
}


def golden(vendors: Iterable[Vendor]) -> list[Choice]:
    """Return the choices for one resolved vendor, in the order of the rules; columns that nobody knows are left out."""
    ordered = sorted(vendors, key=lambda vendor: vendor.vendor_id)
    return [choice for rule in RULES for choice in _chosen(rule, ordered)]


def _chosen(rule: Rule, vendors: Sequence[Vendor]) -> list[Choice]:
    knowing = [vendor for vendor in vendors if any(getattr(vendor, column) for column in rule.columns)]
    if not knowing:
        return []
    decided_by = "only"
    left = knowing
    for criterion in rule.criteria:
        if len(left) == 1:
            break
        grades = [_GRADES[criterion](vendor, rule.columns) for vendor in left]
        best = [vendor for vendor, grade in zip(left, grades, strict=True) if grade == max(grades)]
        decided_by = criterion.value if len(best) < len(left) else decided_by
        left = best
    if len(left) > 1:
        decided_by = "vendor_id"
    winner = left[0]
    return [
        Choice(column, getattr(winner, column), winner.vendor_id, decided_by)
        for column in rule.columns
        if getattr(winner, column)
    ]
