{{
    config(
        materialized='appended',
        full_refresh=(var('schema_prefix', '') != ''),
        indexes=[
            {'columns': ['subject_id', 'subject_type', 'known_at']},
            {'columns': ['invoice_id']},
            {'columns': ['known_at']},
        ],
    )
}}

{% set history = log_history() -%}

with verdict as (
    select
        'invoice_line' as subject_type,
        l.invoice_line_id as subject_id,
        l.invoice_id,
        l.entity_id,
        l.verdict
    from {{ of_units(ref('match_invoice_line'), 'invoice_id') }} as l

    union all

    select
        'invoice' as subject_type,
        i.invoice_id as subject_id,
        i.invoice_id,
        i.entity_id,
        i.verdict
    from {{ of_units(ref('match_invoice'), 'invoice_id') }} as i
),

{% if history -%}
latest as (
    select
        h.subject_type,
        h.subject_id,
        h.invoice_id,
        h.entity_id,
        h.to_verdict,
        row_number() over (partition by h.subject_type, h.subject_id order by h.known_at desc) as preference
    from {{ of_units(history, 'invoice_id') }} as h
    where h.known_at <= {{ as_of() }}
),
{%- else -%}
latest as (
    select
        verdict.*,
        null::text as to_verdict,
        1 as preference
    from verdict
    where false
),
{%- endif %}

before as (
    select * from latest
    where preference <= 1
),

change as (
    select
        coalesce(verdict.subject_type, before.subject_type) as subject_type,
        coalesce(verdict.subject_id, before.subject_id) as subject_id,
        coalesce(verdict.invoice_id, before.invoice_id) as invoice_id,
        coalesce(verdict.entity_id, before.entity_id) as entity_id,
        before.to_verdict as from_verdict,
        verdict.verdict as to_verdict
    from verdict
    full outer join before
        on verdict.subject_id = before.subject_id and verdict.subject_type = before.subject_type
)

select
    change.*,
    {{ as_of() }} as known_at,
    {{ run_id() }}::text as run_id
from change
where change.from_verdict is distinct from change.to_verdict
{%- if var('schema_prefix', '') and history %}

union all

select * from {{ history }}
where known_at <= {{ as_of() }}
{%- endif %}
