{#
    Vendors that are ordered from, and how the copies that other systems should hold of them compare. A copy is one that
    is resolved to the same vendor; its status and terms are compared where it refers to this very number. Copies that
    say nothing of a field do not differ in it.
#}
{{ config(materialized='stable_view') }}

with vendor as (
    select
        crosswalk.vendor_id,
        crosswalk.source_system,
        crosswalk.vendor_number,
        crosswalk.vendor_key,
        record.name,
        case when record.status = 'inactive' then 'blocked' else record.status end as status,
        record.payment_term_code,
        record.currency,
        record._first_known_at
    from {{ ref('int_vendor_crosswalk') }} as crosswalk
    inner join {{ ref('stg_vendors') }} as record
        on
            crosswalk.source_system = record._source_system
            and crosswalk.vendor_number = record.vendor_number
    where crosswalk.is_record
),

due as (
    select
        vendor.*,
        holder.target
    from vendor
    cross join
        lateral (
            select distinct home.source_system as target
            from {{ ref('int_purchase_orders') }} as ordered
            inner join {{ ref('int_systems_of_record') }} as home
                on ordered.entity_id = home.entity_id and home.object = 'vendor' and home.role = 'copy'
            where
                ordered.vendor_id = vendor.vendor_id
                and ordered.issued_at is not null
                and home.source_system <> vendor.source_system
        ) as holder
),

promise as (
    select
        target,
        min(hours) as hours
    from {{ ref('stg_slas') }}
    where subject = 'sync' and object = 'vendor' and entity_id is null
    group by target
),

copy as (
    select distinct on (due.target, due.vendor_id)
        due.target,
        due.vendor_id,
        crosswalk.vendor_number,
        coalesce(crosswalk.record_vendor_id = due.vendor_id, false) as is_referring,
        held.status,
        held.payment_term_code,
        held._known_at
    from due
    inner join {{ ref('int_vendor_crosswalk') }} as crosswalk
        on due.target = crosswalk.source_system and due.vendor_key = crosswalk.vendor_key
    inner join {{ ref('stg_vendors') }} as held
        on crosswalk.source_system = held._source_system and crosswalk.vendor_number = held.vendor_number
    order by
        due.target asc,
        due.vendor_id asc,
        coalesce(crosswalk.record_vendor_id = due.vendor_id, false) desc,
        crosswalk.vendor_number collate "C" asc
)

select
    due.target,
    due.vendor_id,
    due.source_system,
    due.vendor_number,
    due.name,
    due.status,
    due.payment_term_code,
    due.currency,
    copy.vendor_number as copy_number,
    copy.target is not null as is_present,
    copy.target is not null
    and not (
        copy.is_referring
        and (
            coalesce(copy.status <> due.status, false)
            or coalesce(copy.payment_term_code <> due.payment_term_code, false)
        )
    ) as is_equal,
    {{ hours_after('due._first_known_at', 'promise.hours') }} as due_at,
    copy._known_at as copy_known_at
from due
left join copy on due.target = copy.target and due.vendor_id = copy.vendor_id
left join promise on due.target = promise.target
