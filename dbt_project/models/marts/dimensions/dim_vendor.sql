{{ config(materialized='stable_table') }}

with vendor as (
    select * from {{ ref('int_vendors') }}
)

select
    vendor_key,
    name,
    name_from,
    case when tax_id_last4 is not null then '*****' || tax_id_last4 end as tax_id_masked,
    tax_id_from,
    status,
    inactive_since,
    payment_term_code,
    payment_term_from,
    currency,
    address,
    city,
    postal_code,
    country,
    address_from,
    phone,
    phone_from,
    email,
    email_from,
    gln,
    gln_from,
    duns,
    duns_from,
    bank_account_token,
    case when bank_account_last4 is not null then '*****' || bank_account_last4 end as bank_account_masked,
    account_from as bank_account_from,
    default_account_code,
    default_cost_center_code,
    is_known,
    cluster_size,
    source_system
from vendor
