"""SQL text over raw columns, for rules. Pure.

Every field of a raw table is text, so a value is read only where it is known to read: each of the readers below gives
null for a text that is not of its type, and a rule that compares null holds. That the text is of its type is a rule of
its own, made from the contract (``contract_rules``), so that one mistake is reported once.
"""

from collections.abc import Iterable

NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)$"
INTEGER = r"^[+-]?[0-9]+$"
DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
INSTANT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)$"


def identifier(name: str) -> str:
    """Return a column's name, quoted."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """Return a text constant, quoted."""
    return "'" + value.replace("'", "''") + "'"


def one_of(column: str, values: Iterable[str]) -> str:
    """Return the condition that the column holds one of the values."""
    return f"{identifier(column)} in ({', '.join(literal(value) for value in values)})"


def number(column: str) -> str:
    """Return the column as a number, null where it does not read as one."""
    name = identifier(column)
    return f"(case when {name} ~ '{NUMBER}' then {name}::numeric end)"


def day(column: str) -> str:
    """Return the column as a date, null where it does not read as one."""
    name = identifier(column)
    return f"(case when {reads_as(column, DATE, 'date')} then {name}::date end)"


def instant(column: str) -> str:
    """Return the column as an instant, null where it does not read as one."""
    name = identifier(column)
    return f"(case when {reads_as(column, INSTANT, 'timestamptz')} then {name}::timestamptz end)"


def reads_as(column: str, pattern: str, sql_type: str) -> str:
    """Return the condition that the column is spelled like the pattern and casts to the type.

    Both, because PostgreSQL reads more than a source may mean: 'today' is a date to it, 'NaN' a number.
    """
    name = identifier(column)
    return f"({name} ~ '{pattern}' and quality.is_valid({name}, '{sql_type}'))"
