{{ config(materialized='ephemeral') }}

with candidate as (
    select * from {{ ref('match_duplicate_candidate') }}
    where is_near and length(normalised_number) >= 4
),

numbered as (
    select distinct
        amount_group,
        numbered_amount_group,
        normalised_number,
        invoice_date
    from candidate
),

blanked as (
    {{ blanked('numbered') }}
),

shortened as (
    {{ shortened('numbered') }}
),

-- Found by equal texts, not by comparing all with all.
number_pair as (
    select
        one.numbered_amount_group,
        one.normalised_number,
        one.invoice_date,
        other.numbered_amount_group as other_group,
        other.normalised_number as other_number,
        other.invoice_date as other_date
    from blanked as one
    inner join blanked as other on one.amount_group = other.amount_group and one.near_text = other.near_text
    where
        one.numbered_amount_group < other.numbered_amount_group
        and abs(one.invoice_date - other.invoice_date) between 1 and 10
    union
    select
        one.numbered_amount_group,
        one.normalised_number,
        one.invoice_date,
        other.numbered_amount_group as other_group,
        other.normalised_number as other_number,
        other.invoice_date as other_date
    from numbered as one
    inner join shortened as other on one.amount_group = other.amount_group and one.normalised_number = other.near_text
    where abs(one.invoice_date - other.invoice_date) between 1 and 10
),

either_way as (
    select
        numbered_amount_group,
        invoice_date,
        other_group,
        other_date
    from number_pair
    where not {{ is_sequence('normalised_number', 'other_number') }}
    union all
    select
        other_group as numbered_amount_group,
        other_date as invoice_date,
        numbered_amount_group as other_group,
        invoice_date as other_date
    from number_pair
    where not {{ is_sequence('normalised_number', 'other_number') }}
),

met as (
    select
        duplicate.invoice_id,
        original.invoice_id as original_invoice_id,
        original.place,
        duplicate.summary_order_id = original.summary_order_id as have_one_order,
        duplicate.names_po_lines and original.names_po_lines as both_name_po_lines,
        duplicate.names_receipt_lines and original.names_receipt_lines as both_name_receipt_lines
    from either_way as p
    inner join candidate as duplicate
        on p.numbered_amount_group = duplicate.numbered_amount_group and p.invoice_date = duplicate.invoice_date
    inner join candidate as original
        on
            p.other_group = original.numbered_amount_group
            and p.other_date = original.invoice_date
    where
        duplicate.is_in_question
        and original.place < duplicate.place
        and not (duplicate.invoice_date > original.invoice_date and duplicate.is_recurring)
        and not (original.invoice_date > duplicate.invoice_date and original.is_recurring)
)

select
    m.invoice_id,
    m.original_invoice_id,
    m.place,
    'd' as rule
from met as m
where
    (
        not m.both_name_po_lines
        or m.have_one_order
        or exists (
            select 1
            from {{ ref('int_invoice_lines') }} as l
            inner join {{ ref('int_invoice_lines') }} as o on l.po_line_id = o.po_line_id
            where l.invoice_id = m.invoice_id and o.invoice_id = m.original_invoice_id
        )
    )
    and (
        not m.both_name_receipt_lines
        or exists (
            select 1
            from {{ ref('int_invoice_lines') }} as l
            inner join {{ ref('int_invoice_lines') }} as o on l.receipt_line_id = o.receipt_line_id
            where l.invoice_id = m.invoice_id and o.invoice_id = m.original_invoice_id
        )
    )
