"""Expectations of a general ledger line."""

from expectations.common import iso_currency, plausible_instant
from tieout.quality.rules import Check, critical

CHECKS: tuple[Check, ...] = (
    iso_currency(),
    plausible_instant("posted_at"),
    critical(
        "period_is_a_fiscal_period",
        ["period"],
        fails_when="period !~ '^[0-9]{4}-(0[1-9]|1[0-6])$'",
        says="period is YYYY-MM; 13 to 16 are closing periods.",
    ),
)
