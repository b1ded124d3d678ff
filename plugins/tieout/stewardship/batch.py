"""A batch of the steward's queue: the lines of one kind on which most money hangs."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import dict_row

from tieout.errors import TieoutError
from tieout.stewardship import consequences
from tieout.stewardship.vocabulary import KINDS, MOST
from tieout.warehouse.connection import connect

_TAKE = """
with line as (
    select
        kind, subject_id, min(waiting_since) as waiting_since, max(age_days) as age_days, min(entity_id) as entity_id,
        min(evidence) as evidence, min(suggestion) as suggestion, min(detail::text)::jsonb as detail,
        coalesce(
            array_agg(to_char(amount_at_risk, 'FM999,999,999,990.00') || ' ' || currency order by amount_at_risk desc)
                filter (where amount_at_risk is not null),
            '{}'
        ) as money,
        max(amount_at_risk) as most
    from steward.queue
    where kind = %(kind)s and detail ? 'approve' and %(entity_id)s in ('', coalesce(entity_id, ''))
    group by kind, subject_id
)

select subject_id, age_days, entity_id, evidence, suggestion, detail, money
from line
order by most desc nulls last, waiting_since, subject_id
limit %(size)s
"""
_SEEN = "select coalesce(max(known_at), '0001-01-01 00:00 UTC') as seen_at from quality.gate_run"


@dataclass(frozen=True)
class Line:
    """One thing that waits. ``detail`` says what either answer does, and holds what the decision needs.

    ``money`` are amounts with their currency; ``touches`` sentences on what a decision would touch.
    """

    number: int
    subject_id: str
    age_days: int
    entity_id: str | None
    evidence: str
    suggestion: str
    detail: Mapping[str, Any]
    money: tuple[str, ...]
    touches: tuple[str, ...]


@dataclass(frozen=True)
class Batch:
    """What a person is shown. ``seen_at`` is the last knowledge time then: what became known later was not seen."""

    kind: str
    seen_at: datetime
    lines: tuple[Line, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the batch as plain values."""
        return {**asdict(self), "seen_at": self.seen_at.isoformat(), "lines": [asdict(line) for line in self.lines]}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "Batch":
        """Return the batch of plain values."""
        lines = tuple(Line(**{**line, "money": tuple(line["money"]), "touches": tuple(line["touches"])})
                      for line in plain["lines"])  # fmt: skip
        return cls(plain["kind"], datetime.fromisoformat(plain["seen_at"]), lines)


def take(dsn: str, *, kind: str, size: int, entity_id: str = "") -> Batch:
    """Take lines of the queue that can be answered by yes or no, those with most money first, then the oldest.

    Taking reserves nothing: what somebody else decides meanwhile is told when the answer is carried out.

    Args:
        dsn: of the warehouse.
        kind: of ``KINDS``.
        size: how many lines, at most ``MOST``.
        entity_id: of this entity alone; empty for all.

    Raises:
        TieoutError: there is no such kind, or the size is none.
    """
    if kind not in KINDS:
        raise TieoutError(f"Nothing of kind {kind!r} is reviewed.", f"Choose one of {', '.join(KINDS)}.")
    if not 1 <= size <= MOST:
        raise TieoutError(f"A batch of {size} cannot be reviewed.", f"Take between 1 and {MOST} lines.")
    with closing(connect(dsn)) as connection, connection.cursor(row_factory=dict_row) as cursor:
        seen = cursor.execute(_SEEN).fetchall()
        found = cursor.execute(_TAKE, {"kind": kind, "size": size, "entity_id": entity_id.strip()}).fetchall()
        touched = [consequences.of_line(dsn, cursor, kind, row["detail"]) for row in found]
    lines = [
        Line(number=number, **{**row, "money": tuple(row["money"])}, touches=tuple(touches))
        for number, (row, touches) in enumerate(zip(found, touched, strict=True), start=1)
    ]
    return Batch(kind, seen[0]["seen_at"], tuple(lines))
