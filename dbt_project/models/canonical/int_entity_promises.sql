{{ config(meta={'analyze': true}) }}

-- Of the promises on a subject, the one that names the entity, else the one for all.
with promise as (
    select
        e.entity_id,
        e.accruals,
        s.subject,
        s.hours,
        row_number() over (
            partition by e.entity_id, s.subject
            order by {{ specificity(['s.entity_id', 's.object']) }} desc, {{ by_code_point('s.sla_id') }}
        ) as preference
    from {{ ref('int_entities') }} as e
    inner join {{ ref('stg_slas') }} as s on coalesce(s.entity_id, e.entity_id) = e.entity_id
    where (s.subject in ('receipt_posting', 'accrual_age') and coalesce(s.object, 'receipt_line') = 'receipt_line')
        or s.subject = 'bank_entry'
)

select
    entity_id,
    accruals,
    subject,
    hours
from promise
where preference <= 1
