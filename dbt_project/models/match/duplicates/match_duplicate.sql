{{
    config(
        materialized='touched',
        meta={'touched': {'relation': 'match_duplicate_touched', 'keys': ['invoice_id']}},
        indexes=[{'columns': ['invoice_id', 'code'], 'unique': true}, {'columns': ['changed_at']}],
    )
}}

{% set touched = ref('match_duplicate_touched') -%}
{% set earlier = before('match_duplicate') -%}

with pair as (
    select * from {{ ref('match_duplicate_equal') }}
    union all
    select * from {{ ref('match_duplicate_near') }}
),

coded as (
    select
        pair.*,
        case when rule = 'exact' then 'DUPLICATE_INVOICE' else 'DUPLICATE_SUSPECT' end as code
    from pair
),

-- Where there are several originals, the one that stands before all others is named.
preferred as (
    select
        coded.*,
        row_number() over (partition by invoice_id, code order by place) as preference
    from coded
),

found as (
    select
        p.invoice_id,
        p.code,
        p.rule,
        p.original_invoice_id,
        own.vendor_key,
        own.normalised_number,
        own.gross_amount,
        original.vendor_key as original_vendor_key,
        i.invoice_number as original_number,
        i.gross_amount as original_gross_amount,
        i.invoice_date as original_date,
        md5(concat_ws(
            '|', p.rule, p.original_invoice_id, own.vendor_key, own.normalised_number, own.gross_amount,
            original.vendor_key, i.invoice_number, i.gross_amount, i.invoice_date
        )) as facts_md5
    from preferred as p
    inner join {{ ref('match_duplicate_candidate') }} as own on p.invoice_id = own.invoice_id
    inner join {{ ref('match_duplicate_candidate') }} as original on p.original_invoice_id = original.invoice_id
    inner join {{ ref('int_invoices') }} as i on p.original_invoice_id = i.invoice_id
    where p.preference <= 1
),

earlier as (
    {% if earlier -%}
    select e.*
    from {{ earlier }} as e
    inner join {{ touched }} as touched on e.invoice_id = touched.invoice_id
    {%- else -%}
    select
        found.*,
        null::timestamptz as changed_at
    from found
    where false
    {%- endif %}
)

select
    found.*,
    case when earlier.facts_md5 = found.facts_md5 then earlier.changed_at else {{ as_of() }} end as changed_at
from found
left join earlier on found.invoice_id = earlier.invoice_id and found.code = earlier.code

union all

-- One that is none any more stays until a run succeeds, so that its invoice is matched again.
select
    earlier.invoice_id,
    earlier.code,
    earlier.rule,
    null as original_invoice_id,
    earlier.vendor_key,
    earlier.normalised_number,
    earlier.gross_amount,
    null as original_vendor_key,
    null as original_number,
    null::numeric(20, 4) as original_gross_amount,
    null::date as original_date,
    null as facts_md5,
    case when earlier.original_invoice_id is null then earlier.changed_at else {{ as_of() }} end as changed_at
from earlier
left join found on earlier.invoice_id = found.invoice_id and earlier.code = found.code
where
    found.invoice_id is null
    and (earlier.original_invoice_id is not null or earlier.changed_at > {{ previous_as_of() }})
