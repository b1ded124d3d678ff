"""Expectations of a receipt or return line.

More received than ordered, short and rejected receipts are findings of matching and go through.
"""

from expectations.common import above_zero, not_negative, plausible_instant
from tieout.quality.predicates import instant, number
from tieout.quality.rules import Check, critical, warning

CHECKS: tuple[Check, ...] = (
    above_zero("qty", says="A receipt or return is of more than zero; its direction is its kind."),
    not_negative("accepted_qty", says="What was accepted is not negative."),
    not_negative("rejected_qty", says="What was rejected is not negative."),
    plausible_instant("received_at"),
    critical(
        "no_more_is_inspected_than_received",
        ["qty", "accepted_qty", "rejected_qty"],
        fails_when=(
            f"coalesce({number('accepted_qty')}, 0) + coalesce({number('rejected_qty')}, 0) > {number('qty')}"
            f" and {number('qty')} > 0"
        ),
        says="What was accepted and rejected is part of what was received.",
    ),
    warning(
        "only_a_return_names_a_receipt",
        ["kind", "named_receipt_ref"],
        fails_when="kind = 'receipt' and named_receipt_ref is not null",
        says="Only a return names the receipt line that it takes back.",
    ),
    warning(
        "received_before_it_was_recorded",
        ["received_at"],
        fails_when=f"{instant('received_at')} > _source_updated_at + interval '1 day'",
        says="Goods are received no later than a day after the record's last change.",
    ),
)
