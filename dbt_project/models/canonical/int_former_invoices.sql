{{ config(indexes=[{'columns': ['invoice_id']}], meta={'analyze': true}) }}

{% set invoices = before('int_invoices') -%}
{% set noted = before('int_former_invoices') -%}

-- depends_on: {{ ref('int_touched') }}

{# A run that failed has moved its invoices; what it noted before stays noted until a run succeeds. -#}
{% if invoices -%}
select
    p.invoice_id,
    p.vendor_key,
    p.normalised_number,
    p.gross_amount,
    p.currency,
    p.kind,
    p.invoice_date,
    {{ as_of() }} as noted_at
from {{ of_touched_ids(invoices, 'invoice', 'invoice_id') }} as p
{%- if noted %}

union all

select
    invoice_id,
    vendor_key,
    normalised_number,
    gross_amount,
    currency,
    kind,
    invoice_date,
    noted_at
from {{ noted }}
where noted_at > {{ previous_as_of() }}
{%- endif %}
{%- else -%}
select
    null::text as invoice_id,
    null::text as vendor_key,
    null::text as normalised_number,
    null::numeric(20, 4) as gross_amount,
    null::text as currency,
    null::text as kind,
    null::date as invoice_date,
    null::timestamptz as noted_at
where false
{%- endif %}
