{{ config(materialized='stable_view') }}

with account as (
    select * from {{ ref('stg_gl_accounts') }}
)

select
    (account.entity_id || ':' || account.account_code)::text as gl_account_id,
    account.account_code,
    account.entity_id,
    account.name,
    account.account_type,
    coalesce(account.active, true) as active,
    account._known_at as known_at
from account
where {{ from_system_of_record('account', 'gl_account') }}
