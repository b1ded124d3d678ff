"""Expectations of a tolerance policy."""

from expectations.common import no_overlap, not_negative, validity_in_order
from tieout.quality.rules import Check, warning

SCOPE = ("entity_id", "vendor_key", "item_category", "match_type", "currency")
# fmt: off
LIMITS = (
    "price_over_pct", "price_over_amount", "price_under_pct", "price_under_amount", "qty_ordered_over_pct",
    "qty_ordered_over_qty", "qty_received_over_pct", "qty_received_over_qty", "tax_over_pct", "tax_over_amount",
    "tax_under_pct", "tax_under_amount", "freight_over_pct", "freight_over_amount", "freight_under_pct",
    "freight_under_amount", "other_over_pct", "other_over_amount", "other_under_pct", "other_under_amount",
    "total_amount", "header_over_pct", "header_over_amount", "header_under_pct", "header_under_amount", "stock_pct",
    "stock_qty", "early_days", "late_days", "receipt_grace_days", "po_grace_hours",
)
# fmt: on

CHECKS: tuple[Check, ...] = (
    *(
        not_negative(limit, says=f"{limit} is not negative: 0 allows nothing, 'unlimited' anything.")
        for limit in LIMITS
    ),
    validity_in_order(),
    no_overlap("raw.policy", SCOPE),
    warning(
        "another_person_approved",
        ["prepared_by", "approved_by"],
        fails_when="lower(prepared_by) = lower(approved_by)",
        says="A policy is approved by somebody else than who wrote it.",
    ),
)
