{{
    config(
        materialized='touched',
        meta={
            'touched': {'relation': 'int_touched', 'keys': {'invoice_id': 'subject_id'}},
            'touched_kind': 'invoice',
        },
        indexes=[
            {'columns': ['invoice_line_id'], 'unique': true},
            {'columns': ['invoice_id']},
            {'columns': ['match_unit_id']},
            {'columns': ['item_number']},
        ],
    )
}}

with {{ order_homes() }},

home as (
    select
        entity_id,
        max(case when object = 'item' then source_system end) as item_system,
        max(case when object = 'receipt_line' then source_system end) as receipt_system
    from {{ ref('int_systems_of_record') }}
    where role = 'record' and recency = 1 and object in ('item', 'receipt_line')
    group by entity_id
),

invoice as (
    select
        i.entity_id,
        i.currency,
        i.invoice_date
    from {{ of_touched_ids(ref('int_invoices'), 'invoice', 'invoice_id') }} as i
),

{{ find_rates('invoice') }},

touched_line as (
    select l.*
    from {{ of_touched(ref('stg_invoice_lines'), 'invoice', '_source_system', 'invoice_ref') }} as l
),

headed as (
    select
        l.*,
        i.invoice_id,
        i.entity_id,
        i.vendor_key,
        i.currency,
        i.invoice_date,
        coalesce(i.invoice_date, {{ utc_date('i.received_at') }}) as judged_on,
        coalesce(l.po_number, i.po_number) as named_number,
        home.item_system,
        home.receipt_system,
        case when i.kind = 'credit' or l.kind = 'credit' or l.amount < 0 or l.qty < 0 then 'credit' else 'invoice' end
            as line_kind
    from touched_line as l
    inner join {{ looked_up(ref('int_invoices'), 'i', {'invoice_id': "l._source_system || ':' || l.invoice_ref"}) }}
    left join home on i.entity_id = home.entity_id
),

ordered as (
    select
        headed.*,
        {{ linked_order('headed.named_number') }} as purchase_order_id,
        {{ linked_prefix('headed.named_number') }} as line_prefix,
        {{ linked_system() }} as order_system
    from headed
    {{ join_order('headed', 'headed.named_number') }}
),

itemed as (
    select
        ordered.*,
        {{ linked_line('ordered', 'ordered.po_line_number') }} as po_line_id,
        coalesce(own.item_key, equal.item_key, ordered.item_system || ':' || ordered.item_number) as item_key
    from ordered
    {{ join_moved_line('ordered', 'ordered.named_number', 'ordered.po_line_number') }}
    left join {{ ref('int_item_crosswalk') }} as own
        on ordered._source_system = own.source_system and ordered.item_number = own.item_number
    left join {{ ref('int_item_crosswalk') }} as equal
        on ordered.item_system = equal.source_system and ordered.item_number = equal.item_number
),

linked as (
    select
        itemed.*,
        po.po_line_id is not null as po_line_is_known,
        coalesce(po.basis, 'quantity') = 'amount' as by_amount,
        po.currency as po_currency,
        po.item_key as po_item_key,
        coalesce(item.category, po.item_category) as item_category,
        substitute.item_key is not null as is_substitute,
        po.account_code as po_account_code,
        po.cost_center_code as po_cost_center_code,
        case when po.po_line_id is not null then {{ line_factor('numerator', 'itemed.unit') }} end as unit_numerator,
        case when po.po_line_id is not null then {{ line_factor('denominator', 'itemed.unit') }} end as unit_denominator
    from itemed
    left join {{ looked_up(ref('int_purchase_order_lines'), 'po', {'po_line_id': 'itemed.po_line_id'}) }}
    left join {{ ref('int_items') }} as item on itemed.item_key = item.item_key
    left join {{ ref('int_item_units') }} as own_unit
        on itemed.item_key <> po.item_key and itemed.item_key = own_unit.item_key and itemed.unit = own_unit.unit
    left join {{ ref('int_item_units') }} as ordered_unit
        on
            po.item_key = ordered_unit.item_key
            and itemed.unit = ordered_unit.unit
            and coalesce(itemed.item_key, po.item_key) = po.item_key
    left join {{ ref('int_item_substitutes') }} as substitute
        on
            po.item_key = substitute.item_key
            and itemed.item_key = substitute.substitute_item_key
            and itemed.judged_on between substitute.valid_from and substitute.valid_to
    {{ computed_once() }}
),

rated as (
    select
        linked.*,
        {{ joined_rate('linked', 'linked.po_currency') }} as fx_rate
    from linked
    {{ join_rate('invoice', 'linked', 'linked.po_currency') }}
),

measured as (
    select
        rated.*,
        abs(amount) as line_amount,
        case
            when by_amount then round(abs(amount) * fx_rate, 6)::numeric(18, 6)
            else {{ in_base_units('abs(qty)', 'unit_numerator', 'unit_denominator') }}
        end as base_qty
    from rated
)

select
    m.invoice_id || ':' || m.line_number as invoice_line_id,
    m.invoice_id,
    m.line_number,
    m.entity_id,
    m.line_kind as kind,
    coalesce(m.purchase_order_id, m.invoice_id) as match_unit_id,
    m.purchase_order_id,
    m.po_line_id,
    m.po_line_is_known,
    m.receipt_system || ':' || m.receipt_ref as receipt_line_id,
    m._source_system || ':' || m.credited_invoice_ref || ':' || m.credited_line_number as credited_invoice_line_id,
    m.item_number,
    m.item_key,
    m.item_category,
    m.item_key is null or m.po_item_key is null or m.item_key = m.po_item_key or m.is_substitute as item_fits,
    m.is_substitute,
    m.description,
    m.unit,
    m.unit_numerator,
    m.unit_denominator,
    m.qty as qty_source,
    case when m.line_kind = 'credit' then coalesce(m.base_qty, case when m.qty is null then 0 end) else m.base_qty end
        as qty,
    m.price as price_printed,
    case when m.line_kind = 'credit' then m.line_amount else m.amount end as amount,
    m.amount as amount_source,
    {{ quotient('m.line_amount', 'm.base_qty') }} as unit_price,
    m.currency,
    m.po_currency,
    m.fx_rate,
    m.tax_code,
    coalesce(m.account_code, m.po_account_code, vendor.default_account_code) as account_code,
    coalesce(m.cost_center_code, m.po_cost_center_code, vendor.default_cost_center_code) as cost_center_code,
    case
        when m.account_code is not null then 'invoice'
        when m.po_account_code is not null then 'po_line'
        when vendor.default_account_code is not null then 'vendor'
    end as coding_origin,
    m._known_at
from measured as m
left join {{ ref('int_vendors') }} as vendor on m.vendor_key = vendor.vendor_key
