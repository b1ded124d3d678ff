"""Expectations of a vendor."""

from expectations.common import iso_currency, plausible_day, shaped
from tieout.quality.rules import Check, warning

CHECKS: tuple[Check, ...] = (
    iso_currency(),
    plausible_day("inactive_from"),
    shaped("country", "^[A-Z]{2}$", says="country is two letters (ISO 3166)."),
    shaped("email", "^[^@[:space:]]+@[^@[:space:]]+[.][^@[:space:]]+$", says="email is an address of one mailbox."),
    shaped("gln", "^[0-9]{13}$", says="gln has 13 digits (GS1)."),
    shaped("duns", "^[0-9]{9}$", says="duns has 9 digits."),
    warning(
        "an_active_vendor_has_no_end",
        ["status", "inactive_from"],
        fails_when="status = 'active' and inactive_from is not null",
        says="A vendor that is active has no first day of being inactive.",
    ),
)
