{{ config(materialized='ephemeral') }}

with counted as (
    select
        c.*,
        null::text as vendor_key,
        null::text as match_type,
        {{ utc_date('c.counted_at') }} as policy_date
    from {{ of_units(ref('match_stock_count'), 'stock_unit_id') }} as c
    where c.counted_qty <> c.book_qty
),

{{ choose_policy('counted') }},

measured as (
    select
        c.*,
        policy.policy_id,
        {{ chosen_limit('stock_pct') }},
        {{ chosen_limit('stock_qty') }},
        abs(c.counted_qty - c.book_qty) as difference_qty
    from counted_scoped as c
    {{ join_policy('counted', 'c') }}
)

select
    'STOCK_DISCREPANCY' as code,
    stock_unit_id as subject_id,
    stock_unit_id as match_unit_id,
    null as invoice_id,
    null as invoice_line_id,
    null as purchase_order_id,
    null as po_line_id,
    null as vendor_key,
    entity_id,
    item_category,
    false as is_posted,
    {{ plain('book_qty') }} as expected,
    {{ plain('counted_qty') }} as actual,
    {{ limits_in_words('stock_pct', 'stock_qty', '') }} as limit_applied,
    policy_id,
    0 as amount_at_risk,
    currency,
    null::boolean as blocks,
    stock_unit_id as correlation_id,
    {{ plain('counted_qty') }} || ' ' || coalesce(base_unit, 'units') || ' of item ' || item_number
    || ' were counted at ' || location_code || ' on ' || {{ utc_date('counted_at') }} || ', '
    || {{ plain('difference_qty') }} || case when counted_qty > book_qty then ' more' else ' less' end || ' than the '
    || {{ plain('book_qty') }} || ' in the books.' as explanation
from measured
where {{ exceeds('difference_qty', 'stock_pct', 'book_qty', 'difference_qty', 'stock_qty') }}
