"""Tolerances: which policy row judges, and when a limit is exceeded (docs/reference/matching.md, section 5)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tests.properties.reference.documents import Limit, Policy
from tests.properties.reference.numbers import ZERO, product

SCOPE = ("entity", "vendor", "item_category", "match_type", "currency")
NOTHING_ALLOWED = Policy(ref="")


@dataclass(frozen=True)
class Scope:
    """What a policy row's scope is compared with; what is unknown fits only rows that leave it blank."""

    entity: str | None
    vendor: str | None
    item_category: str | None
    match_type: str | None
    currency: str | None


def choose(policies: Iterable[Policy], scope: Scope, on: date) -> Policy:
    """The most specific row that fits and is valid on the day; ties go to the one that fills the earlier column."""
    fitting = [policy for policy in policies if fits(policy, scope) and is_valid(policy, on)]
    return max(fitting, key=specificity, default=NOTHING_ALLOWED)


def fits(policy: Policy, scope: Scope) -> bool:
    """Whether each column is blank or the same."""
    return all(getattr(policy, column) in (None, getattr(scope, column)) for column in SCOPE)


def is_valid(policy: Policy, on: date) -> bool:
    """Whether the day is within the row's validity, both ends included."""
    return policy.valid_from <= on and (policy.valid_to is None or on <= policy.valid_to)


def specificity(policy: Policy) -> tuple[int, list[bool]]:
    """How many columns are filled, then which."""
    filled = [getattr(policy, column) is not None for column in SCOPE]
    return sum(filled), filled


def exceeds(difference: Decimal, base: Decimal, pct: Limit, absolute_measure: Decimal, absolute: Limit) -> bool:
    """Whether a positive difference exceeds either limit: its percentage of the base, or the absolute measure."""
    if pct is None and absolute is None:
        pct = absolute = ZERO
    over_pct = isinstance(pct, Decimal) and product(difference, Decimal(100)) > product(pct, base)
    over_absolute = isinstance(absolute, Decimal) and absolute_measure > absolute
    return over_pct or over_absolute
