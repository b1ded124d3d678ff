{{ config(materialized='ephemeral') }}

with account as (
    select * from {{ ref('stg_gl_accounts') }}
),

entity as (
    select * from {{ ref('stg_entities') }}
),

controlled as (
    select
        a._source_system as source_system,
        a.entity_id,
        a.account_code,
        coalesce(a.control_type, {{ json_text_of('e.control_accounts', 'a.account_code') }}) as control_type
    from account as a
    inner join entity as e on a.entity_id = e.entity_id
    inner join {{ ref('int_systems_of_record') }} as s
        on
            a.entity_id = s.entity_id
            and s.object = 'gl_account'
            and s.role = 'record'
            and a._source_system = s.source_system
)

select * from controlled
where control_type in ('ap_control', 'grni', 'cash')
