"""Expectations of a payment policy."""

from expectations.common import no_overlap, not_negative, validity_in_order
from tieout.quality.rules import Check, critical

SCOPE = ("entity_id", "currency")
LIMITS = (
    "horizon_days",
    "discount_min_pct",
    "payment_limit",
    "batch_limit",
    "two_approvers_above",
    "cooling_days",
    "unconfirmed_hours",
)

CHECKS: tuple[Check, ...] = (
    *(
        not_negative(limit, says=f"{limit} is not negative: 0 allows nothing, 'unlimited' anything.")
        for limit in LIMITS
    ),
    validity_in_order(),
    no_overlap("raw.payment_policy", SCOPE),
    critical(
        "another_person_approved",
        ["prepared_by", "approved_by"],
        fails_when="lower(prepared_by) = lower(approved_by)",
        says="A payment policy is approved by somebody else than who wrote it.",
    ),
)
