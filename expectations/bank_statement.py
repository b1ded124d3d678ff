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

# Another statement under the same id would take the first one's place, and its entries theirs.
_ANOTHER = f"""
    select true
    from raw.bank_statement as other,
        (values (statement_ref, _source_system, _payload_sha256, account_ref, to_date, {number("opening_amount")}))
            as one (statement, source, payload, account, last_day, opening)
    where other.statement_ref = statement and other._source_system = source and other._payload_sha256 <> payload
        and not other._deleted
        and (other.account_ref, other.to_date, {number("opening_amount")})
            is distinct from (account, last_day, opening)
"""  # noqa: S608 (constants of this file)

CHECKS: tuple[Check, ...] = (
    iso_currency(),
    plausible_day("from_date"),
    plausible_day("to_date"),
    validity_in_order("from_date", "to_date"),
    critical(
        "id_is_of_one_statement",
        ["statement_ref"],
        fails_when=f"exists ({_ANOTHER})",
        says="No other account, day or opening balance has come under the id of the statement.",
    ),
    critical(
        "statement_foots",
        ["opening_amount", "closing_amount"],
        fails_when=f"{number('opening_amount')} + ({_ENTRIES}) <> {number('closing_amount')}",
        says="The opening balance and the entries come to the closing balance.",
    ),
)
