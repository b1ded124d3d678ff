{{ config(materialized='ephemeral') }}

{#
    The golden record (vendors, section Golden record): columns that are taken together from one vendor number, and
    what makes one number's values better than another's: rank (the system of record first), recency (its source
    changed it last), completeness (more of the columns are known; of one column, the longer text). Numbers that know
    none of the columns come last, ties go to the lower id.
-#}
{% set rank, recency = 'is_record desc', 'updated_at desc nulls last' -%}
{% set rules = {
    'name': {'columns': ['name'], 'order': [rank, recency, 'length(name) desc']},
    'tax_id': {'columns': ['tax_id_last4'], 'order': [rank, recency]},
    'account': {'columns': ['bank_account_token', 'bank_account_last4'], 'order': [rank, recency]},
    'address': {
        'columns': ['address', 'city', 'postal_code', 'country'],
        'order': [
            'case when address is null then 0 else 1 end + case when city is null then 0 else 1 end'
            ' + case when postal_code is null then 0 else 1 end + case when country is null then 0 else 1 end desc',
            rank,
            recency,
        ],
    },
    'phone': {'columns': ['phone'], 'order': [recency, rank]},
    'email': {'columns': ['email'], 'order': [recency, rank]},
    'payment_term': {'columns': ['payment_term_code'], 'order': [rank, recency]},
    'gln': {'columns': ['gln'], 'order': [rank, recency]},
    'duns': {'columns': ['duns'], 'order': [rank, recency]},
} -%}

with account as (
    select
        _source_system,
        vendor_number,
        account_number_token as bank_account_token,
        account_number_last4 as bank_account_last4,
        row_number() over (
            partition by _source_system, vendor_number
            order by valid_from desc nulls last, {{ by_code_point('account_ref') }}
        ) as preference
    from {{ ref('stg_vendor_bank_accounts') }}
    where {{ utc_date(as_of()) }} <= coalesce(valid_to, '9999-12-31'::date)
),

vendor as (
    select
        c.vendor_key,
        c.vendor_id,
        c.is_record,
        v._source_updated_at as updated_at,
        nullif(v.name, '') as name,
        v.tax_id_last4,
        account.bank_account_token,
        account.bank_account_last4,
        nullif(v.address, '') as address,
        nullif(v.city, '') as city,
        nullif(v.postal_code, '') as postal_code,
        nullif(v.country, '') as country,
        nullif(v.phone, '') as phone,
        nullif(v.email, '') as email,
        nullif(v.payment_term_code, '') as payment_term_code,
        nullif(v.gln, '') as gln,
        nullif(v.duns, '') as duns
    from {{ ref('int_vendor_crosswalk') }} as c
    inner join {{ ref('stg_vendors') }} as v
        on c.source_system = v._source_system and c.vendor_number = v.vendor_number
    left join account
        on
            v._source_system = account._source_system
            and v.vendor_number = account.vendor_number
            and account.preference <= 1
),

ranked as (
    select
        {%- for name, rule in rules.items() %}
        row_number() over (
            partition by vendor_key
            order by
                coalesce({{ rule.columns | join(', ') }}) is null,
                {{ rule.order | join(', ') }},
                {{ by_code_point('vendor_id') }}
        ) as {{ name }}_place,
        {%- endfor %}
        vendor.*
    from vendor
)

select
    {%- for name, rule in rules.items() %}
    {%- for column in rule.columns %}
    max(case when {{ name }}_place = 1 then {{ column }} end) as {{ column }},
    {%- endfor %}
    max(case when {{ name }}_place = 1 and coalesce({{ rule.columns | join(', ') }}) is not null then vendor_id end)
        as {{ name }}_from,
    {%- endfor %}
    vendor_key
from ranked
group by vendor_key
