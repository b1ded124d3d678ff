"""Expectations of a bank account of a vendor.

The account number is not there to be seen: only its token, its last four characters and its cipher are landed.
"""

from expectations.common import iso_currency, shaped, validity_in_order
from tieout.quality.rules import Check

CHECKS: tuple[Check, ...] = (
    iso_currency(),
    validity_in_order(),
    shaped(
        "routing_number",
        "^([0-9]{9}|[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?)$",
        says="routing_number has 9 digits (ABA), or is a BIC (ISO 9362).",
    ),
)
