{{ config(indexes=[{'columns': ['entity_id', 'period']}]) }}

{% set subledgers = [
    ref('match_subledger_payable'), ref('match_subledger_receipt'), ref('match_subledger_cash'),
] -%}

with control as (
    select * from {{ ref('int_control_accounts') }}
),

judged as (
    select * from {{ ref('match_balance_reading') }}
),

-- Ledgers name what the bank booked by the bank's reference, and a payment by what the bank knows it by: its id, or the
-- number of the cheque.
alias as (
    select
        entity_id,
        named_ref,
        {{ first_text('payment_ref') }} as payment_ref
    from (
        select
            p.entity_id,
            p.end_to_end_id as named_ref,
            p.payment_ref
        from {{ ref('match_sent_payment') }} as p

        union all

        select
            e.entity_id,
            e.bank_ref as named_ref,
            e.document_ref as payment_ref
        from {{ ref('match_booked_entry') }} as e
        where e.payment_ref is not null

        union all

        select
            e.entity_id,
            e.cheque_number as named_ref,
            e.payment_ref
        from {{ ref('match_booked_entry') }} as e
    ) as naming
    where named_ref is not null and payment_ref is not null
    group by entity_id, named_ref
),

posting as (
    {% for subledger in subledgers -%}
    select
        kind,
        entity_id,
        currency,
        document_ref,
        document_type,
        {{ ledger_period('posted_at') }} as period,
        posted_at,
        amount as subledger_amount,
        null::numeric as gl_amount,
        null::text as journal_ref
    from {{ subledger }}

    union all

    {% endfor -%}
    -- What is owed stands on the credit side.
    select
        control.control_type as kind,
        g.entity_id,
        g.currency,
        coalesce(alias.payment_ref, g.document_ref, g.journal_ref) as document_ref,
        null::text as document_type,
        g.period,
        g.posted_at,
        null::numeric as subledger_amount,
        case when control.control_type = 'cash' then g.amount else -g.amount end as gl_amount,
        g.journal_ref
    from {{ ref('stg_gl_entries') }} as g
    inner join control
        on
            g._source_system = control.source_system
            and g.entity_id = control.entity_id
            and g.account_code = control.account_code
    left join alias on g.entity_id = alias.entity_id and g.document_ref = alias.named_ref
)

select
    p.kind,
    p.entity_id,
    p.period,
    p.currency,
    p.document_ref,
    max(p.document_type) as document_type,
    coalesce(sum(p.subledger_amount), 0)::numeric(20, 4) as subledger_amount,
    coalesce(sum(p.gl_amount), 0)::numeric(20, 4) as gl_amount,
    count(p.subledger_amount)::integer as subledger_postings,
    count(distinct p.journal_ref)::integer as journals,
    {{ first_text('p.journal_ref') }} as first_journal_ref
from posting as p
inner join judged
    on
        p.entity_id = judged.entity_id
        and p.kind = judged.kind
        and p.posted_at >= judged.judged_from
        and p.posted_at < judged.judged_to
group by p.kind, p.entity_id, p.period, p.currency, p.document_ref
