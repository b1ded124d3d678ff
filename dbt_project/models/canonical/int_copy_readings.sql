{{ config(meta={'analyze': true}) }}

with copy as (
    select distinct
        source_system,
        object
    from {{ ref('int_systems_of_record') }}
    where role = 'copy' or object = 'approval' -- an invoice may come by an event before its approval was read
),

-- What landed and did not pass the gate is not known.
waiting as (
    select
        source_system,
        object,
        min(interval_start) filter (where state = 'landed') as since,
        min(interval_start) filter (
            where landed_at <= {{ previous_as_of() }} and (state = 'landed' or known_at > {{ previous_as_of() }})
        ) as previously_since
    from {{ ref('stg_ops_batches') }}
    group by source_system, object
),

extracted as (
    select
        copy.source_system,
        copy.object,
        (
            select max(run.interval_end)
            from {{ ref('stg_ops_extractions') }} as run
            where run.source_system = copy.source_system and run.object = copy.object
        ) as extracted_to,
        (
            select max(run.interval_end)
            from {{ ref('stg_ops_extractions') }} as run
            where
                run.source_system = copy.source_system
                and run.object = copy.object
                and run.ended_at <= {{ previous_as_of() }}
        ) as previously_extracted_to
    from copy
)

select
    extracted.source_system,
    extracted.object,
    least(extracted.extracted_to, waiting.since, {{ as_of() }}) as read_to,
    coalesce(
        least(extracted.previously_extracted_to, waiting.previously_since), '0001-01-01T00:00:00+00:00'::timestamptz
    ) as previously_read_to
from extracted
left join waiting
    on extracted.source_system = waiting.source_system and extracted.object = waiting.object
where extracted.extracted_to is not null
