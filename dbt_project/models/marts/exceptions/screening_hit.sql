{{ config(materialized='stable_table') }}

with hit as (
    select * from {{ ref('int_screening_hits') }}
),

vendor as (
    select * from {{ ref('int_vendors') }}
),

entry as (
    select * from {{ ref('stg_screening_entries') }}
)

select
    hit.hit_id,
    hit.vendor_key,
    vendor.name as vendor_name,
    hit.vendor_id,
    hit.list,
    hit.entry_id,
    hit.entry_name,
    entry.kind as entry_kind,
    entry.program,
    entry.listed_on,
    entry.remarks,
    hit.matched_name,
    hit.is_alias,
    hit.score,
    hit.threshold,
    hit.evidence,
    hit.state,
    hit.decision_id,
    hit.decided_by,
    hit.decided_at,
    hit.reason,
    hit.hit_since
from hit
left join vendor on hit.vendor_key = vendor.vendor_key
left join entry on hit.list = entry.list and hit.entry_id = entry.entry_id
