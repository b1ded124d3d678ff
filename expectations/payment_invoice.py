"""Expectations of an invoice paid by a payment."""

from expectations.common import not_negative
from tieout.quality.rules import Check

CHECKS: tuple[Check, ...] = (not_negative("discount_amount", says="A discount taken is not negative."),)
