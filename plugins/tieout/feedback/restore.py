"""A warehouse that was restored from a backup: found, held back from sending, brought up to date, let go.

Delivery is off from the moment that the restore is found until every system that shows the effect of a message was
read past the last sending, and what it showed was concluded. Rules: docs/reference/feedback.md, After a restore.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from tieout import audit, operations
from tieout.audit import anchors, chain
from tieout.audit.verify import RESTORED
from tieout.feedback import journal
from tieout.feedback.recovery import recover
from tieout.feedback.targets import Target
from tieout.landing.archive import Archive

FINGERPRINT = "warehouse:restored"
RUNBOOK = "restore_warehouse"
LOOK_AHEAD = 31  # numbers of anchors that are tried after the last that is there

_OPEN = """
    select restore_id, found_at, sent_until, after_interface_run_id, pulls_landed is not null as landed
    from ops.restore
    where closed_at is null
"""
_BEGIN = """
    insert into ops.restore (
        found_at, found_by, journal_known, journal_found, sent_until, after_interface_run_id, messages_recovered
    )
    values (%s, %s, %s, %s, %s, (select coalesce(max(interface_run_id), 0) from ops.interface_run), %s)
"""
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


@dataclass(frozen=True)
class Restore:
    """A restore that is not over. ``sent_until``: business time of the last sending that the archive knows of.

    ``landed``: what the archive had received since the backup is in raw again.
    """

    restore_id: int
    found_at: datetime
    sent_until: datetime | None
    after_interface_run_id: int
    landed: bool


def look(connection: psycopg.Connection, archive: Archive, now: datetime) -> Restore | None:
    """Return the restore that is not over; find one that nobody has noticed. Commits.

    Raises:
        ConfigurationError: the archive is another warehouse's.
    """
    with journal.held(connection):
        return under_way(connection) or _find(connection, archive, now, None)


def declare(connection: psycopg.Connection, archive: Archive, now: datetime, by: str) -> Restore:
    """Say that the warehouse was restored, where nothing shows it; ``by`` is the person who says so. Commits."""
    with journal.held(connection):
        found = under_way(connection) or _find(connection, archive, now, by)
        if found is None:
            raise RuntimeError("A restore that was declared is there.")
        return found


def under_way(connection: psycopg.Connection) -> Restore | None:
    """Return the restore that is not over, as the warehouse knows it."""
    return connection.cursor(row_factory=class_row(Restore)).execute(_OPEN).fetchone()


def landed(connection: psycopg.Connection, found: Restore, pulls: int) -> None:
    """Note that so many pulls, all that the archive had received since the backup, are in raw; the caller commits."""
    connection.execute("update ops.restore set pulls_landed = %s where restore_id = %s", (pulls, found.restore_id))


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


def _find(connection: psycopg.Connection, archive: Archive, now: datetime, by: str | None) -> Restore | None:
    known = journal.last(connection, archive)
    number = known.number if known else 0
    if by is None and journal.read(archive, number + 1) is None:
        connection.rollback()
        return None
    recovered = recover(connection, archive, number)
    newest = recovered.entries[-1] if recovered.entries else known
    sent_until = datetime.fromisoformat(newest.at) if newest else None
    found_by = by or "journal"
    connection.execute(_BEGIN, (now, found_by, number, newest.number if newest else 0, sent_until, recovered.messages))
    found = under_way(connection)
    if found is None:
        raise RuntimeError("The restore was not recorded.")
    audit.record(
        connection,
        at=now,
        actor=found_by,
        action=RESTORED,
        subject_type="warehouse",
        subject_id=str(found.restore_id),
        before={"delivery": "on", "journal": number},
        after={
            "delivery": "off",
            "journal": newest.number if newest else 0,
            "messages_recovered": recovered.messages,
            "anchors_lost": _anchors_lost(connection, archive),
        },
    )
    operations.raise_incident(
        connection,
        fingerprint=FINGERPRINT,
        incident_class="pipeline failed",
        message=(
            f"The warehouse was restored from a backup: the archive knows of sendings up to {sent_until}."
            " Delivery is off. Start the DAG restore_warehouse."
        ),
        runbook=RUNBOOK,
        at=now,
        state="dead",
    )
    connection.commit()
    return found


def _anchors_lost(connection: psycopg.Connection, archive: Archive) -> list[int]:
    """Return the numbers of anchors that this warehouse did not write, or wrote and does not know any more."""
    known = max((each.number for each in anchors.noted(connection)), default=0)
    end = chain.head(connection).position
    lost: list[int] = []
    number = known + 1
    while number <= max([known, *lost]) + LOOK_AHEAD:
        anchor = anchors.read(archive, number)
        if anchor is not None and (anchor.position > end or not anchors.is_of_chain(connection, anchor)):
            lost.append(number)
        number += 1
    return lost


def _read_backs(targets: Mapping[str, Target]) -> list[dict[str, str]]:
    return [
        {"system": operation.read_back.system, "object": operation.read_back.object}
        for target in targets.values()
        for operation in target.operations.values()
        if operation.read_back is not None and "live" in operation.modes.values()
    ]
