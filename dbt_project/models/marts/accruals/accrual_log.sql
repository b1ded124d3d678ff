{#
    Append-only: what an accrued order line's accrual is made of, whenever that changed. A line that is accrued no
    more (it went, its entity keeps no accruals, it is matched two-way now) keeps its quantities, at a price of zero:
    so the roll-forward shows that as neither receipt nor invoice.
#}
{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        full_refresh=(var('schema_prefix', '') != ''),
        on_schema_change='fail',
        indexes=[{'columns': ['purchase_order_id']}, {'columns': ['entity_id', 'period']}],
    )
}}

-- depends_on: {{ ref('match_touched') }}

{% set log = kept_log() -%}

with entity as (
    select
        entity_id,
        accruals,
        currency,
        {{ local_date(as_of(), "coalesce(time_zone, 'UTC')") }} as period
    from {{ ref('dim_entity') }}
),

-- Of what was received, that part is invoiced which is not accrued.
line as (
    select
        po.po_line_id,
        po.purchase_order_id,
        po.entity_id,
        coalesce(po.currency, entity.currency) as currency,
        matched.received_qty,
        matched.received_qty - matched.net_received_qty as returned_qty,
        matched.net_received_qty - po.grni_qty as invoiced_qty,
        po.unit_price
    from {{ ref('fct_purchase_order_line') }} as po
    inner join {{ ref('match_po_line') }} as matched on po.po_line_id = matched.po_line_id
    inner join entity on po.entity_id = entity.entity_id and entity.accruals
    {%- if log %}
    {{ join_units('po.purchase_order_id') }}
    {%- endif %}
    where po.match_type in ('three_way', 'four_way', 'receipt_only')
),

kept as (
    {% if log -%}
    select distinct on (earlier.po_line_id, earlier.entity_id, earlier.currency) earlier.*
    from {{ rows_kept(log, 'known_at') }} as earlier
    {{ join_units('earlier.purchase_order_id') }}
    order by earlier.po_line_id asc, earlier.entity_id asc, earlier.currency asc, earlier.known_at desc
    {%- else -%}
    select
        line.*,
        null::timestamptz as known_at
    from line
    where false
    {%- endif %}
),

state as (
    select
        coalesce(line.po_line_id, kept.po_line_id) as po_line_id,
        coalesce(line.purchase_order_id, kept.purchase_order_id) as purchase_order_id,
        coalesce(line.entity_id, kept.entity_id) as entity_id,
        coalesce(line.currency, kept.currency) as currency,
        coalesce(line.received_qty, kept.received_qty) as received_qty,
        coalesce(line.returned_qty, kept.returned_qty) as returned_qty,
        coalesce(line.invoiced_qty, kept.invoiced_qty) as invoiced_qty,
        coalesce(line.unit_price, 0) as unit_price,
        kept.po_line_id is not null as is_kept,
        (kept.received_qty, kept.returned_qty, kept.invoiced_qty, kept.unit_price) as kept_facts
    from line
    full outer join kept
        on
            line.po_line_id = kept.po_line_id
            and line.entity_id = kept.entity_id
            and line.currency = kept.currency
)

select
    state.po_line_id::text as po_line_id,
    state.purchase_order_id::text as purchase_order_id,
    state.entity_id::text as entity_id,
    state.currency::text as currency,
    coalesce(entity.period, {{ utc_date(as_of()) }}) as period,
    state.received_qty::numeric(18, 6) as received_qty,
    state.returned_qty::numeric(18, 6) as returned_qty,
    state.invoiced_qty::numeric(18, 6) as invoiced_qty,
    state.unit_price::numeric(19, 10) as unit_price,
    {{ as_of() }} as known_at
from state
left join entity on state.entity_id = entity.entity_id
where
    (state.is_kept or state.received_qty > 0)
    and (state.received_qty, state.returned_qty, state.invoiced_qty, state.unit_price)
    is distinct from state.kept_facts
{{- and_rows_kept(log, 'known_at') }}
