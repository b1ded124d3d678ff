{#
    Vendors who resemble a listed party and were not cleared, and payments on their way to them (payments, section 9). Small,
    and made anew in each run.
#}
{{ config(indexes=[{'columns': ['match_unit_id'], 'unique': true}], meta={'analyze': true}) }}

with hit as (
    select
        vendor_key,
        list || ':' || entry_id as entry,
        max(score) as score,
        max(threshold) as threshold,
        min(
            vendor_id || ' resembles ' || matched_name
            || case when is_alias then ', another name of ' || entry_name else '' end
            || ' (' || list || ':' || entry_id || '): ' || evidence || '; score ' || score
            || case when state = 'confirmed' then '; confirmed by ' || decided_by else '' end
        ) as said
    from {{ ref('int_screening_hits') }}
    where state <> 'cleared'
    group by vendor_key, list, entry_id
),

held as (
    select
        vendor_key,
        {{ joined('entry') }} as entries,
        max(threshold) as threshold,
        {{ joined('said', "'. '") }} as said
    from hit
    group by vendor_key
),

payment as (
    select * from {{ ref('int_payments') }}
    where is_live
),

vendor as (
    select * from {{ ref('int_vendors') }}
),

home as (
    select * from {{ ref('int_vendor_homes') }}
),

entity as (
    select * from {{ ref('int_entities') }}
)

select
    held.vendor_key as subject_id,
    {{ screened_unit('held.vendor_key') }} as match_unit_id,
    held.vendor_key,
    home.entity_id,
    0::numeric(20, 4) as amount_at_risk,
    entity.currency,
    held.entries,
    held.threshold,
    held.said
from held
inner join vendor on held.vendor_key = vendor.vendor_key
left join home on vendor.source_system = home.source_system
left join entity on home.entity_id = entity.entity_id

union all

select
    payment.payment_id as subject_id,
    {{ payment_unit('payment.payment_id') }} as match_unit_id,
    payment.vendor_key,
    payment.entity_id,
    payment.amount as amount_at_risk,
    payment.currency,
    held.entries,
    held.threshold,
    held.said
from held
inner join payment on held.vendor_key = payment.vendor_key
