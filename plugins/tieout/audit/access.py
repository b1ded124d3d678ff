"""Who may do what in the database: a difference to what was seen last is an event (action ``access``).

Seen are roles and what they may do everywhere, memberships, and privileges on the database, its schemas and what is in
them; what an owner may do by being the owner is not a grant. Grants are compared instead of being listened to: a
listener needs a superuser, does not hear of roles, and hears each build grant anew what was granted before.
"""

from collections import defaultdict
from datetime import datetime

import psycopg

from tieout.audit.event import record

_LOCK = "select pg_advisory_xact_lock(hashtext('tieout audit access'))"
_DIFFERENCE = r"""
    with granted as (
        select a.grantee, a.grantor, a.privilege_type, a.is_grantable, 'database' as subject
        from pg_database as d
        cross join lateral aclexplode(d.datacl) as a
        where d.datname = current_database() and a.grantee not in (0, d.datdba)

        union all

        select a.grantee, a.grantor, a.privilege_type, a.is_grantable, 'schema ' || n.nspname
        from pg_namespace as n
        cross join lateral aclexplode(n.nspacl) as a
        where n.nspname !~ '^(pg_|information_schema$)' and a.grantee <> n.nspowner

        union all

        select a.grantee, a.grantor, a.privilege_type, a.is_grantable, n.nspname || '.' || c.relname
        from pg_class as c
        inner join pg_namespace as n on n.oid = c.relnamespace
        cross join lateral aclexplode(c.relacl) as a
        where n.nspname !~ '^(pg_|information_schema$)' and c.relname !~ '__dbt_' and a.grantee <> c.relowner

        union all

        select a.grantee, a.grantor, a.privilege_type, a.is_grantable, n.nspname || '.' || c.relname || '.' || t.attname
        from pg_attribute as t
        inner join pg_class as c on c.oid = t.attrelid
        inner join pg_namespace as n on n.oid = c.relnamespace
        cross join lateral aclexplode(t.attacl) as a
        where n.nspname !~ '^(pg_|information_schema$)' and c.relname !~ '__dbt_' and a.grantee <> c.relowner
    ),

    seen as (
        select
            case when g.grantee = 0 then 'public' else pg_get_userbyid(g.grantee) end as grantee,
            g.subject,
            lower(g.privilege_type) || case when g.is_grantable then ' with grant option' else '' end
            || ' by ' || pg_get_userbyid(g.grantor) as privilege
        from granted as g

        union all

        select r.rolname, 'everywhere', w.what
        from pg_roles as r
        cross join lateral (
            values
            ('superuser', r.rolsuper), ('create role', r.rolcreaterole), ('create database', r.rolcreatedb),
            ('log in', r.rolcanlogin), ('replication', r.rolreplication), ('bypass row security', r.rolbypassrls)
        ) as w (what, may)
        where w.may and r.rolname !~ '^pg_'

        union all

        select
            pg_get_userbyid(m.member),
            'role ' || pg_get_userbyid(m.roleid),
            'member' || case when m.admin_option then ' with admin option' else '' end
            || ' by ' || pg_get_userbyid(m.grantor)
        from pg_auth_members as m
        where pg_get_userbyid(m.member) !~ '^pg_'
    ),

    present as (
        select grantee::text as grantee, subject, string_agg(distinct privilege, ', ' order by privilege) as privileges
        from seen
        group by grantee, subject
    )

    select coalesce(p.grantee, k.grantee), coalesce(p.subject, k.subject), k.privileges, p.privileges
    from present as p
    full join audit.access as k on k.grantee = p.grantee and k.subject = p.subject
    where p.privileges is distinct from k.privileges
    order by 1, 2
"""


def record_changes(connection: psycopg.Connection, at: datetime) -> int:
    """Add an event for each role that may do other things than when this was asked last; the caller commits.

    Returns how many roles. ``before`` and ``after`` hold what differs, by what it is about; null is nothing at all.
    """
    connection.execute(_LOCK)
    changes: dict[str, dict[str, tuple[str | None, str | None]]] = defaultdict(dict)
    for grantee, subject, was, now in connection.execute(_DIFFERENCE.encode()).fetchall():
        changes[grantee][subject] = (was, now)
    for grantee, differing in changes.items():
        _remember(connection, grantee, differing)
        record(
            connection,
            at=at,
            actor="database",
            action="access",
            subject_type="role",
            subject_id=grantee,
            before={subject: was for subject, (was, _) in differing.items()},
            after={subject: now for subject, (_, now) in differing.items()},
        )
    return len(changes)


def _remember(
    connection: psycopg.Connection, grantee: str, differing: dict[str, tuple[str | None, str | None]]
) -> None:
    connection.execute("delete from audit.access where grantee = %s and subject = any(%s)", (grantee, [*differing]))
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into audit.access (grantee, subject, privileges) values (%s, %s, %s)",
            [(grantee, subject, now) for subject, (_, now) in differing.items() if now is not None],
        )
