{{ config(materialized='ephemeral') }}

with finding as (
    select
        f.*,
        coalesce(po.item_key, stock.item_key) as item_key,
        po.po_unit_price <= po.contract_unit_price as knew_contract
    from {{ ref('match_judged_finding') }} as f
    inner join (select distinct code from {{ ref('root_cause_rules') }}) as ruled on f.code = ruled.code
    left join {{ ref('match_po_line') }} as po on f.po_line_id = po.po_line_id
    left join {{ ref('match_stock_count') }} as stock on f.subject_id = stock.stock_unit_id
),

fact as (
    select
        hold_id,
        code,
        'no policy fits' as condition
    from finding
    where limit_applied is not null and policy_id is null

    union all

    -- one figure is the other times the content of one of the item's packs
    select
        f.hold_id,
        f.code,
        'differs by a pack' as condition
    from finding as f
    inner join {{ ref('int_item_units') }} as u on f.item_key = u.item_key and u.factor <> 1
    where
        {{ to_number('f.expected') }} > 0
        and (
            round({{ to_number('f.actual') }}, 2) = round({{ to_number('f.expected') }} * u.factor, 2)
            or round({{ to_number('f.actual') }} * u.factor, 2) = round({{ to_number('f.expected') }}, 2)
        )

    union all

    select
        f.hold_id,
        f.code,
        'booked in time' as condition
    from finding as f
    inner join {{ ref('int_receipt_lines') }} as r on f.subject_id = r.receipt_line_id
    inner join {{ ref('int_entity_promises') }} as p
        on r.entity_id = p.entity_id and p.subject = 'receipt_posting'
    where r.posted_at <= {{ hours_after('r.received_at', 'p.hours') }}

    union all

    -- an order at the contract's price or below it knew the contract
    select
        hold_id,
        code,
        'ordered at the contract price' as condition
    from finding
    where knew_contract

    union all

    select
        f.hold_id,
        f.code,
        'with ' || other.code as condition
    from finding as f
    inner join {{ ref('match_judged_finding') }} as other
        on f.po_line_id = other.po_line_id and coalesce(f.invoice_line_id = other.invoice_line_id, true)
),

ruled as (
    select
        fact.hold_id,
        rule.root_cause,
        row_number() over (partition by fact.hold_id order by rule.sort_order) as preference
    from fact
    inner join {{ ref('root_cause_rules') }} as rule on fact.code = rule.code and fact.condition = rule.condition
)

select
    hold_id,
    root_cause
from ruled
where preference <= 1
