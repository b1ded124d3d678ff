{{
    config(
        materialized='touched',
        meta={
            'touched': {'relation': 'int_touched', 'keys': {'invoice_id': 'subject_id'}},
            'touched_kind': 'invoice',
        },
        indexes=[
            {'columns': ['invoice_id'], 'unique': true},
            {'columns': ['vendor_id']},
            {'columns': ['vendor_key', 'gross_amount', 'invoice_date']},
            {'columns': ['normalised_number', 'vendor_key']},
            {'columns': ['erp_invoice_id'], 'where': 'erp_invoice_id is not null'},
            {'columns': ['currency', 'invoice_date']},
            {'columns': ['source_system', 'approved_at']},
            {'columns': ['purchase_order_id'], 'where': 'line_count = 0'},
            {'columns': ['vendor_key', 'invoice_id'], 'where': 'not is_cancelled and not is_paid'},
        ],
    )
}}

-- depends_on: {{ ref('int_former_invoices') }}, which reads what stands here until now

with {{ order_homes() }},

record as (
    select i.*
    from {{ of_touched(ref('stg_invoices'), 'invoice', '_source_system', '_record_key') }} as i
    inner join {{ ref('int_systems_of_record') }} as s
        on
            i.entity_id = s.entity_id
            and s.object = 'invoice'
            and s.role = 'record'
            and i._source_system = s.source_system
            and {{ utc_date('coalesce(i.received_at, i.entered_at, i._known_at)') }} between s.valid_from and s.valid_to
),

line as (
    select
        l._source_system,
        l.invoice_ref,
        count(*) as line_count,
        count(l.tax_code) as coded_line_count,
        sum(l.amount) as lines_amount,
        min(l.po_number) as po_number
    from {{ of_touched(ref('stg_invoice_lines'), 'invoice', '_source_system', 'invoice_ref') }} as l
    group by l._source_system, l.invoice_ref
),

-- The order that it names, or else its first line does.
named as (
    select
        record.*,
        line.line_count,
        line.coded_line_count,
        line.lines_amount,
        coalesce(record.po_number, line.po_number) as named_number
    from record
    left join line on record._source_system = line._source_system and record.invoice_ref = line.invoice_ref
),

ordered as (
    select
        named.*,
        order_home.source_system as order_system,
        {{ linked_order('named.named_number') }} as named_order_id
    from named
    {{ join_order('named', 'named.named_number') }}
),

touch as (
    select
        e._source_system,
        e.invoice_ref,
        count(*) as human_touches
    from (
        select
            i._source_system,
            i.invoice_ref,
            i.touch
        from {{ of_touched(ref('stg_invoice_events'), 'invoice', '_source_system', 'invoice_ref') }} as i
        union all
        select
            h._source_system,
            h.invoice_ref,
            h.touch
        from {{ of_touched(ref('stg_hold_events'), 'invoice', '_source_system', 'invoice_ref') }} as h
    ) as e
    where e.touch = 'human'
    group by e._source_system, e.invoice_ref
),

-- The ERP's posting: the copy of the entity's ERP that names this invoice.
posting as (
    select
        c._source_system as source_system,
        c.source_ref,
        c.entity_id,
        c.invoice_ref,
        c.status,
        c.posted_at,
        c.erp_document_number,
        c.match_status,
        c.payment_status,
        c.payment_ref,
        c._known_at,
        row_number() over (
            partition by c._source_system, c.source_ref order by {{ by_code_point('c.invoice_ref') }}
        ) as preference
    from {{ of_touched_numbers(ref('stg_invoices'), 'invoice', 'source_ref') }} as c
    where c.source_ref is not null
),

-- What an ERP that the entity has left posted; empty where nobody moved.
former_posting as (
    select
        s.entity_id,
        c.source_ref,
        c._source_system as source_system,
        c.invoice_ref,
        c.status,
        c.posted_at,
        c.erp_document_number,
        c.payment_status,
        c.payment_ref,
        c._known_at,
        row_number() over (
            partition by s.entity_id, c.source_ref
            order by s.recency, {{ by_code_point('c.invoice_ref') }}
        ) as preference
    from {{ of_touched_numbers(ref('stg_invoices'), 'invoice', 'source_ref') }} as c
    inner join {{ ref('int_systems_of_record') }} as s
        on
            c.entity_id = s.entity_id
            and s.object = 'purchase_order'
            and s.role = 'record'
            and s.recency > 1
            and c._source_system = s.source_system
    where c.source_ref is not null
),

vendor_home as (
    select
        entity_id,
        source_system
    from {{ ref('int_systems_of_record') }}
    where object = 'vendor' and role = 'record' and recency = 1
),

-- A resolved vendor in one system is inactive when all its numbers there are, from the last of their days on.
vendor_in_system as (
    select
        vendor_key,
        source_system,
        case when count(*) = count(inactive_since) then max(inactive_since) end as inactive_since
    from {{ ref('int_vendor_crosswalk') }}
    where is_record
    group by vendor_key, source_system
),

vendor_anywhere as (
    select
        vendor_key,
        case when count(*) = count(inactive_since) then max(inactive_since) end as inactive_since
    from {{ ref('int_vendor_crosswalk') }}
    where is_record
    group by vendor_key
)

select
    i._source_system || ':' || i.invoice_ref as invoice_id,
    i._source_system as source_system,
    i.invoice_ref,
    i.entity_id,
    i._source_system || ':' || i.vendor_number as vendor_id,
    i.vendor_number,
    coalesce(v.vendor_key, i._source_system || ':' || i.vendor_number) as vendor_key,
    coalesce(v.is_known, false) as vendor_is_known,
    case
        when not v.is_known then null
        when referred.source_system = vendor_home.source_system then referred.inactive_since
        when local.vendor_key is not null then local.inactive_since
        when referred.is_record then referred.inactive_since
        else anywhere.inactive_since
    end as vendor_inactive_since,
    case when i.po_number is not null then i.named_order_id end as purchase_order_id,
    i.po_number,
    i.invoice_number,
    i.normalised_number,
    i.kind,
    case
        when i.status = 'cancelled' then 'cancelled'
        when i.status = 'paid' or posting.status = 'paid' or former_posting.status = 'paid' then 'paid'
        when i.status = 'posted' or coalesce(i.posted_at, posting.posted_at, former_posting.posted_at) is not null
            then 'posted'
        else i.status
    end as status,
    i.status = 'cancelled' as is_cancelled,
    i.status in ('posted', 'paid')
    or coalesce(i.posted_at, posting.posted_at, former_posting.posted_at) is not null as is_posted,
    i.status = 'paid'
    or coalesce(posting.status, '') = 'paid'
    or coalesce(former_posting.status, '') = 'paid' as is_paid,
    i.named_number is not null as names_po,
    i.currency,
    i.net_amount,
    i.tax_amount,
    i.freight_amount,
    i.other_amount,
    i.gross_amount,
    coalesce(i.line_count, 0) as line_count,
    i.line_count is null and held.invoice_ref is not null as has_only_held_lines,
    coalesce(i.coded_line_count, 0) as coded_line_count,
    i.lines_amount,
    coalesce(touch.human_touches, 0) as human_touches,
    i.payment_term_code,
    i.due_date,
    i.invoice_date,
    i.received_at,
    i.entered_at,
    i.entered_by,
    i.approved_at,
    i.approved_by,
    i.remit_to_account_token,
    i.remit_to_account_last4,
    coalesce(least(posting.posted_at, former_posting.posted_at), i.posted_at) as posted_at,
    coalesce(
        posting.source_system || ':' || posting.invoice_ref,
        former_posting.source_system || ':' || former_posting.invoice_ref
    ) as erp_invoice_id,
    coalesce(posting.erp_document_number, former_posting.erp_document_number, i.erp_document_number)
        as erp_document_number,
    i.match_status,
    i.hold_codes,
    posting.match_status as erp_match_status,
    i.status as source_status,
    i.erp_document_number as source_document_number,
    i.posted_at as source_posted_at,
    i.payment_status as source_payment_status,
    i.payment_ref as source_payment_ref,
    coalesce(posting.status, former_posting.status) as erp_status,
    least(posting.posted_at, former_posting.posted_at) as erp_posted_at,
    coalesce(posting.payment_status, former_posting.payment_status) as erp_payment_status,
    coalesce(posting.payment_ref, former_posting.payment_ref) as erp_payment_ref,
    i._known_at as match_status_known_at,
    coalesce(posting._known_at, former_posting._known_at) as erp_copy_known_at,
    coalesce(i.named_order_id, i._source_system || ':' || i.invoice_ref) as correlation_id,
    i._known_at
from ordered as i
left join {{ ref('stg_ops_held_invoice_lines') }} as held
    on i._source_system = held._source_system and i.invoice_ref = held.invoice_ref
left join touch on i._source_system = touch._source_system and i.invoice_ref = touch.invoice_ref
left join posting
    on i.order_system = posting.source_system and i.invoice_ref = posting.source_ref and posting.preference <= 1
left join former_posting
    on
        i.entity_id = former_posting.entity_id
        and i.invoice_ref = former_posting.source_ref
        and former_posting.preference <= 1
left join {{ ref('int_vendor_crosswalk') }} as v
    on i._source_system = v.source_system and i.vendor_number = v.vendor_number
left join {{ ref('int_vendor_crosswalk') }} as referred on v.record_vendor_id = referred.vendor_id
left join vendor_home on i.entity_id = vendor_home.entity_id
left join vendor_in_system as local
    on v.vendor_key = local.vendor_key and vendor_home.source_system = local.source_system
left join vendor_anywhere as anywhere on v.vendor_key = anywhere.vendor_key
