"""Expectations of an acknowledgement of a payment."""

from tieout.quality.rules import Check

# What its contract says is all that can be said of one row.
CHECKS: tuple[Check, ...] = ()
