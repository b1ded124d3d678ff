"""What a review is about and how it is answered, in the words that the DAG shows."""

KINDS = ("quarantine", "stopped_batch", "vendor", "item", "unit", "unit_code")
"""Kinds of the steward's queue that can be answered by yes or no."""

APPROVE, REJECT, SPLIT, SKIP = "Approve", "Reject", "Split", "Skip"
OPTIONS = (APPROVE, REJECT, SPLIT, SKIP)

MOST = 50
"""Nobody reads more at once."""
