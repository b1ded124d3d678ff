"""What differs from what each target was told last: desired states to make messages of."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from tieout.feedback.targets import Mode, Target

CHUNK = 1000  # rows held in memory at once


# A shadow message tells the target nothing: for a live one, only live messages count as said; and of these not one that
# a shadow message replaced before the target took it, which is not sent any more.
_DIFFERENCE = """
    with stated as ({stated}),

    desired as (
        select
            d.*,
            coalesce(
                %(modes)s -> d.target -> d.operation ->> d.entity_id,
                %(modes)s -> d.target -> d.operation ->> '*',
                'unconfigured'
            ) as mode
        from stated as d
    )

    select
        d.target, d.operation, d.entity_id, d.subject_type, d.subject_id, d.target_key, d.body::text as body,
        d.facts_sha256, d.readback, d.correlation_id, d.mode,
        coalesce(newest.sequence, 0) + 1 as sequence
    from desired as d
    left join lateral (
        select o.sequence
        from feedback.outbox as o
        where o.target = d.target and o.operation = d.operation and o.subject_id = d.subject_id
        order by o.sequence desc
        limit 1
    ) as newest on true
    left join lateral (
        select o.message_id, o.sequence, o.facts_sha256
        from feedback.outbox as o
        where o.target = d.target and o.operation = d.operation and o.subject_id = d.subject_id
            and (o.mode = 'live' or d.mode = 'shadow')
        order by o.sequence desc
        limit 1
    ) as said on true
    where d.mode <> 'off'
        and (
            said.facts_sha256 is distinct from d.facts_sha256
            or (
                newest.sequence > said.sequence
                and not exists (
                    select 1
                    from feedback.attempt as a
                    where a.message_id = said.message_id and a.outcome = 'acknowledged'
                )
                and not exists (select 1 from feedback.confirmation as c where c.message_id = said.message_id)
            )
        )
    order by d.target, d.operation, d.subject_id
"""


@dataclass(frozen=True)
class Desired:
    """One subject whose desired state differs from what was said last. ``body`` is the JSON text."""

    target: str
    operation: str
    entity_id: str
    subject_type: str
    subject_id: str
    target_key: str
    body: str
    facts_sha256: str
    readback: str
    correlation_id: str | None
    mode: str
    sequence: int


@dataclass(frozen=True)
class Stated:
    """Where desired states are read: a query of the columns of ``fb.fb_desired_state``, and its parameters.

    ``run_id`` and ``created_at`` (business time) go into the messages.
    """

    query: str
    run_id: str
    created_at: datetime
    parameters: Mapping[str, Any] = field(default_factory=dict)


def differences(
    connection: psycopg.Connection, stated: Stated, targets: Mapping[str, Target]
) -> Iterator[list[Desired]]:
    """Yield what differs from what was said last, of whatever mode but off, some at a time.

    The cursor's snapshot does not see what is inserted meanwhile.
    """
    modes: dict[str, dict[str, dict[str, Mode]]] = {name: target.modes for name, target in targets.items()}
    with connection.cursor(name="tieout_difference", row_factory=class_row(Desired)) as cursor:
        query = _DIFFERENCE.replace("{stated}", stated.query)
        cursor.execute(query.encode(), {**stated.parameters, "modes": Jsonb(modes)})
        while chunk := cursor.fetchmany(CHUNK):
            yield chunk
