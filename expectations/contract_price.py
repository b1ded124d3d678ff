"""Expectations of a contract price."""

from expectations.common import iso_currency, not_negative, validity_in_order
from tieout.quality.rules import Check

CHECKS: tuple[Check, ...] = (
    iso_currency(),
    not_negative("price", says="A contract price is not negative."),
    validity_in_order(),
)
