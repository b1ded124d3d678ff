{{ config(indexes=[{'columns': ['entity_id', 'period']}, {'columns': ['changed_at']}]) }}

{% set earlier = before('match_balance') -%}

with summed as (
    select
        entity_id,
        period,
        kind,
        currency,
        sum(subledger_amount) as subledger_amount,
        sum(gl_amount) as gl_amount,
        sum(case when subledger_amount <> gl_amount then 1 else 0 end)::integer as differing_documents
    from {{ ref('match_balance_document') }}
    group by entity_id, period, kind, currency
),

earlier as (
    {% if earlier -%}
    select
        e.entity_id,
        e.period,
        e.kind,
        e.currency,
        e.subledger_amount,
        e.gl_amount,
        e.differing_documents,
        e.changed_at
    from {{ earlier }} as e
    {%- else -%}
    select
        summed.*,
        null::timestamptz as changed_at
    from summed
    where false
    {%- endif %}
),

-- A period of which nothing is left is judged once more.
state as (
    select
        coalesce(summed.entity_id, earlier.entity_id) as entity_id,
        coalesce(summed.period, earlier.period) as period,
        coalesce(summed.kind, earlier.kind) as kind,
        coalesce(summed.currency, earlier.currency) as currency,
        coalesce(summed.subledger_amount, 0) as subledger_amount,
        coalesce(summed.gl_amount, 0) as gl_amount,
        coalesce(summed.differing_documents, 0) as differing_documents,
        case
            when
                earlier.subledger_amount = coalesce(summed.subledger_amount, 0)
                and earlier.gl_amount = coalesce(summed.gl_amount, 0)
                and earlier.differing_documents = coalesce(summed.differing_documents, 0)
                then earlier.changed_at
            else {{ as_of() }}
        end as changed_at,
        summed.entity_id is not null as is_present
    from summed
    full outer join earlier
        on
            summed.entity_id = earlier.entity_id
            and summed.period = earlier.period
            and summed.kind = earlier.kind
            and summed.currency = earlier.currency
)

select
    state.entity_id,
    state.period,
    state.kind,
    state.currency,
    state.subledger_amount::numeric(20, 4) as subledger_amount,
    state.gl_amount::numeric(20, 4) as gl_amount,
    state.differing_documents,
    reading.judged_to,
    state.changed_at
from state
left join {{ ref('match_balance_reading') }} as reading
    on state.entity_id = reading.entity_id and state.kind = reading.kind
where state.is_present or state.changed_at > {{ previous_as_of() }}
