{{ config(materialized='ephemeral') }}

with stopped as (
    select * from {{ ref('stg_ops_batches') }}
    where state = 'stopped'
),

-- The rules that most of its rows break, by the last gate that judged it.
broken as (
    select
        batch_id,
        owner,
        rule_id,
        rows_failed,
        row_number() over (partition by batch_id order by known_at desc, rows_failed desc, rule_id asc) as place
    from {{ ref('stg_ops_rule_results') }}
    where severity = 'critical' and rows_failed > 0
)

select
    'stopped_batch' as kind,
    stopped.batch_id as subject_id,
    null::text as entity_id,
    coalesce(broken.owner, 'data_engineer') as owner_role,
    stopped.landed_at as waiting_since,
    null::text as item_key,
    null::text as vendor_id,
    null::numeric as amount,
    null::text as currency,
    stopped.rows_landed || ' rows of ' || stopped.object || ' from ' || stopped.source_system
    || coalesce(
        ': ' || broken.rows_failed || ' break ' || broken.rule_id || '.', ': a required field did not arrive.'
    ) as evidence,
    case
        when broken.batch_id is null then 'Correct the source''s profile and parse the archive again.'
        else 'Have the feed mended, or accept the batch where its rows are as they are.'
    end as suggestion,
    jsonb_build_object('batch_id', stopped.batch_id)
    || case when broken.batch_id is null then '{}'::jsonb else '{"approve": "accept"}'::jsonb end as detail
from stopped
left join broken on stopped.batch_id = broken.batch_id and broken.place = 1
