"""Expectations of an approver's limit."""

from expectations.common import iso_currency, not_negative, validity_in_order
from tieout.quality.rules import Check

CHECKS: tuple[Check, ...] = (
    iso_currency(),
    not_negative("limit_amount", says="An approver's limit is not negative."),
    validity_in_order(),
)
