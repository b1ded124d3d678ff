"""What rows of ``config/policies/*.csv`` must be (docs/reference/matching.md, section 5).

A wrong row would judge invoices wrongly and say nothing, so that the whole configuration is refused instead, naming
file, line and field, and what to do.
"""

import csv
import io
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from tieout.codes import CURRENCIES, HOLD_CODES
from tieout.landing.problems import Problem
from tieout.landing.routes import routing_problems
from tieout.landing.values import boolean
from tieout.warehouse.contracts import Contract

# Columns that say which rows of a file compete; two with one scope would leave the choice to chance.
SCOPES = {
    "policy": ("entity_id", "vendor_key", "item_category", "match_type", "currency"),
    "match_type_rule": ("entity_id", "vendor_key", "item_category"),
    "routing": ("code", "entity_id", "item_category"),
    "payment_policy": ("entity_id", "currency"),
    "approval_matrix": ("entity_id", "approver", "currency"),
}
# Of these, rows of one scope compete only on days that they have in common.
DATED = ("policy", "payment_policy", "approval_matrix")


@dataclass(frozen=True)
class Row:
    """A row of a file: the line that it ends on, and its values by column, stripped."""

    line: int
    values: dict[str, str] = field(default_factory=dict)

    def get(self, column: str) -> str:
        """The value of a column; empty where there is none."""
        return self.values.get(column, "")


def read_rows(path: Path) -> tuple[list[str], list[Row]]:
    """Read a file of policies: its columns and its rows, blank lines left out."""
    reader = csv.reader(io.StringIO(path.read_text(), newline=""))
    header = next(reader, [])
    rows = []
    for values in reader:
        if values:
            named = dict(zip(header, (value.strip() for value in values), strict=False))
            rows.append(Row(reader.line_num, named if len(values) == len(header) else {}))
    return header, rows


def policy_problems(
    path: Path, contract: Contract, entities: Collection[str], systems: Collection[str]
) -> list[Problem]:
    """Return everything that is wrong with a file of policies.

    Args:
        path: of the file.
        contract: of the object that it feeds.
        entities: ids of the entities that there are.
        systems: names of the source systems; none leave vendors' systems unchecked.
    """
    header, rows = read_rows(path)
    wrong = [(1, column, message) for column, message in _columns(header, contract)]
    for row in rows:
        if not row.values:
            wrong.append((row.line, "", f"has not the {len(header)} fields that the first line names"))
            continue
        wrong += [(row.line, *found) for found in _values(row, contract)]
        wrong += [(row.line, *found) for found in _scope(row, entities, systems)]
    whole = [row for row in rows if row.values]
    wrong += _competitors(whole, contract.key, dated=False, says="has the key of line {}: give each row one of its own")
    if contract.name in SCOPES:
        wrong += _competitors(whole, SCOPES[contract.name], dated=contract.name in DATED, says=_ONE_SCOPE)
    problems = [Problem(str(path), *found) for found in wrong]
    if contract.name == "routing":
        problems += routing_problems(path, [row.values for row in rows])
    return problems


_ONE_SCOPE = (
    "has the scope of line {} for the same days: remove one, tell their scopes apart, or end one before the other"
)


def _columns(header: list[str], contract: Contract) -> Iterator[tuple[str, str]]:
    names = {declared.name for declared in contract.fields}
    for column in header:
        if column not in names:
            yield column, f"{contract.name} has no such field"
    for declared in contract.fields:
        if declared.required and declared.name not in header:
            yield declared.name, "the column is missing"


def _values(row: Row, contract: Contract) -> Iterator[tuple[str, str]]:
    for declared in contract.fields:
        value = row.get(declared.name)
        if not value:
            if declared.required and declared.name in row.values:
                yield declared.name, "is required"
        elif declared.values and value not in declared.values:
            yield declared.name, f"{value!r} is not one of {', '.join(declared.values)}"
        elif declared.type in _TYPES and not _TYPES[declared.type][0](value):
            yield declared.name, f"{value!r} is {_TYPES[declared.type][1]}"
    if row.get("valid_to") and _is_date(row.get("valid_to")) and row.get("valid_to") < row.get("valid_from"):
        yield "valid_to", f"is before valid_from, {row.get('valid_from')}: the row would never apply"


def _scope(row: Row, entities: Collection[str], systems: Collection[str]) -> Iterator[tuple[str, str]]:
    entity, vendor, currency = row.get("entity_id"), row.get("vendor_key"), row.get("currency")
    if entity and entity not in entities:
        yield "entity_id", f"there is no entity {entity!r}: add config/entities/{entity}.yml, or leave it blank for any"
    system, colon, number = vendor.partition(":")
    if vendor and not (colon and number and (system in systems or not systems)):
        yield "vendor_key", f"{vendor!r} is no vendor: write <source system>:<number>, as mart.dim_vendor shows it"
    if currency and currency not in CURRENCIES:
        yield "currency", f"{currency!r} is no currency of ISO 4217: write its three letters, or leave it blank for any"
    if row.get("code") and row.get("code") not in HOLD_CODES:
        yield (
            "code",
            f"{row.get('code')!r} is no hold code: write one of docs/reference/exceptions.md, or leave it blank",
        )


def _competitors(
    rows: list[Row], columns: tuple[str, ...], *, dated: bool, says: str
) -> Iterator[tuple[int, str, str]]:
    """Yield rows that agree in these columns with an earlier one, where ``dated`` on a day of both."""
    taken: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        earlier = taken.setdefault(tuple(row.get(column) for column in columns), [])
        for other in earlier:
            if not dated or _meet(row, other):
                yield row.line, ", ".join(columns), says.format(other.line)
        earlier.append(row)


def _meet(one: Row, other: Row) -> bool:
    """Whether two rows are valid on a day in common, both ends inclusive."""
    return all(
        not first.get("valid_to") or second.get("valid_from") <= first.get("valid_to")
        for first, second in ((one, other), (other, one))
    )


def _is_number(value: str) -> bool:
    try:
        return "_" not in value and Decimal(value).is_finite()
    except InvalidOperation:
        return False


def _is_limit(value: str) -> bool:
    return value.lower() == "unlimited" or (_is_number(value) and Decimal(value) >= 0)


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


_TYPES: dict[str, tuple[Callable[[str], bool], str]] = {
    "limit": (_is_limit, "neither a number of at least zero nor 'unlimited': write one of them, or leave it blank"),
    "number": (_is_number, "no number"),
    "integer": (lambda value: value.isascii() and value.isdigit(), "no whole number of at least zero"),
    "boolean": (lambda value: boolean(value) in ("true", "false"), "neither true nor false"),
    "date": (_is_date, "no date such as 2026-03-01"),
}
