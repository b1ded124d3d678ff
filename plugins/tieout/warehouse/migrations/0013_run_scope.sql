-- Runs of a part of the models, and how long an event takes to its target (docs/adr/0015-a-run-may-build-a-part.md).

-- A whole run builds every model; a run of scope `feedback` only what targets are told from. What is new to a run is
-- what became known after the last whole run, so that a part that was built ahead hides nothing from the rest.
alter table ops.run
    add column scope text not null default 'whole' check (scope in ('whole', 'feedback')),
    add column closed_wall_at timestamptz;
comment on column ops.run.closed_wall_at is 'Wall clock: when the run ended. It decides nothing.';

-- Wall time of each stage, for the view below; the business clock may stand still. Rows from before have none.
alter table ops.inbox_outcome add column settled_wall_at timestamptz;
alter table ops.inbox_outcome alter column settled_wall_at set default clock_timestamp();
alter table quality.promotion add column promoted_wall_at timestamptz;
alter table quality.promotion alter column promoted_wall_at set default clock_timestamp();
alter table feedback.outbox add column made_wall_at timestamptz;
alter table feedback.outbox alter column made_wall_at set default clock_timestamp();
create index outbox_by_run on feedback.outbox (run_id);

-- One row per event: when each stage on its way to the targets was over, by wall time.
create view ops.event_path as
select
    event.inbox_id,
    event.source_system,
    event.event_type,
    event.event_id,
    outcome.outcome,
    event.arrived_at,
    outcome.settled_wall_at as landed_at,
    gated.at as gated_at,
    built.run_id,
    built.scope,
    built.closed_wall_at as built_at,
    told.messages,
    told.made_at,
    told.acknowledged_at,
    extract(epoch from told.acknowledged_at - event.arrived_at) as seconds
from raw.inbox as event
left join ops.inbox_outcome as outcome using (inbox_id)
left join lateral (
    select
        max(promotion.promoted_wall_at) as at,
        max(promotion.known_at) as known_at
    from quality.promotion as promotion
    where promotion.batch_id = any(outcome.batch_ids)
) as gated on true
left join lateral (
    select
        run.run_id,
        run.scope,
        run.closed_wall_at
    from ops.run as run
    where run.state = 'succeeded' and run.as_of >= gated.known_at
    order by run.as_of, run.closed_wall_at
    limit 1
) as built on true
left join lateral (
    select
        count(distinct message.message_id) as messages,
        max(message.made_wall_at) as made_at,
        max(attempt.tried_at) filter (where attempt.outcome = 'acknowledged') as acknowledged_at
    from feedback.outbox as message
    left join feedback.attempt as attempt using (message_id)
    where message.run_id = built.run_id and message.target = 'ap' and message.mode = 'live'
) as told on true;
comment on view ops.event_path is
    'Messages are those that the event''s run made for AP, together: the events of one run share their times.';
