"""Expectations of a bank statement."""

from expectations.common import iso_currency, plausible_day, validity_in_order
from tieout.quality.predicates import number
from tieout.quality.rules import Check, critical

# Entries are other rows. They are looked up by their record key's newest version, since a statement that is sent again
# finds its entries landed already. What is wanted is named first, where statement_ref is still the statement's own; and
# only its entries are put in order, which are few among all.
_ENTRIES = f"""
    select coalesce(sum({number("amount")}), 0)
    from (values (statement_ref, _source_system)) as wanted (wanted_statement, wanted_system)
    cross join lateral (
        select distinct on (_record_key) amount, _deleted
        from raw.bank_entry
        where statement_ref = wanted_statement and _source_system = wanted_system
        order by _record_key, _source_updated_at desc nulls last, _ingested_at desc, _row_number desc
    ) as entries
    where not _deleted
"""  # noqa: S608 (constants of this file)

CHECKS: tuple[Check, ...] = (
    iso_currency(),
    plausible_day("from_date"),
    plausible_day("to_date"),
    validity_in_order("from_date", "to_date"),
    critical(
        "statement_foots",
        ["opening_amount", "closing_amount"],
        fails_when=f"{number('opening_amount')} + ({_ENTRIES}) <> {number('closing_amount')}",
        says="The opening balance and the entries come to the closing balance.",
    ),
)
