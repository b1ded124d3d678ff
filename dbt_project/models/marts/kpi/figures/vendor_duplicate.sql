{{ config(materialized='ephemeral') }}

-- What resolution says or proposes is one vendor, system of record by system of record: in each it needs one number.
with number_in_use as (
    select
        source_system,
        proposed_key,
        coalesce(inactive_since > {{ utc_date(as_of()) }}, true) as is_in_use
    from {{ ref('int_vendor_crosswalk') }}
    where is_record
),

vendor as (
    select
        source_system,
        proposed_key,
        count(*) as numbers,
        count(*) filter (where is_in_use) as numbers_in_use
    from number_in_use
    group by source_system, proposed_key
)

select
    cut.dimension,
    cut.dimension_value,
    sum(vendor.numbers_in_use) as numbers_in_use,
    sum(greatest(vendor.numbers_in_use - 1, 0)) as duplicates,
    sum(vendor.numbers - 1) as duplicates_ever
from vendor
cross join lateral (values ('all', 'all'), ('system', vendor.source_system)) as cut (dimension, dimension_value)
group by cut.dimension, cut.dimension_value
