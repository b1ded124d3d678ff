"""Expectations of a bank statement."""

from expectations.common import iso_currency, plausible_day, validity_in_order
from tieout.quality.predicates import number
from tieout.quality.rules import Check, critical

# Entries are other rows. They are looked up by their record key's newest version, since a statement that is sent again
# finds its entries landed already. Inside, columns are renamed, so that statement_ref is the statement's own.
_ENTRIES = f"""
    select coalesce(sum({number("entry_amount")}), 0)
    from (
        select distinct on (_source_system, _record_key)
            _source_system as entry_system, statement_ref as entry_statement, amount as entry_amount, _deleted as gone
        from raw.bank_entry
        order by _source_system, _record_key, _source_updated_at desc nulls last, _ingested_at desc, _row_number desc
    ) as entries
    where entry_statement = statement_ref and entry_system = _source_system and not gone
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
