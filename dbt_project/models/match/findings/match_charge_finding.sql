{{ config(materialized='ephemeral') }}

{%- set kinds = ['freight', 'other'] -%}

-- Touched invoices that carry a charge and have a place in the invoice order.
with charged as (
    select i.*
    from {{ of_units(ref('int_invoices'), 'invoice_id') }} as i
    where
        i.kind = 'invoice'
        and not i.is_cancelled
        and i.invoice_date is not null
        and (i.freight_amount > 0 or i.other_amount > 0)
),

judged_order as (
    select
        c.invoice_id,
        l.purchase_order_id
    from charged as c
    inner join {{ ref('int_invoice_lines') }} as l on c.invoice_id = l.invoice_id
    where l.purchase_order_id is not null
    union
    select
        c.invoice_id,
        c.purchase_order_id
    from charged as c
    where c.line_count = 0 and c.purchase_order_id is not null
),

purchase_order as (
    select distinct purchase_order_id
    from judged_order
),

released_duplicate as (
    select distinct d.invoice_id
    from {{ ref('match_duplicate_invoice') }} as d
    inner join {{ ref('int_holds_released') }} as r
        on
            d.invoice_id = r.invoice_id
            and r.code = 'DUPLICATE_INVOICE'
            and r.invoice_line_id is null
            and {{ release_covers('d.original_invoice_id', 'r.actual', "'other'") }}
),

-- All invoices and credit memos with charges on these orders, cancelled ones and duplicates kept out apart.
sharing as (
    select
        named.invoice_id,
        i.entity_id,
        i.currency,
        {%- for kind in kinds %}
        case
            when i.kind = 'credit' then -abs(coalesce(i.{{ kind }}_amount, 0))
            else coalesce(i.{{ kind }}_amount, 0)
        end as {{ kind }}_amount,
        {%- endfor %}
        i.invoice_date
    from (
        select l.invoice_id
        from purchase_order as o
        inner join {{ ref('int_invoice_lines') }} as l
            on o.purchase_order_id = l.match_unit_id and l.purchase_order_id is not null
        union
        select summary.invoice_id
        from purchase_order as o
        inner join {{ ref('int_invoices') }} as summary on o.purchase_order_id = summary.purchase_order_id
        where summary.line_count = 0
    ) as named
    inner join {{ ref('int_invoices') }} as i on named.invoice_id = i.invoice_id
    left join {{ ref('match_duplicate_invoice') }} as d on i.invoice_id = d.invoice_id
    left join released_duplicate on i.invoice_id = released_duplicate.invoice_id
    where
        not i.is_cancelled
        and i.invoice_date is not null
        and (i.freight_amount <> 0 or i.other_amount <> 0)
        and (d.invoice_id is null or released_duplicate.invoice_id is not null)
),

-- An invoice over several orders: its charges are shared among them by the amounts of its lines.
billed as (
    select
        s.invoice_id,
        l.purchase_order_id,
        sum(l.amount) as amount
    from sharing as s
    inner join {{ ref('int_invoice_lines') }} as l on s.invoice_id = l.invoice_id
    where l.purchase_order_id is not null
    group by s.invoice_id, l.purchase_order_id
    union all
    select
        s.invoice_id,
        i.purchase_order_id,
        1 as amount
    from sharing as s
    inner join {{ ref('int_invoices') }} as i on s.invoice_id = i.invoice_id
    where i.line_count = 0
),

weighed as (
    select
        billed.invoice_id,
        billed.purchase_order_id,
        case when sum(billed.amount) over of_invoice = 0 then 1 else billed.amount end as part,
        case
            when sum(billed.amount) over of_invoice = 0 then count(*) over of_invoice
            else sum(billed.amount) over of_invoice
        end as whole
    from billed
    window of_invoice as (partition by billed.invoice_id)
),

{{ find_rates('sharing') }},

rated as (
    select
        s.*,
        w.purchase_order_id,
        w.part,
        w.whole,
        po.entity_id as po_entity_id,
        po.vendor_key as po_vendor_key,
        po.currency as po_currency,
        {%- for kind in kinds %}
        po.{{ kind }}_amount as ordered_{{ kind }},
        {%- endfor %}
        {{ joined_rate('s', 'po.currency') }} as fx_rate
    from sharing as s
    inner join weighed as w on s.invoice_id = w.invoice_id
    left join {{ ref('int_purchase_orders') }} as po on w.purchase_order_id = po.purchase_order_id
    {{ join_rate('sharing', 's', 'po.currency') }}
),

shared as (
    select
        r.invoice_id,
        r.purchase_order_id,
        r.po_entity_id,
        r.po_vendor_key,
        r.po_currency,
        r.fx_rate,
        {%- for kind in kinds %}
        r.ordered_{{ kind }},
        {{ quotient('r.' ~ kind ~ '_amount * r.part * r.fx_rate', 'r.whole') }} as shared_{{ kind }},
        {%- endfor %}
        r.invoice_date
    from rated as r
),

-- On each order, in invoice order through this one.
cumulated as (
    select
        {%- for kind in kinds %}
        sum(shared.shared_{{ kind }}) over through_this as cum_{{ kind }},
        {%- endfor %}
        shared.*
    from shared
    window through_this as (
        partition by purchase_order_id
        order by invoice_date, {{ by_code_point('invoice_id') }}
        rows between unbounded preceding and current row
    )
),

-- The orders of an invoice together, where all are known and in one currency.
compared as (
    select
        c.invoice_id,
        min(c.po_entity_id) as entity_id,
        min(c.po_vendor_key) as vendor_key,
        min(c.po_currency) as currency,
        null::text as item_category,
        null::text as match_type,
        min(c.invoice_date) as policy_date,
        {%- for kind in kinds %}
        round(sum(c.shared_{{ kind }}), 2) as {{ kind }}_amount,
        round(sum(c.cum_{{ kind }}), 2) as cum_{{ kind }},
        sum(coalesce(c.ordered_{{ kind }}, 0)) as ordered_{{ kind }},
        {%- endfor %}
        min(c.fx_rate) as fx_rate,
        {{ joined('c.purchase_order_id') }} as purchase_orders
    from cumulated as c
    inner join judged_order as j on c.invoice_id = j.invoice_id and c.purchase_order_id = j.purchase_order_id
    group by c.invoice_id
    having count(*) = count(c.fx_rate) and min(c.po_currency) = max(c.po_currency)
),

{{ choose_policy('compared') }},

limited as (
    select
        c.*,
        policy.policy_id,
        {%- for kind in kinds %}
        c.cum_{{ kind }} - c.ordered_{{ kind }} as {{ kind }}_over,
        {{ chosen_limit(kind ~ '_over_pct') }},
        {{ chosen_limit(kind ~ '_over_amount') }},
        {%- endfor %}
        coalesce(policy.charge_blocks, true) as charge_blocks
    from compared_scoped as c
    {{ join_policy('compared', 'c') }}
),

judged as (
    select
        {%- for kind in kinds %}
        l.{{ kind }}_amount > 0 and l.{{ kind }}_over > 0 and {{ exceeds(
            'l.' ~ kind ~ '_over', 'l.' ~ kind ~ '_over_pct', 'l.ordered_' ~ kind,
            'l.' ~ kind ~ '_over', 'l.' ~ kind ~ '_over_amount'
        ) }} as {{ kind }}_breaches,
        {%- endfor %}
        l.*
    from limited as l
)

select
    'CHARGE_DIFFERENCE' as code,
    {{ on_invoice('c') }},
    '0' as expected,
    {{ plain("case when j.freight_breaches then j.freight_over else 0 end
        + case when j.other_breaches then j.other_over else 0 end") }} as actual,
    concat_ws(
        '; ',
        {%- for kind in kinds %}
        case when j.{{ kind }}_breaches then {{ limits_in_words(
            'j.' ~ kind ~ '_over_pct', 'j.' ~ kind ~ '_over_amount', ''
        ) }} end{{ ',' if not loop.last }}
        {%- endfor %}
    ) as limit_applied,
    j.policy_id,
    round((
        case when j.freight_breaches then least(j.freight_over, j.freight_amount) else 0 end
        + case when j.other_breaches then least(j.other_over, j.other_amount) else 0 end
    ) / j.fx_rate, 2) as amount_at_risk,
    j.charge_blocks as blocks,
    concat_ws(
        ' ',
        {%- for kind in kinds %}
        case
            when j.{{ kind }}_breaches
                then
                    '{{ 'Freight' if kind == 'freight' else 'Other charges' }} of ' || {{ money('j.cum_' ~ kind) }}
                    || ' ' || j.currency || ' through this invoice, ' || {{ money('j.' ~ kind ~ '_over') }}
                    || ' more than the ' || {{ money('j.ordered_' ~ kind) }} || ' on ' || j.purchase_orders || '.'
        end{{ ',' if not loop.last }}
        {%- endfor %}
    ) as explanation
from judged as j
inner join charged as c on j.invoice_id = c.invoice_id
where j.freight_breaches or j.other_breaches
