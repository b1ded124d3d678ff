{{ config(materialized='ephemeral') }}

-- The rates of an entity are those of the system that is of record for them on the rate's day.
select
    s.entity_id,
    r.from_currency,
    r.to_currency,
    r.rate_date,
    round(r.rate, 10)::numeric(19, 10) as rate,
    s.recency
from {{ ref('stg_fx_rates') }} as r
inner join {{ ref('int_systems_of_record') }} as s
    on r._source_system = s.source_system and r.rate_date between s.valid_from and s.valid_to
where s.object = 'fx_rate' and s.role = 'record' and r.rate > 0
