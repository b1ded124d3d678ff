{#
    Append-only. A figure that differs from the last one kept is added as the next revision; nothing is changed.
    A figure whose facts are gone gets a revision of zero. Snapshots (period_kind) are only judged on the day that
    as-of falls on: what was true on an earlier day stays.
#}
{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        full_refresh=(var('schema_prefix', '') != ''),
        on_schema_change='fail',
        indexes=[{'columns': ['kpi', 'period', 'entity_id']}],
    )
}}

-- depends_on: {{ ref('kpi_definition') }}
{% set log = kept_log() -%}

with calculated as (
    {%- for calculation in [
        'auto_match_rate', 'first_pass_match_rate', 'receipt_posting_latency', 'receipt_message_latency',
        'invoice_posting_latency', 'po_sync_success_rate', 'exception_rate', 'exception_aging',
        'data_quality_rate', 'failed_interface_count', 'grni_accrual', 'spend',
        'contract_compliance', 'contract_leakage', 'perfect_order_rate',
        'duplicate_vendor_rate', 'duplicate_vendor_reduction', 'erp_sync_success_rate', 'manual_touches_per_invoice',
        'payment_cycle_time', 'invoice_cycle_time', 'approval_to_posting_time', 'payment_ack_time',
        'payment_exception_rate', 'on_time_payment_rate', 'discount_capture_rate', 'cash_forecast', 'accrual_accuracy',
        'reconciliation_completion_time',
    ] %}
    select {{ kpi_columns() }} from {{ ref('figure_' ~ calculation) }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

figure as (
    select
        md5(concat_ws('|', kpi, period, entity_id, dimension, dimension_value, coalesce(currency, ''))) as kpi_value_id,
        {{ kpi_columns() }}
    from calculated
    where period is not null
),

{% if log %}
last_kept as (
    select distinct on (kpi_value_id) *
    from {{ rows_kept(log, 'as_of') }} as kept
    order by kpi_value_id asc, revision desc
),

changed as (
    select
        figure.*,
        coalesce(last_kept.revision, 0) + 1 as revision
    from figure
    left join last_kept on figure.kpi_value_id = last_kept.kpi_value_id
    where
        last_kept.kpi_value_id is null
        or (figure.numerator, figure.denominator, figure.value)
        is distinct from (last_kept.numerator, last_kept.denominator, last_kept.value)
),

judged_today as (
    select distinct
        kpi,
        period,
        entity_id
    from figure
),

gone as (
    select
        last_kept.kpi_value_id,
        last_kept.kpi,
        last_kept.period,
        last_kept.entity_id,
        last_kept.dimension,
        last_kept.dimension_value,
        last_kept.currency,
        case when last_kept.numerator is not null then 0::numeric end as numerator,
        case when last_kept.denominator is not null then 0::numeric end as denominator,
        case when last_kept.denominator is null then 0::numeric end as value,
        last_kept.unit,
        last_kept.revision + 1 as revision
    from last_kept
    inner join {{ ref('kpi_definition') }} as definition on last_kept.kpi = definition.kpi
    left join figure on last_kept.kpi_value_id = figure.kpi_value_id
    left join judged_today
        on
            last_kept.kpi = judged_today.kpi
            and last_kept.period = judged_today.period
            and last_kept.entity_id = judged_today.entity_id
    where
        figure.kpi_value_id is null
        and (definition.period_kind = 'event' or judged_today.kpi is not null)
        and (coalesce(last_kept.numerator, 0) <> 0 or coalesce(last_kept.denominator, 0) <> 0)
),
{% else %}
changed as (
    select
        *,
        1 as revision
    from figure
),
{% endif %}

final as (
    select
        kpi_value_id,
        revision,
        {{ kpi_columns() }}
    from changed
    {%- if log %}

    union all

    select
        kpi_value_id,
        revision,
        {{ kpi_columns() }}
    from gone
    {%- endif %}
)

select
    kpi_value_id::text as kpi_value_id,
    revision::integer as revision,
    kpi::text as kpi,
    period::date as period,
    entity_id::text as entity_id,
    dimension::text as dimension,
    dimension_value::text as dimension_value,
    numerator::numeric(24, 4) as numerator,
    denominator::numeric(24, 4) as denominator,
    value::numeric(24, 4) as value,
    unit::text as unit,
    currency::text as currency,
    {{ as_of() }} as as_of
from final
{{- and_rows_kept(log, 'as_of') }}
