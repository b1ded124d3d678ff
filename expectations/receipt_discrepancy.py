"""Expectations of a discrepancy of receiving that a source shows: what its contract says, no more."""

from tieout.quality.rules import Check

CHECKS: tuple[Check, ...] = ()
