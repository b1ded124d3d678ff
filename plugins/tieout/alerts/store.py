"""The alerts as the warehouse keeps them: ``ops.alert``, ``ops.notification``, ``ops.heartbeat``."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import psycopg

from tieout.alerts.groups import Group, Standing, Told

_OPEN_INCIDENTS = """
select
    coalesce(source_system, ''),
    class,
    runbook,
    count(*),
    bool_or(state = 'dead'),
    min(first_seen_at),
    max(last_seen_at),
    coalesce(array_agg(distinct object) filter (where object is not null), '{}'),
    (array_agg(message order by last_seen_at desc, incident_id desc))[1]
from ops.incident
where state in ('retrying', 'dead')
group by source_system, class, runbook
order by source_system, class, runbook
"""

_UPSERT = """
insert into ops.alert as a (cause, audience, role, severity, title, runbook, members, first_at, last_at)
values (%(cause)s, %(audience)s, %(role)s, %(severity)s, %(title)s, %(runbook)s, %(members)s, %(now)s, %(now)s)
on conflict (cause) where state = 'open' do update set
    severity = excluded.severity,
    title = excluded.title,
    members = excluded.members,
    looks = a.looks + 1,
    last_at = excluded.last_at
returning alert_id, first_at
"""

# What is over, and was told to somebody who has not heard that it is over.
_OVER = """
select alert_id, title, severity, members, first_at, resolved_at
from ops.alert
where audience = 'technical' and state = 'resolved' and resolved_at > %s
order by alert_id
"""

_TOLD = """
select said, reason, at
from ops.notification
where alert_id = %s and channel = %s and error is null
order by notification_id desc
limit 1
"""

_COVERED = """
select max(n.as_of), max(n.business_at) filter (where n.reason = 'digest')
from ops.notification as n
inner join ops.alert as a on n.alert_id = a.alert_id
where a.cause = %s and n.channel = %s and n.error is null
"""


@dataclass(frozen=True)
class Kept:
    """An alert with its id."""

    alert_id: int
    title: str
    standing: Standing
    group: Group | None = None
    resolved_at: datetime | None = None


def open_groups(connection: psycopg.Connection) -> list[Group]:
    """Return the open technical exceptions by system, class and runbook."""
    rows = connection.execute(_OPEN_INCIDENTS).fetchall()
    return [
        Group(system, incident_class, runbook, members, dead, first_at, last_at, tuple(objects), example)
        for system, incident_class, runbook, members, dead, first_at, last_at, objects, example in rows
    ]


def keep_technical(
    connection: psycopg.Connection, groups: Sequence[Group], now: datetime, quiet: timedelta
) -> list[Kept]:
    """Note the causes that stand and return them; what was not seen for ``quiet`` is over."""
    kept = []
    for group in groups:
        alert_id, first_at = keep(
            connection, cause=group.cause, severity=group.severity, title=group.title, members=group.members,
            runbook=group.runbook, role=None, now=now,
        )  # fmt: skip
        kept.append(Kept(alert_id, group.title, Standing(group.severity, group.members, first_at), group))
    connection.execute(
        "update ops.alert set state = 'resolved', resolved_at = %s"
        " where audience = 'technical' and state = 'open' and last_at <= %s and cause <> all(%s)",
        (now, now - quiet, [group.cause for group in groups]),
    )
    return kept


def keep(
    connection: psycopg.Connection, *, cause: str, severity: str, title: str, members: int, runbook: str | None,
    role: str | None, now: datetime,
) -> tuple[int, datetime]:  # fmt: skip
    """Open an alert, or note that it still stands; return its id and since when."""
    row = connection.execute(
        _UPSERT,
        {
            "cause": cause, "audience": "role" if role else "technical", "role": role, "severity": severity,
            "title": title, "runbook": runbook, "members": members, "now": now,
        },
    ).fetchone()  # fmt: skip
    if row is None:  # `insert … returning` of one row always answers; says so to the type checker
        raise RuntimeError("The alert was not recorded.")
    return row[0], row[1]


def resolve_roles(connection: psycopg.Connection, roles: Sequence[str], now: datetime) -> None:
    """Resolve the alerts of roles that own no open hold any more."""
    connection.execute(
        "update ops.alert set state = 'resolved', resolved_at = %s"
        " where cause like 'holds:%%' and state = 'open' and role <> all(%s)",
        (now, list(roles)),
    )


def resolve_others(connection: psycopg.Connection, kind: str, causes: Sequence[str], now: datetime) -> None:
    """Resolve the alerts of a kind of notice, but for those of the causes named."""
    connection.execute(
        "update ops.alert set state = 'resolved', resolved_at = %s"
        " where starts_with(cause, %s) and state = 'open' and cause <> all(%s)",
        (now, f"{kind}:", list(causes)),
    )


def find(connection: psycopg.Connection, cause: str) -> int | None:
    """Return the id of the last alert of a cause, open or not."""
    row = connection.execute(
        "select max(alert_id) from ops.alert where cause = %s and audience = 'role'", [cause]
    ).fetchone()
    return row[0] if row else None


def ended(connection: psycopg.Connection, kind: str, since: datetime) -> list[tuple[int, str, str, str]]:
    """Return id, cause, role and title of the alerts of a kind of notice that were resolved since."""
    query = """
    select alert_id, cause, role, title from ops.alert
    where starts_with(cause, %s) and state = 'resolved' and resolved_at > %s
    order by alert_id
    """
    return connection.execute(query, (f"{kind}:", since)).fetchall()


def also_open(connection: psycopg.Connection, role: str) -> list[str]:
    """Return the titles of a role's open alerts that are about other things than holds."""
    query = """
    select title from ops.alert
    where role = %s and state = 'open' and cause not like 'holds:%%' order by alert_id
    """
    return [title for (title,) in connection.execute(query, [role])]


def lately_over(connection: psycopg.Connection, since: datetime) -> list[Kept]:
    """Return the technical alerts that were resolved since."""
    return [
        Kept(alert_id, title, Standing(severity, members, first_at, resolved=True), None, resolved_at)
        for alert_id, title, severity, members, first_at, resolved_at in connection.execute(_OVER, [since])
    ]


def told(connection: psycopg.Connection, alert_id: int, channel: str) -> Told | None:
    """Return the last message about an alert that reached a channel."""
    row = connection.execute(_TOLD, (alert_id, channel)).fetchone()
    return Told(*row) if row else None


def covered(connection: psycopg.Connection, cause: str, channel: str) -> tuple[datetime | None, datetime | None]:
    """Return up to when a channel was told of holds, and the business time of its last digest."""
    row = connection.execute(_COVERED, (cause, channel)).fetchone()
    return (row[0], row[1]) if row else (None, None)


def note(
    connection: psycopg.Connection, alert_id: int, channel: str, reason: str, said: str, now: datetime,
    business_now: datetime, *, as_of: datetime | None = None, error: str | None = None,
) -> None:  # fmt: skip
    """Keep that a message was sent, or with ``error`` that it could not be."""
    connection.execute(
        "insert into ops.notification (alert_id, channel, reason, said, at, business_at, as_of, error)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s)",
        (alert_id, channel, reason, said, now, business_now, as_of, error),
    )


def beat(connection: psycopg.Connection, name: str, now: datetime) -> None:
    """Say that a watcher did its work to the end."""
    connection.execute(
        "insert into ops.heartbeat (name, at) values (%s, %s) on conflict (name) do update set at = excluded.at",
        (name, now),
    )
