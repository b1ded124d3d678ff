{{ config(materialized='stable_table') }}

with vendor as (
    select * from {{ ref('int_vendors') }}
)

select
    vendor_key,
    name,
    case when tax_id_last4 is not null then '*****' || tax_id_last4 end as tax_id_masked,
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
