"""Expectations of a payment policy."""

from expectations.common import not_negative, validity_in_order
from tieout.quality.predicates import day, identifier
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

# As of tolerance policies: other rows by their newest version, their columns renamed.
_OTHERS = f"""
    select distinct on (_source_system, _record_key)
        _deleted as gone, policy_id as other_policy_id, valid_from as other_from, valid_to as other_to,
        {", ".join(f"{identifier(column)} as other_{column}" for column in SCOPE)}
    from raw.payment_policy
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
    critical(
        "another_person_approved",
        ["prepared_by", "approved_by"],
        fails_when="lower(prepared_by) = lower(approved_by)",
        says="A payment policy is approved by somebody else than who wrote it.",
    ),
)
