{#
    Vendor numbers whose bank detail changed lately or that an open invoice contradicts, and the payments on their way that
    it concerns (payments, section 10). Small: what nobody confirmed. It depends on the day, so it is made anew in each run.
#}
{{ config(indexes=[{'columns': ['match_unit_id'], 'unique': true}], meta={'analyze': true}) }}

with payment as (
    select * from {{ ref('int_payments') }}
    where is_live and status in ('proposed', 'approved', 'sent', 'acknowledged') -- a filter that needs no bank
),

entity as (
    select
        e.entity_id,
        e.currency,
        coalesce(e.parent_entity_id, e.entity_id) as parent_entity_id,
        s.source_system as vendor_system
    from {{ ref('int_entities') }} as e
    inner join {{ ref('int_systems_of_record') }} as s on e.entity_id = s.entity_id
    where s.object = 'vendor' and s.role = 'record' and s.recency = 1
),

{{ choose_payment_policy('entity') }},

{{ choose_payment_policy('payment') }},

-- A master that several entities share is their parent's, and the longest of their cooling periods goes.
home as (
    select
        entity.vendor_system,
        {{ first_text('entity.parent_entity_id') }} as entity_id,
        max(policy.cooling_days) as cooling_days
    from entity
    {{ join_payment_policy('entity', 'entity') }}
    group by entity.vendor_system
),

changed as (
    select
        a.vendor_id,
        a.vendor_key,
        a.source_system,
        a.changed_at,
        'account ' || a.account_ref || ' ending in ' || coalesce(a.account_last4, '?')
        || {{ changed_how('a') }} || coalesce(', by ' || a.changed_by, '') as said
    from {{ ref('int_vendor_bank_accounts') }} as a
    where a.is_valid and a.changed_at is not null and a.confirmed_at is null
),

misprinted as (
    select
        r.*,
        'invoice ' || coalesce(r.invoice_number, r.invoice_id) || ' prints an account ending in '
        || coalesce(r.remit_to_account_last4, '?') as said
    from {{ ref('match_remit_to') }} as r
),

about_vendor as (
    select
        changed.vendor_id,
        changed.vendor_key,
        changed.said
    from changed
    inner join home on changed.source_system = home.vendor_system
    where {{ is_cooling('changed.changed_at', 'home.cooling_days') }}
    union
    select
        vendor_id,
        vendor_key,
        said
    from misprinted
),

about_payment as (
    select
        payment.payment_id,
        changed.said
    from payment
    inner join changed on payment.vendor_id = changed.vendor_id
    {{ join_payment_policy('payment', 'payment') }}
    where {{ is_cooling('changed.changed_at', 'policy.cooling_days') }}
    union
    select
        payment.payment_id,
        misprinted.said
    from payment
    inner join {{ ref('int_payment_invoices') }} as applied on payment.payment_id = applied.payment_id
    inner join misprinted on applied.invoice_id = misprinted.invoice_id
),

vendor as (
    select
        vendor_id,
        {{ first_text('vendor_key') }} as vendor_key,
        {{ joined('said', "'; '") }} as said
    from about_vendor
    group by vendor_id
),

held_payment as (
    select
        payment_id,
        {{ joined('said', "'; '") }} as said
    from about_payment
    group by payment_id
)

select
    vendor.vendor_id as subject_id,
    {{ bank_detail_unit('vendor.vendor_id') }} as match_unit_id,
    vendor.vendor_key,
    home.entity_id,
    0::numeric(20, 4) as amount_at_risk,
    e.currency,
    vendor.said
from vendor
inner join home on {{ system_of('vendor.vendor_id') }} = home.vendor_system
left join {{ ref('int_entities') }} as e on home.entity_id = e.entity_id

union all

select
    payment.payment_id as subject_id,
    {{ payment_unit('payment.payment_id') }} as match_unit_id,
    payment.vendor_key,
    payment.entity_id,
    payment.amount as amount_at_risk,
    payment.currency,
    held_payment.said
from held_payment
inner join payment on held_payment.payment_id = payment.payment_id
