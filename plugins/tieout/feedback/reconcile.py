"""Lets a restored warehouse send again: what the targets show already is confirmed, the rest is queued.

Not before every system that shows the effect of a message was read past the last sending, and what it showed was
concluded. Rules: docs/reference/feedback.md, After a restore.
"""

from collections.abc import Mapping
from datetime import datetime

import psycopg
from psycopg.types.json import Jsonb

from tieout import audit, operations
from tieout.feedback.restore import FINGERPRINT, Restore
from tieout.feedback.targets import Target

# What must be read: where the effect of a live operation shows. Read means: since the restore was found, past the last
# sending, judged, and concluded from.
_UNREAD = """
    with concluded as (
        select max(as_of) as as_of
        from ops.run
        where state = 'succeeded' and scope = 'whole'
    )

    select distinct r.system, r.object
    from jsonb_to_recordset(%(operations)s) as r (system text, object text)
    where not exists (
            select 1
            from ops.interface_run as x
            inner join concluded as k on x.interval_end <= k.as_of
            where x.interface_run_id > %(after)s
                and x.direction = 'extract'
                and x.outcome = 'succeeded'
                and x.source_system = r.system
                and x.object = r.object
                and x.interval_end > %(sent_until)s
        )
        or exists (
            select 1
            from ops.batch as b
            where b.source_system = r.system and b.object = r.object and b.state = 'landed'
        )
        or exists (
            select 1
            from quality.promotion as p
            cross join concluded as k
            where p.source_system = r.system and p.object = r.object and p.known_at > k.as_of
        )
    order by r.system, r.object
"""
# A subject's last live message of which nobody knows whether it was sent. Its effect shows where the target shows what
# it asks for, and the message before it asked for something else.
_UNCERTAIN = """
    with uncertain as (
        select
            o.message_id, o.target, o.operation, o.entity_id, o.subject_id, o.readback,
            before.readback as readback_before
        from feedback.outbox as o
        left join lateral (
            select outcome
            from feedback.attempt
            where message_id = o.message_id
            order by attempt_id desc
            limit 1
        ) as a on true
        left join lateral (
            select b.readback
            from feedback.outbox as b
            where b.target = o.target and b.operation = o.operation and b.subject_id = o.subject_id
                and b.mode = 'live' and b.sequence < o.sequence
            order by b.sequence desc
            limit 1
        ) as before on true
        where o.mode = 'live'
            and coalesce(a.outcome, 'pending') not in ('acknowledged', 'dead')
            and not exists (select 1 from feedback.confirmation as c where c.message_id = o.message_id)
            and not exists (
                select 1
                from feedback.outbox as newer
                where newer.target = o.target and newer.operation = o.operation and newer.subject_id = o.subject_id
                    and newer.mode = 'live' and newer.sequence > o.sequence
            )
    ),

    confirmed as (
        insert into feedback.confirmation (message_id, confirmed_at, known_at)
        select u.message_id, %(now)s, f.known_at
        from uncertain as u
        inner join fb.fb_observed_state as f
            on f.target = u.target and f.operation = u.operation and f.subject_id = u.subject_id
        where f.readback = u.readback and u.readback_before is distinct from u.readback
        returning message_id
    ),

    taken_off as (
        delete from feedback.queue where message_id in (select message_id from confirmed)
    ),

    queued as (
        insert into feedback.queue (message_id, target, operation, entity_id, subject_id, due_at)
        select message_id, target, operation, entity_id, subject_id, 'epoch'
        from uncertain
        where message_id not in (select message_id from confirmed)
        on conflict (message_id) do nothing
    )

    select
        (select count(*) from confirmed),
        (select count(*) from uncertain) - (select count(*) from confirmed)
"""
_CLOSE = """
    update ops.restore
    set messages_confirmed = %s, messages_queued = %s, closed_at = %s
    where restore_id = %s
"""


def unread(connection: psycopg.Connection, found: Restore, targets: Mapping[str, Target]) -> list[str]:
    """Return what must happen before anything is sent; empty where everything has."""
    left = [] if found.landed else ["start the DAG restore_warehouse: it lands what the archive has"]
    rows = connection.execute(
        _UNREAD,
        {
            "operations": Jsonb(_read_backs(targets)),
            "after": found.after_interface_run_id,
            "sent_until": found.sent_until or found.found_at,
        },
    ).fetchall()
    return left + [f"read {system}'s {name} past the last sending, and transform" for system, name in rows]


def settle(connection: psycopg.Connection, found: Restore, now: datetime) -> tuple[int, int]:
    """Confirm what the targets show already, queue what they do not, and let delivery go on; the caller commits.

    Returns how many messages were confirmed without being sent, and how many are to be sent.
    """
    row = connection.execute(_UNCERTAIN, {"now": now}).fetchone()
    confirmed, queued = row if row else (0, 0)
    connection.execute(_CLOSE, (confirmed, queued, now, found.restore_id))
    audit.record(
        connection,
        at=now,
        actor="feedback",
        action="delivery on",
        subject_type="warehouse",
        subject_id=str(found.restore_id),
        before={"delivery": "off"},
        after={"delivery": "on", "messages_confirmed": confirmed, "messages_queued": queued},
    )
    operations.resolve_incidents(connection, [FINGERPRINT], at=now)
    return confirmed, queued


def _read_backs(targets: Mapping[str, Target]) -> list[dict[str, str]]:
    return [
        {"system": operation.read_back.system, "object": operation.read_back.object}
        for target in targets.values()
        for operation in target.operations.values()
        if operation.read_back is not None and "live" in operation.modes.values()
    ]
