"""Expectations of a general ledger account."""

from tieout.quality.rules import Check

# What its contract says is all that can be said of one row.
CHECKS: tuple[Check, ...] = ()
