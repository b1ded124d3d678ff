"""Checks that several objects share. Every amount, quantity and date is read only where it reads (predicates)."""

from tieout.codes import CURRENCIES
from tieout.quality.predicates import day, identifier, instant, number, one_of
from tieout.quality.rules import Check, critical, warning

_GTIN = "^([0-9]{8}|[0-9]{12,14})$"
FIRST_PLAUSIBLE, LAST_PLAUSIBLE = "1990-01-01", "2099-12-31"


def iso_currency(column: str = "currency") -> Check:
    """A code that is not ISO 4217 finds no exchange rate and no bank takes it."""
    return critical(
        f"{column}_is_iso_4217",
        [column],
        fails_when=f"not {one_of(column, CURRENCIES)}",
        says=f"{column} is a currency of ISO 4217.",
    )


def above_zero(column: str, says: str) -> Check:
    """Critical: zero and less have no meaning."""
    return critical(f"{column}_is_above_zero", [column], fails_when=f"{number(column)} <= 0", says=says)


def not_negative(column: str, says: str) -> Check:
    """Critical: zero is possible, less has no meaning."""
    return critical(f"{column}_is_not_negative", [column], fails_when=f"{number(column)} < 0", says=says)


def seldom_negative(column: str, says: str) -> Check:
    """Warning: less than zero is odd, but what follows can work with it."""
    return warning(f"{column}_is_seldom_negative", [column], fails_when=f"{number(column)} < 0", says=says)


def percent(column: str, says: str) -> Check:
    """Critical: a share between 0 and 100."""
    return critical(
        f"{column}_is_a_percentage", [column], fails_when=f"{number(column)} not between 0 and 100", says=says
    )


def plausible_day(column: str) -> Check:
    """A mistyped year (0026, 2206) would put a document into no period or into one far away."""
    return critical(
        f"{column}_is_plausible",
        [column],
        fails_when=f"{day(column)} not between date '{FIRST_PLAUSIBLE}' and date '{LAST_PLAUSIBLE}'",
        says=f"{column} lies between {FIRST_PLAUSIBLE} and {LAST_PLAUSIBLE}.",
    )


def plausible_instant(column: str) -> Check:
    """As ``plausible_day``, for an instant."""
    return critical(
        f"{column}_is_plausible",
        [column],
        fails_when=(
            f"{instant(column)} not between timestamptz '{FIRST_PLAUSIBLE} 00:00:00+00'"
            f" and timestamptz '{LAST_PLAUSIBLE} 23:59:59+00'"
        ),
        says=f"{column} lies between {FIRST_PLAUSIBLE} and {LAST_PLAUSIBLE}.",
    )


def validity_in_order(first: str = "valid_from", last: str = "valid_to") -> Check:
    """A record whose last day precedes its first is never in force, and nobody notices."""
    return critical(
        f"{last}_does_not_precede_{first}",
        [first, last],
        fails_when=f"{day(last)} < {day(first)}",
        says=f"{last} does not precede {first}.",
    )


def in_order(earlier: str, later: str, says: str) -> Check:
    """Warning: two instants in the order in which things happen."""
    return warning(
        f"{later}_does_not_precede_{earlier}",
        [earlier, later],
        fails_when=f"{instant(later)} < {instant(earlier)}",
        says=says,
    )


def shaped(column: str, pattern: str, says: str) -> Check:
    """Warning: an identifier is spelled as its standard says."""
    return warning(f"{column}_is_well_formed", [column], fails_when=f"{identifier(column)} !~ '{pattern}'", says=says)


def trade_item_number(column: str = "gtin") -> tuple[Check, Check]:
    """A trade item number is spelled as GS1 says and carries its check digit. A wrong one goes on and links nothing.

    The check digit makes the sum of all fourteen digits, every other one from the first taken three times, a multiple
    of ten; a shorter number has zeros before it (GS1 General Specifications, section 7.9).
    """
    padded = f"lpad({identifier(column)}, 14, '0')"
    digits = " + ".join(f"{3 if n % 2 else 1} * substr({padded}, {n}, 1)::integer" for n in range(1, 15))
    return (
        shaped(column, _GTIN, says=f"{column} has 8, 12, 13 or 14 digits (GS1)."),
        warning(
            f"{column}_check_digit_fits",
            [column],
            fails_when=f"case when {identifier(column)} ~ '{_GTIN}' then ({digits}) % 10 <> 0 end",
            says=f"The last digit of {column} is its check digit (GS1).",
        ),
    )


def no_overlap(table: str, scope: tuple[str, ...]) -> Check:
    """Critical: policies of one scope are not valid on the same day.

    Args:
        table: of raw that has them; its key is ``policy_id``.
        scope: columns that say what a policy is for; blank is a scope of its own.
    """
    # Other rows are looked up by their newest version. Inside, columns are renamed, so that a plain name is this
    # row's own.
    others = f"""
    select distinct on (_source_system, _record_key)
        _deleted as gone, policy_id as other_policy_id, valid_from as other_from, valid_to as other_to,
        {", ".join(f"{identifier(column)} as other_{column}" for column in scope)}
    from {table}
    order by _source_system, _record_key, _source_updated_at desc nulls last, _profile_version desc,
        _ingested_at desc, _row_number desc
"""  # noqa: S608 (constants of the suites)
    same_scope = " and ".join(f"other_{column} is not distinct from {identifier(column)}" for column in scope)
    both_valid = (
        f"{day('other_from')} <= coalesce({day('valid_to')}, 'infinity')"
        f" and {day('valid_from')} <= coalesce({day('other_to')}, 'infinity')"
    )
    return critical(
        "policies_of_one_scope_do_not_overlap",
        ["policy_id", *scope, "valid_from", "valid_to"],
        fails_when=(
            f"exists (select from ({others}) as others"
            f" where not gone and other_policy_id <> policy_id and {same_scope} and {both_valid})"
        ),
        says="No other policy of the same scope is valid on the same day.",
    )
