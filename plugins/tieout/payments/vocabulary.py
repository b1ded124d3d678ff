"""Words of payments: how a batch is answered, and how long an answer is waited for."""

from datetime import timedelta

APPROVE, REFUSE = "Approve", "Refuse"
OPTIONS = (APPROVE, REFUSE)
"""What an approver may answer. Silence is a refusal."""

ANSWER_WITHIN = timedelta(hours=20)
"""How long a batch waits for each answer: less than a day, so that a daily run never meets the one before."""

GIVEN_UP_AFTER = timedelta(hours=24)
"""How long after it was frozen, or answered first, a batch without an answer has no run that waits for it any more."""

UNANSWERED = "nobody answered in time"

SCHEDULE = "schedule"
"""Who proposed a batch that nobody started by hand."""

MACHINE = "tieout"
"""The actor of steps that no person does."""

ISO, US = "iso", "us"
TRANSFERS = ("credit_transfer", "ach")
CHEQUE = "cheque"
FIRST_CHEQUE = 100001
LEFT_FOR_LOST = 10_000
"""Numbers of cheques that are left out for each file of cheques that a restored warehouse lacks."""
