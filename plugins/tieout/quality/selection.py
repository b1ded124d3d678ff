"""Which quarantined rows a decision is about: ids, all of a batch, all of a rule, each narrowed by a pattern."""

import re
from dataclasses import dataclass
from typing import Any, Literal

import psycopg
from psycopg import sql

from tieout.errors import TieoutError

SelectBy = Literal["ids", "batch", "rule"]

# By rule are taken the rows that break no other critical rule: releasing one rule's rows releases no other's.
_WHERE = {
    "ids": "q.quarantine_id = any(%(ids)s)",
    "batch": "q.batch_id = %(batch_id)s",
    "rule": """
        %(rule_id)s = any(q.rule_ids) and not exists (
            select
            from quality.result as other
            where other.batch_id = q.batch_id and other.rule_id = any(q.rule_ids)
                and other.rule_id <> %(rule_id)s and other.severity = 'critical'
        )
    """,
}
_PATTERN = re.compile(r"\s*(?P<field>[a-z][a-z0-9_]*)\s*(?P<how>[=~])(?P<value>.*)", re.DOTALL)
_PATIENCE = "set local statement_timeout = '20s'"


@dataclass(frozen=True)
class Selection:
    """Which rows: ids of quarantined rows, all of a batch, or of one rule.

    ``pattern`` keeps those whose content fits: ``po_number=4500017`` or ``item_number~^99``, a regular expression.
    Fields that are kept encrypted fit nothing.
    """

    by: SelectBy
    text: str
    pattern: str = ""

    def __post_init__(self) -> None:
        """Refuse what names nothing."""
        if self.by not in _WHERE:
            raise TieoutError(f"Rows are not chosen by {self.by!r}.", "Choose by ids, batch or rule.")
        if not self.text.strip():
            raise TieoutError("Nothing is selected.", "Give ids separated by commas, a batch id, or a rule id.")
        if self.by == "ids" and not all(part.strip().isdigit() for part in self.text.split(",")):
            raise TieoutError(f"{self.text!r} is no list of ids.", "Give quarantine ids separated by commas.")
        if self.pattern.strip() and not _PATTERN.fullmatch(self.pattern):
            raise TieoutError(f"{self.pattern!r} is no pattern.", "Write field=value, or field~regular expression.")

    @property
    def parameters(self) -> dict[str, Any]:
        """What the condition of ``_WHERE`` needs."""
        if self.by == "ids":
            return {"ids": [int(part) for part in self.text.split(",")]}
        return {f"{self.by}_id": self.text.strip()}


def chosen(connection: psycopg.Connection, selection: Selection, states: tuple[str, ...]) -> dict[int, str]:
    """Return the selected rows that are in one of the states, id and state, locked until the transaction ends.

    Raises:
        TieoutError: the pattern's field is none of the rows', or its regular expression does not read.
    """
    rows = connection.execute(
        "select q.quarantine_id, q.object, q.state from quality.quarantine as q"  # noqa: S608 - the condition is ours
        f" where q.state = any(%(states)s) and ({_WHERE[selection.by]}) order by q.quarantine_id for update".encode(),
        {"states": list(states), **selection.parameters},
    ).fetchall()
    pattern = _PATTERN.fullmatch(selection.pattern)
    if pattern is None or not rows:
        return {row[0]: row[2] for row in rows}
    objects = {row[1] for row in rows}
    ids = [row[0] for row in rows]
    fitting = {found for name in sorted(objects) for found in _fitting(connection, name, ids, pattern)}
    return {row[0]: row[2] for row in rows if row[0] in fitting}


def _fitting(connection: psycopg.Connection, object_name: str, ids: list[int], pattern: re.Match[str]) -> list[int]:
    known = connection.execute(
        "select 1 from information_schema.columns where table_schema = 'raw' and table_name = %s and column_name = %s",
        (object_name, pattern["field"]),
    ).fetchone()
    if known is None:
        raise TieoutError(f"{object_name} has no field {pattern['field']!r}.", f"See config/objects/{object_name}.yml.")
    query = sql.SQL(
        "select q.quarantine_id from quality.quarantine as q inner join {raw} as version"
        " on q.batch_id = version._batch_id and q.row_number = version._row_number"
        " where q.object = %(object)s and q.quarantine_id = any(%(ids)s) and version.{field} {how} %(value)s"
    ).format(
        raw=sql.Identifier("raw", object_name), field=sql.Identifier(pattern["field"]), how=sql.SQL(pattern["how"])
    )
    connection.execute(_PATIENCE)
    try:
        found = connection.execute(query, {"object": object_name, "ids": ids, "value": pattern["value"].strip()})
    except (psycopg.errors.InvalidRegularExpression, psycopg.errors.QueryCanceled) as error:
        raise TieoutError(
            f"{pattern['value']!r} cannot be searched for: {error}", "Write a simpler pattern."
        ) from error
    return [row[0] for row in found]
