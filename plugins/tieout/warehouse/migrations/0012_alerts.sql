-- Who was told of what. What is wrong stands in ops.incident and in the holds; these tables hold what was said of it.

-- What should be known by now and is not, is a technical exception of its own.
alter table ops.incident drop constraint incident_class_check;
alter table ops.incident add constraint incident_class_check check (class in ('unavailable', 'throttled', 'refused',
    'contract broken', 'malformed payload', 'delivery failed', 'pipeline failed', 'late'));

-- One row per cause, from when it was first seen until it is over: the same cause later is a new row.
-- Updated by `watch` with each look while it is open, never after. Times are wall time: telling is.
-- members are the open incidents, or the open holds, behind it; looks how often it was found open.
create table ops.alert (
    alert_id bigint generated always as identity primary key,
    cause text not null,
    audience text not null check (audience in ('technical', 'role')),
    role text,
    severity text not null check (severity in ('high', 'medium')),
    title text not null,
    runbook text,
    members integer not null,
    looks integer not null default 1,
    first_at timestamptz not null,
    last_at timestamptz not null,
    state text not null default 'open' check (state in ('open', 'resolved')),
    resolved_at timestamptz,
    check ((audience = 'role') = (role is not null))
);
create unique index alert_open on ops.alert (cause) where state = 'open';

-- One row per message that was sent, or that could not be: only ever added. at is wall time, business_at the business
-- clock's; as_of is up to when a message about holds tells. said is the severity and how many digits members had: what
-- is worth another message when it grows. error is the kind of what went wrong; null: it was sent.
create table ops.notification (
    notification_id bigint generated always as identity primary key,
    alert_id bigint not null references ops.alert (alert_id),
    channel text not null,
    reason text not null check (reason in ('opened', 'changed', 'reminder', 'resolved', 'digest', 'large hold')),
    said text not null,
    at timestamptz not null,
    business_at timestamptz not null,
    as_of timestamptz,
    error text
);
create index notification_by_alert on ops.notification (alert_id, channel, notification_id);

-- One row per watcher: when it last did its work to the end, in wall time. Updated.
create table ops.heartbeat (
    name text primary key,
    at timestamptz not null
);
