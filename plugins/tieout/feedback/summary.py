"""How far feedback got, by target and operation."""

from dataclasses import dataclass

import psycopg
from psycopg.rows import class_row

# `sent` counts messages that went on the wire at least once and were answered or timed out.
_SUMMARY = """
    select
        target,
        operation,
        count(*) as messages,
        count(*) filter (where attempt_count > 0) as sent,
        count(*) filter (where state in ('acknowledged', 'confirmed')) as acknowledged,
        count(*) filter (where state = 'confirmed') as confirmed,
        count(*) filter (where state in ('pending', 'retrying')) as waiting,
        count(*) filter (where state = 'dead') as dead,
        count(*) filter (where state = 'superseded') as superseded,
        count(*) filter (where state = 'shadow') as shadow
    from feedback.message_state
    group by target, operation
    order by target, operation
"""


@dataclass(frozen=True)
class OperationSummary:
    """Messages of one operation by how far they got. Confirmed ones were acknowledged, too."""

    target: str
    operation: str
    messages: int
    sent: int
    acknowledged: int
    confirmed: int
    waiting: int
    dead: int
    superseded: int
    shadow: int


def summary(connection: psycopg.Connection) -> list[OperationSummary]:
    """Return one row per target and operation that ever had a message."""
    return connection.cursor(row_factory=class_row(OperationSummary)).execute(_SUMMARY).fetchall()
