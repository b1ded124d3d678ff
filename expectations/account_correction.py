"""Expectations of a notification of change.

The account numbers are not there to be seen: only their tokens, last four characters and ciphers are landed.
"""

from expectations.common import shaped
from tieout.quality.rules import Check

CHECKS: tuple[Check, ...] = (
    shaped("correction_code", "^C[0-9]{2}$", says="correction_code is a change code of NACHA."),
    shaped("routing_number", "^[0-9]{9}$", says="routing_number has 9 digits (ABA)."),
    shaped("corrected_routing_number", "^[0-9]{9}$", says="corrected_routing_number has 9 digits (ABA)."),
)
