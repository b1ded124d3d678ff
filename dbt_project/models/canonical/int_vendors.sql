with vendor as (
    select
        c.vendor_key,
        c.vendor_id,
        c.source_system,
        c.is_record,
        c.is_known,
        c.tax_id_last4,
        c.status,
        c.inactive_since,
        v.name,
        v.payment_term_code,
        v.currency,
        v.country,
        v.default_account_code,
        v.default_cost_center_code,
        count(*) over (partition by c.vendor_key) as cluster_size,
        row_number() over (
            partition by c.vendor_key
            order by c.is_record desc, {{ by_code_point('c.vendor_id') }}
        ) as preference
    from {{ ref('int_vendor_crosswalk') }} as c
    inner join {{ ref('stg_vendors') }} as v
        on c.source_system = v._source_system and c.vendor_number = v.vendor_number
)

select
    vendor_key,
    name,
    tax_id_last4,
    status,
    inactive_since,
    payment_term_code,
    currency,
    country,
    default_account_code,
    default_cost_center_code,
    is_known,
    cluster_size,
    source_system
from vendor
where preference = 1
