{{ config(indexes=[{'columns': ['invoice_id'], 'unique': true}], meta={'analyze': true}) }}

{% set touched = ref('match_duplicate_touched') -%}

with review_cluster as (
    select
        vendor_key,
        {{ first_text('review_cluster_id') }} as review_cluster_id
    from {{ ref('int_vendor_crosswalk') }}
    where review_cluster_id is not null
    group by vendor_key
),

{% if only_touched() -%}
question as (
    {{ duplicate_invoice(rows_of(ref('int_invoices'), ['invoice_id'], 'select invoice_id from ' ~ touched)) }}
),

billing as (
    select distinct
        vendor_key,
        gross_amount,
        currency,
        kind,
        invoice_date
    from question
),

-- Bills of one amount: all that a later one within ten days looks back at, to see whether it recurs.
of_amount as (
    select i.invoice_id
    from billing as q
    inner join {{ ref('int_invoices') }} as i
        on
            q.vendor_key = i.vendor_key
            and q.gross_amount = i.gross_amount
            and q.currency = i.currency
            and q.kind = i.kind
            and i.invoice_date between q.invoice_date - {{ recurrence_days() }} and q.invoice_date + 10
),

of_number as (
    select i.invoice_id
    from question as q
    inner join {{ ref('int_invoices') }} as i
        on
            q.normalised_number = i.normalised_number
            and q.vendor_key = i.vendor_key
            and q.currency = i.currency
            and q.kind = i.kind
    where
        i.invoice_date <= {{ months_after('q.invoice_date', 36) }}
        and q.invoice_date <= {{ months_after('i.invoice_date', 36) }}
),

of_cluster as (
    select i.invoice_id
    from question as q
    inner join review_cluster on q.review_cluster_id = review_cluster.review_cluster_id
    inner join {{ ref('int_invoices') }} as i
        on
            review_cluster.vendor_key = i.vendor_key
            and q.normalised_number = i.normalised_number
            and q.gross_amount = i.gross_amount
            and q.invoice_date = i.invoice_date
            and q.currency = i.currency
            and q.kind = i.kind
),

reached as ( -- noqa: ST03
    select invoice_id from of_amount
    union
    select invoice_id from of_number
    union
    select invoice_id from of_cluster
),

compared as (
    {{ duplicate_invoice(rows_of(ref('int_invoices'), ['invoice_id'], 'select invoice_id from reached')) }}
),
{%- else -%}
compared as {{ not_kept() }} (
    {{ duplicate_invoice(ref('int_invoices')) }}
),
{%- endif %}

-- Found by hashes, for speed: some that are alone may come along.
crowded as (
    select
        invoice_id,
        amount_hash,
        coalesce(
            least(
                invoice_date - lag(invoice_date) over billed,
                lead(invoice_date) over billed - invoice_date
            ) <= 10,
            false
        ) as is_close,
        normalised_number is not null and count(*) over (partition by number_hash) > 1 as shares_number,
        normalised_number is not null and review_cluster_id is not null as shares_cluster
    from compared
    window billed as (partition by amount_hash order by invoice_date)
),

shared as (
    select *
    from crowded
    where is_close or shares_number or shares_cluster
),

billing_day as (
    select
        vendor_key,
        gross_amount,
        currency,
        kind,
        invoice_date,
        count(*) as bills
    from compared
    where
        amount_hash in (
            select amount_hash
            from shared
            where is_close
        )
    group by vendor_key, gross_amount, currency, kind, invoice_date
),

spaced as (
    select
        d.*,
        invoice_date - lag(invoice_date) over billed as gap_1,
        lag(invoice_date) over billed - lag(invoice_date, 2) over billed as gap_2,
        lag(invoice_date, 2) over billed - lag(invoice_date, 3) over billed as gap_3,
        lead(invoice_date) over billed - invoice_date as gap_after,
        lag(bills) over billed = 1 and lag(bills, 2) over billed = 1 as were_single
    from billing_day as d
    window billed as (partition by vendor_key, gross_amount, currency, kind order by invoice_date)
),

-- A bill recurs when its three predecessors lie before it at regular gaps; two of one day have none between them.
paced as (
    select
        s.*,
        coalesce(were_single and {{ recurs(['gap_1', 'gap_2', 'gap_3']) }}, false) as is_recurring,
        coalesce(least(gap_1, gap_after) <= 10, false) as is_near
    from spaced as s
),

named as (
    select
        l.invoice_id,
        count(*) = count(l.po_line_id) as names_po_lines,
        count(*) = count(l.receipt_line_id) as names_receipt_lines
    from {{ ref('int_invoice_lines') }} as l
    inner join shared on l.invoice_id = shared.invoice_id
    group by l.invoice_id
)

select
    i.invoice_id,
    i.vendor_key,
    i.normalised_number,
    i.gross_amount,
    i.currency,
    i.kind,
    i.invoice_date,
    i.review_cluster_id,
    i.summary_order_id,
    row_number() over (order by i.standing, i.received_at, {{ by_code_point('i.invoice_id') }}) as place,
    dense_rank() over (order by i.vendor_key, i.gross_amount, i.currency, i.kind) as amount_group,
    dense_rank() over (order by i.vendor_key, i.gross_amount, i.currency, i.kind, i.normalised_number)
        as numbered_amount_group,
    coalesce(p.bills > 1 and not p.is_recurring, false) as shares_day,
    coalesce(p.is_near, false) as is_near,
    coalesce(p.is_recurring, false) as is_recurring,
    shared.shares_number,
    shared.shares_cluster,
    coalesce(named.names_po_lines, i.summary_order_id is not null) as names_po_lines,
    coalesce(named.names_receipt_lines, false) as names_receipt_lines,
    {% if only_touched() %}touched.invoice_id is not null{% else %}true{% endif %} as is_in_question
from shared
inner join compared as i on shared.invoice_id = i.invoice_id
left join paced as p
    on
        i.vendor_key = p.vendor_key
        and i.gross_amount = p.gross_amount
        and i.currency = p.currency
        and i.kind = p.kind
        and i.invoice_date = p.invoice_date
left join named on shared.invoice_id = named.invoice_id
{%- if only_touched() %}
left join {{ touched }} as touched on i.invoice_id = touched.invoice_id
{%- endif %}
