{{ config(materialized='stable_view') }}

with document as (
    select * from {{ ref('match_balance_document') }}
),

differing as (
    select distinct
        entity_id,
        kind,
        currency,
        document_ref
    from document
    where subledger_amount <> gl_amount
),

-- All periods of the documents that differ in one.
whole as (
    select
        d.entity_id,
        d.kind,
        d.currency,
        d.document_ref,
        sum(d.subledger_amount) as subledger_amount,
        sum(d.gl_amount) as gl_amount,
        sum(d.subledger_postings) as subledger_postings,
        sum(d.journals) as journals,
        max(d.document_type) as document_type
    from document as d
    inner join differing
        on
            d.entity_id = differing.entity_id
            and d.kind = differing.kind
            and d.currency = differing.currency
            and d.document_ref = differing.document_ref
    group by d.entity_id, d.kind, d.currency, d.document_ref
),

explained as (
    select
        document.*,
        whole.document_type as whole_document_type,
        case
            when whole.subledger_postings = 0 then 'manual_journal'
            when whole.journals = 0 then 'not_posted'
            when whole.gl_amount = whole.subledger_amount then 'other_period'
            when
                whole.subledger_amount <> 0
                and whole.gl_amount / nullif(whole.subledger_amount, 0) >= 2
                and whole.gl_amount % nullif(whole.subledger_amount, 0) = 0
                then 'posted_twice'
            else 'other_amount'
        end as reason
    from document
    inner join whole
        on
            document.entity_id = whole.entity_id
            and document.kind = whole.kind
            and document.currency = whole.currency
            and document.document_ref = whole.document_ref
    where document.subledger_amount <> document.gl_amount
)

select
    concat_ws(':', entity_id, period, kind, currency)::text as balance_id,
    entity_id,
    period,
    kind,
    currency,
    document_ref,
    coalesce(whole_document_type, 'journal')::text as document_type,
    subledger_amount,
    gl_amount,
    (gl_amount - subledger_amount)::numeric(20, 4) as difference,
    reason::text as reason,
    journals,
    first_journal_ref
from explained
