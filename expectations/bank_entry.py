"""Expectations of an entry detail of a bank statement."""

from expectations.common import above_zero, iso_currency, plausible_day
from tieout.quality.predicates import number
from tieout.quality.rules import Check, critical, warning

# Ids under which several statements came: nobody knows of which the entry is, and it would take another's place.
_SHARED_IDS = f"""
    select _source_system, statement_ref
    from raw.bank_statement
    where not _deleted
    group by _source_system, statement_ref
    having count(distinct (account_ref, to_date, {number("opening_amount")})) > 1
"""  # noqa: S608 (constants of this file)

CHECKS: tuple[Check, ...] = (
    iso_currency(),
    iso_currency("original_currency"),
    plausible_day("booking_date"),
    plausible_day("value_date"),
    above_zero("exchange_rate", "A rate of exchange is above zero."),
    critical(
        "statement_is_one",
        ["statement_ref"],
        fails_when=f"(_source_system, statement_ref) in ({_SHARED_IDS})",
        says="The id of its statement is that of one account, day and opening balance.",
    ),
    warning(
        "amount_is_not_zero",
        ["amount"],
        fails_when=f"{number('amount')} = 0",
        says="An entry of a statement moves money.",
    ),
)
