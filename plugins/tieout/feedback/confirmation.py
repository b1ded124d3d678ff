"""Sees that messages took effect: the extraction that follows reads the record back.

A subject's last message is confirmed when ``fb.fb_observed_state`` shows its readback and that is known since after
the sending; or when the record shows it unchanged, and the source has been read up to a moment after the sending
with nothing of it left to judge. After the operation's SLA without confirmation: technical exception "not taken over".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from tieout import audit, operations
from tieout.feedback import incidents
from tieout.feedback.targets import Target

_SENT = """
    select o.message_id, o.target, o.operation, o.entity_id, o.subject_id, o.readback, a.at as sent_at
    from feedback.awaited as w
    inner join feedback.outbox as o on o.message_id = w.message_id
    inner join lateral (
        select at
        from feedback.attempt
        where message_id = o.message_id and outcome = 'acknowledged'
        order by attempt_id desc
        limit 1
    ) as a on true
    where not exists (
            select 1
            from feedback.outbox as newer
            where newer.target = o.target
                and newer.operation = o.operation
                and newer.subject_id = o.subject_id
                and newer.sequence > o.sequence
                and newer.mode = 'live'
        )
"""
_CONFIRM = f"""
    with concluded as (
        select max(as_of) as as_of
        from ops.run
        where state = 'succeeded'
    ),

    read_back as (
        select r.target, r.operation, max(x.interval_end) as read_until
        from jsonb_to_recordset(%(operations)s) as r (target text, operation text, system text, object text)
        inner join concluded as k on true
        inner join ops.interface_run as x
            on x.direction = 'extract'
            and x.outcome = 'succeeded'
            and x.source_system = r.system
            and x.object = r.object
            and x.interval_end <= k.as_of
        where not exists (
                select 1
                from ops.batch as b
                where b.source_system = r.system and b.object = r.object and b.state = 'landed'
            )
            and not exists (
                select 1
                from quality.promotion as p
                where p.source_system = r.system and p.object = r.object and p.known_at > k.as_of
            )
        group by r.target, r.operation
    ),

    sent as ({_SENT})

    insert into feedback.confirmation (message_id, confirmed_at, known_at)
    select s.message_id, greatest(%(now)s, k.as_of), case when f.known_at > s.sent_at then f.known_at else k.as_of end
    from sent as s
    cross join concluded as k
    inner join fb.fb_observed_state as f using (target, operation, subject_id)
    left join read_back as r using (target, operation)
    where f.readback = s.readback and (f.known_at > s.sent_at or r.read_until > s.sent_at)
    on conflict (message_id) do nothing
"""  # noqa: S608 - the text is ours; values are parameters
_OVERDUE = f"""
    select s.message_id, s.target, s.operation, s.entity_id, s.subject_id, s.sent_at
    from ({_SENT}) as s
    inner join jsonb_to_recordset(%(operations)s) as r (target text, operation text, sla_seconds numeric)
        using (target, operation)
    where s.sent_at + make_interval(secs => r.sla_seconds::double precision) <= %(now)s
    order by s.message_id
"""  # noqa: S608 - the text is ours; values are parameters


@dataclass(frozen=True)
class Confirmed:
    """How many messages were confirmed, and how many the targets have not taken over in time."""

    confirmed: int
    overdue: int


@dataclass(frozen=True)
class _Overdue:
    message_id: int
    target: str
    operation: str
    entity_id: str
    subject_id: str
    sent_at: datetime


def confirm(connection: psycopg.Connection, now: datetime, *, targets_config: Mapping[str, Target]) -> Confirmed:
    """Confirm what the last transformation shows as taken over, and report what is overdue; the caller commits.

    ``now`` is the business clock. Running it again changes nothing.
    """
    parameters = {"now": now, "operations": Jsonb(_operations(targets_config))}
    confirmed = connection.execute(_CONFIRM.encode(), parameters).rowcount
    overdue = connection.cursor(row_factory=class_row(_Overdue)).execute(_OVERDUE.encode(), parameters).fetchall()
    for message in overdue:
        _report(connection, message, now)
    if confirmed:
        audit.record(
            connection,
            at=now,
            actor="feedback",
            action="confirm",
            subject_type="feedback",
            subject_id="messages",
            after={"confirmed": confirmed, "overdue": len(overdue)},
        )
    incidents.resolve_settled(connection, at=now)
    return Confirmed(confirmed, len(overdue))


def _operations(targets: Mapping[str, Target]) -> list[dict[str, Any]]:
    return [
        {
            "target": target.name,
            "operation": operation.name,
            "system": operation.read_back.system,
            "object": operation.read_back.object,
            "sla_seconds": operation.confirmation_sla / timedelta(seconds=1),
        }
        for target in targets.values()
        for operation in target.operations.values()
        if operation.read_back is not None
    ]


def _report(connection: psycopg.Connection, message: _Overdue, now: datetime) -> None:
    operations.raise_incident(
        connection,
        fingerprint=incidents.fingerprint(incidents.NOT_TAKEN_OVER, message.message_id),
        incident_class="delivery failed",
        message=(
            f"Not taken over: {message.target} acknowledged {message.operation} of {message.subject_id}"
            f" at {message.sent_at.isoformat()} and does not show it."
        ),
        runbook="publish",
        at=now,
        source_system=message.target,
        object_name=message.operation,
        entity_id=message.entity_id,
    )
