{{ config(materialized='ephemeral') }}

with candidate as (
    select * from {{ ref('match_duplicate_candidate') }}
),

named as (
    select distinct
        l.invoice_id,
        l.po_line_id,
        l.receipt_line_id
    from {{ ref('int_invoice_lines') }} as l
    inner join candidate as c on l.invoice_id = c.invoice_id
    where
        (c.shares_day or c.shares_number)
        and (c.names_po_lines or c.names_receipt_lines)
    union all
    -- a summary invoice names its order as a whole
    select
        invoice_id,
        summary_order_id as po_line_id,
        null as receipt_line_id
    from candidate
    where (shares_day or shares_number) and summary_order_id is not null
),

-- What two invoices must have in common not to be exempt: anything, where one of them names no lines throughout.
common as (
    select
        invoice_id,
        'anything' as basis,
        '' as common
    from candidate
    where shares_day or shares_number
    union all
    select distinct
        c.invoice_id,
        'po_line' as basis,
        n.po_line_id as common
    from candidate as c
    inner join named as n on c.invoice_id = n.invoice_id
    where c.names_po_lines
    union all
    select distinct
        c.invoice_id,
        'receipt_line' as basis,
        n.receipt_line_id as common
    from candidate as c
    inner join named as n on c.invoice_id = n.invoice_id
    where c.names_receipt_lines
    union all
    select distinct
        c.invoice_id,
        'both' as basis,
        n.po_line_id || ' ' || r.receipt_line_id as common
    from candidate as c
    inner join named as n on c.invoice_id = n.invoice_id
    inner join named as r on c.invoice_id = r.invoice_id
    where c.names_po_lines and c.names_receipt_lines
),

-- One row for each rule that an invoice may fall under, with what must be equal and what must differ.
face as (
    select
        c.*,
        'same number' as rule,
        'none' as basis,
        concat_ws('|', c.vendor_key, c.normalised_number, c.gross_amount) as equal,
        null as different
    from candidate as c
    where c.shares_number
    union all
    select
        c.*,
        'a' as rule,
        common.basis,
        concat_ws('|', c.vendor_key, c.gross_amount, c.invoice_date, common.common) as equal,
        c.normalised_number as different
    from candidate as c
    inner join common on c.invoice_id = common.invoice_id
    where c.shares_day
    union all
    select
        c.*,
        'b' as rule,
        common.basis,
        concat_ws('|', c.vendor_key, c.normalised_number, common.common) as equal,
        c.gross_amount::text as different
    from candidate as c
    inner join common on c.invoice_id = common.invoice_id
    where c.shares_number
    union all
    select
        c.*,
        'c' as rule,
        'none' as basis,
        concat_ws('|', c.review_cluster_id, c.normalised_number, c.gross_amount, c.invoice_date) as equal,
        c.vendor_key as different
    from candidate as c
    where c.shares_cluster
),

-- Of many that show one face on one day the first is the original of the others, and the first that differs its own.
first_of_kind as (
    select
        f.*,
        row_number() over (
            partition by
                rule, basis, equal, currency, kind, invoice_date, names_po_lines, names_receipt_lines, different
            order by place
        ) as preference
    from face as f
),

offered as (
    select
        f.*,
        row_number() over (
            partition by rule, basis, equal, currency, kind, invoice_date, names_po_lines, names_receipt_lines
            order by place
        ) as offer
    from first_of_kind as f
    where preference <= 1
),

met as (
    select
        duplicate.invoice_id,
        original.invoice_id as original_invoice_id,
        original.place,
        duplicate.rule,
        abs(duplicate.invoice_date - original.invoice_date) as days_apart,
        least(duplicate.invoice_date, original.invoice_date) as first_date,
        greatest(duplicate.invoice_date, original.invoice_date) as last_date
    from face as duplicate
    inner join offered as original
        on
            duplicate.rule = original.rule
            and duplicate.basis = original.basis
            and duplicate.equal = original.equal
            and duplicate.currency = original.currency
            and duplicate.kind = original.kind
    where
        duplicate.is_in_question
        and original.offer <= 2
        and original.place < duplicate.place
        and coalesce(duplicate.different <> original.different, true)
        and (
            duplicate.basis in ('none', 'both')
            or (
                (duplicate.basis = 'po_line' or not (duplicate.names_po_lines and original.names_po_lines))
                and (
                    duplicate.basis = 'receipt_line'
                    or not (duplicate.names_receipt_lines and original.names_receipt_lines)
                )
            )
        )
)

select
    invoice_id,
    original_invoice_id,
    place,
    case
        when rule <> 'same number' then rule
        when days_apart > 365 then 'e'
        else 'exact'
    end as rule
from met
where days_apart <= 365 or (rule = 'same number' and last_date <= {{ months_after('first_date', 36) }})
