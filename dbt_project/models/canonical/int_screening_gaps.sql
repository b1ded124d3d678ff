{{ config(materialized='ephemeral') }}

with vendor as (
    select * from {{ ref('stg_vendors') }}
),

crosswalk as (
    select * from {{ ref('int_vendor_crosswalk') }}
),

screening as (
    select * from {{ ref('stg_ops_screenings') }}
),

-- A list is there where it has entries; names and addresses come with them.
listed as (
    select
        greatest(
            max(_known_at),
            (select max(_known_at) from {{ ref('stg_screening_aliases') }}),
            (select max(_known_at) from {{ ref('stg_screening_addresses') }})
        ) as known_at
    from {{ ref('stg_screening_entries') }}
    having count(*) > 0
)

select distinct crosswalk.vendor_key
from vendor
inner join crosswalk
    on vendor._source_system = crosswalk.source_system and vendor.vendor_number = crosswalk.vendor_number
cross join screening
cross join listed
where
    screening.lists_through is null
    or listed.known_at > screening.lists_through
    or vendor._known_at > screening.vendors_through
