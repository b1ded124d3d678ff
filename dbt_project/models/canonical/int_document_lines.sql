{#
    Which PO line a line of an order that moved is, under each of its numbers. A line that moved keeps the id that it
    was born with. Of one line's rows the latest held one speaks for it, so that lines which stayed behind still count.
#}
{{
    config(
        indexes=[
            {'columns': ['source_system', 'po_number', 'line_number'], 'unique': true},
            {'columns': ['po_line_id']},
        ],
        meta={'analyze': true},
    )
}}

with recursive document as (
    select * from {{ ref('int_documents') }}
),

listed as (
    select
        d.document_id,
        r.line_number,
        min(r.former_line_number) as former_line_number,
        max(d.former_id) as former_id,
        max(coalesce(r.settled_qty, 0)) as settled_qty
    from document as d
    inner join {{ ref('stg_document_references') }} as r
        on
            d.source_system = r.system
            and d.po_number = r.number
            and d.former_id = r.former_system || ':' || r.former_number
    where r.document_type = 'purchase_order' and r.former_line_number is not null and r.line_number is not null
    group by d.document_id, r.line_number
),

traced as (
    select
        listed.document_id,
        listed.line_number,
        former.line_prefix || ':' || listed.former_line_number as po_line_id,
        listed.settled_qty
    from listed
    inner join document as former on listed.former_id = former.document_id
    left join listed as before
        on listed.former_id = before.document_id and listed.former_line_number = before.line_number
    where before.document_id is null

    union all

    select
        listed.document_id,
        listed.line_number,
        traced.po_line_id,
        traced.settled_qty + listed.settled_qty as settled_qty
    from traced
    inner join listed on traced.document_id = listed.former_id and traced.line_number = listed.former_line_number
),

staged as (
    select
        d.document_id,
        l.line_number
    from document as d
    inner join {{ ref('stg_purchase_order_lines') }} as l
        on d.source_system = l._source_system and d.po_number = l.po_number
    where d.is_held
),

known as (
    select
        document_id,
        line_number,
        max(is_staged) = 1 as is_staged
    from (
        select
            document_id,
            line_number,
            1 as is_staged
        from staged
        union all
        select
            document_id,
            line_number,
            0 as is_staged
        from listed
    ) as every_line
    group by document_id, line_number
),

identified as (
    select
        d.source_system,
        d.po_number,
        d.purchase_order_id,
        d.step,
        known.line_number,
        known.is_staged,
        coalesce(traced.po_line_id, d.line_prefix || ':' || known.line_number) as po_line_id,
        coalesce(traced.settled_qty, 0)::numeric(18, 6) as settled_qty
    from known
    inner join document as d on known.document_id = d.document_id
    left join traced on known.document_id = traced.document_id and known.line_number = traced.line_number
)

select
    source_system,
    po_number,
    line_number,
    po_line_id,
    purchase_order_id,
    settled_qty,
    is_staged
    and row_number() over (partition by po_line_id order by is_staged desc, step desc, line_number asc) = 1
        as is_current
from identified
