"""Expectations of a rule that gives a PO line its match type."""

from tieout.quality.rules import Check

# What its contract says is all that can be said of one row.
CHECKS: tuple[Check, ...] = ()
