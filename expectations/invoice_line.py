"""Expectations of a line of an invoice or credit memo.

Quantities may be negative (a credit line), zero (a price credit) or missing (a business finding).
"""

from expectations.common import not_negative
from tieout.quality.predicates import number
from tieout.quality.rules import Check, warning

CHECKS: tuple[Check, ...] = (
    not_negative("price", says="A printed price is not negative; a credit's sign is in its amount or quantity."),
    warning(
        "amount_and_quantity_have_one_sign",
        ["qty", "amount"],
        fails_when=f"sign({number('qty')}) * sign({number('amount')}) < 0",
        says="Quantity and amount of a line have the same sign.",
    ),
)
