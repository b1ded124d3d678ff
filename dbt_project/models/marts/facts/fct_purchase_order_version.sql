{{ config(materialized='stable_view') }}

with issued as (
    select * from {{ ref('purchase_order_version_log') }}
    where event = 'issued'
),

equalled as (
    select * from {{ ref('purchase_order_version_log') }}
    where event = 'equal'
),

entity as (
    select * from {{ ref('dim_entity') }}
),

-- Whether a copy was in time is known up to where its system was read.
reading as (
    select * from {{ ref('int_copy_readings') }}
    where object = 'purchase_order'
),

version as (
    select
        issued.purchase_order_id,
        issued.version_md5,
        issued.entity_id,
        min(issued.at) as issued_at,
        max(issued.due_at) as due_at,
        count(*) as targets,
        count(*) filter (where equalled.at <= issued.due_at) as targets_in_time,
        max(equalled.at) as last_equal_at,
        bool_and(coalesce(issued.due_at <= reading.read_to, false)) as is_due
    from issued
    left join reading on issued.target = reading.source_system
    left join equalled
        on
            issued.purchase_order_id = equalled.purchase_order_id
            and issued.target = equalled.target
            and issued.version_md5 = equalled.version_md5
    group by issued.purchase_order_id, issued.version_md5, issued.entity_id
)

select
    (version.purchase_order_id || ':' || version.version_md5)::text as purchase_order_version_id,
    version.purchase_order_id,
    version.entity_id,
    version.version_md5,
    version.targets,
    version.targets_in_time,
    version.is_due,
    version.targets = version.targets_in_time as in_sync,
    {{ local_date('version.issued_at', "coalesce(entity.time_zone, 'UTC')") }} as issue_date,
    version.issued_at,
    version.due_at,
    case when version.targets = version.targets_in_time then version.last_equal_at end as in_sync_at
from version
left join entity on version.entity_id = entity.entity_id
