{{ config(materialized='stable_view') }}

with screening as (
    select * from {{ source('steward_records', 'screening_run') }}
    where greatest(vendors_through, lists_through) <= {{ as_of() }}
)

select
    max(vendors_through) as vendors_through,
    max(lists_through) as lists_through
from screening
