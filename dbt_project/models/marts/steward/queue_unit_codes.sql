{{ config(materialized='ephemeral') }}

with code as (
    select * from {{ ref('int_unknown_unit_codes') }}
),

-- A list that the source does not use may know it.
listed as (
    select
        upper(code) as code,
        min(unit) as unit
    from {{ ref('unit_codes') }}
    group by upper(code)
    having count(distinct unit) = 1
)

select
    'unit_code' as kind,
    code.code as subject_id,
    null::text as entity_id,
    'item_steward' as owner_role,
    code.known_at as waiting_since,
    null::text as item_key,
    null::text as vendor_id,
    code.amount,
    code.currency,
    'Written on ' || code.lines || ' lines by ' || code.systems || ', as on ' || code.example || '.' as evidence,
    case
        when listed.unit is not null then 'It may mean ' || listed.unit || '.'
        else 'Say which unit it means, or add it to the source''s profile.'
    end as suggestion,
    jsonb_build_object('code', code.code, 'unit', listed.unit)
    || case when listed.unit is not null then '{"approve": "unit_code"}'::jsonb else '{}'::jsonb end as detail
from code
left join listed on upper(code.code) = listed.code
