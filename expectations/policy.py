"""Expectations of a tolerance policy."""

from expectations.common import not_negative, validity_in_order
from tieout.quality.predicates import day, identifier
from tieout.quality.rules import Check, critical, warning

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

# Other rows are looked up by their newest version. Inside, columns are renamed, so that a plain name is this row's own.
_OTHERS = f"""
    select distinct on (_source_system, _record_key)
        _deleted as gone, policy_id as other_policy_id, valid_from as other_from, valid_to as other_to,
        {", ".join(f"{identifier(column)} as other_{column}" for column in SCOPE)}
    from raw.policy
    order by _source_system, _record_key, _source_updated_at desc nulls last, _profile_version desc,
        _ingested_at desc, _row_number desc
"""  # noqa: S608 (constants of this file)
_SAME_SCOPE = " and ".join(f"other_{column} is not distinct from {identifier(column)}" for column in SCOPE)
_BOTH_VALID = (
    f"{day('other_from')} <= coalesce({day('valid_to')}, 'infinity')"
    f" and {day('valid_from')} <= coalesce({day('other_to')}, 'infinity')"
)

CHECKS: tuple[Check, ...] = (
    *(
        not_negative(limit, says=f"{limit} is not negative: 0 allows nothing, 'unlimited' anything.")
        for limit in LIMITS
    ),
    validity_in_order(),
    critical(
        "policies_of_one_scope_do_not_overlap",
        ["policy_id", *SCOPE, "valid_from", "valid_to"],
        fails_when=(
            f"exists (select from ({_OTHERS}) as others"
            f" where not gone and other_policy_id <> policy_id and {_SAME_SCOPE} and {_BOTH_VALID})"
        ),
        says="No other policy of the same scope is valid on the same day.",
    ),
    warning(
        "another_person_approved",
        ["prepared_by", "approved_by"],
        fails_when="lower(prepared_by) = lower(approved_by)",
        says="A policy is approved by somebody else than who wrote it.",
    ),
)
