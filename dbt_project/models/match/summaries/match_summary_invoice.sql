{{
    config(
        materialized='touched',
        meta={'touched': {'relation': 'match_touched', 'keys': {'invoice_id': 'match_unit_id'}}},
        indexes=[
            {'columns': ['invoice_id'], 'unique': true},
            {'columns': ['purchase_order_id']},
            {'columns': ['next_change_at']},
        ],
    )
}}

-- depends_on: {{ ref('match_touched') }}

with candidate as (
    select * from {{ ref('match_summary_candidate') }}
),

summarised as (
    select distinct purchase_order_id
    from candidate
    where takes_part
),

{{ unbilled_lines('summarised') }},

expectation as (
    select
        purchase_order_id,
        round(sum(qty * unit_price), 2) as unbilled_amount,
        sum(uninvoiced_qty * unit_price) as uninvoiced_amount
    from unbilled
    group by purchase_order_id
),

{{ choose_policy('candidate', {'currency': 'po_currency'}) }},

measured as (
    select
        c.*,
        policy.policy_id,
        policy.policy_hash,
        {{ chosen_limit('header_over_pct') }},
        {{ chosen_limit('header_over_amount') }},
        {{ chosen_limit('header_under_pct') }},
        {{ chosen_limit('header_under_amount') }},
        coalesce(policy.amount_under_blocks, false) as amount_under_blocks,
        coalesce(policy.receipt_grace_days, 0) as receipt_grace_days,
        coalesce(policy.po_grace_hours, 24) as po_grace_hours,
        coalesce(e.unbilled_amount, 0)::numeric(20, 4) as unbilled_amount,
        coalesce(e.uninvoiced_amount, 0) as uninvoiced_amount
    from candidate_scoped as c
    {{ join_policy('candidate', 'c') }}
    left join expectation as e on c.purchase_order_id = e.purchase_order_id
),

fitted as (
    select
        m.*,
        m.takes_part and not (
            {{ exceeds(
                '(m.net_amount - m.unbilled_amount)', 'm.header_over_pct', 'm.unbilled_amount',
                '(m.net_amount - m.unbilled_amount)', 'm.header_over_amount'
            ) }}
            or {{ exceeds(
                '(m.unbilled_amount - m.net_amount)', 'm.header_under_pct', 'm.unbilled_amount',
                '(m.unbilled_amount - m.net_amount)', 'm.header_under_amount'
            ) }}
        ) as fits
    from measured as m
),

-- The first that fits takes all that was open; those after it are compared with nothing.
placed as (
    select
        f.*,
        coalesce(sum(case when f.fits then 1 else 0 end) over (
            partition by f.purchase_order_id
            order by f.invoice_date, {{ by_code_point('f.invoice_id') }}
            rows between unbounded preceding and 1 preceding
        ), 0) > 0 as comes_after
    from fitted as f
),

compared as (
    select
        p.*,
        p.fits and not p.comes_after as takes_all,
        case
            when p.takes_part and p.comes_after then 0
            when p.takes_part then p.unbilled_amount
        end::numeric(20, 4) as expected_amount
    from placed as p
),

breached as (
    select
        c.*,
        coalesce(c.net_amount > c.expected_amount, false) and {{ exceeds(
            '(c.net_amount - c.expected_amount)', 'c.header_over_pct', 'c.expected_amount',
            '(c.net_amount - c.expected_amount)', 'c.header_over_amount'
        ) }} as is_over,
        coalesce(c.net_amount < c.expected_amount, false) and {{ exceeds(
            '(c.expected_amount - c.net_amount)', 'c.header_under_pct', 'c.expected_amount',
            '(c.expected_amount - c.net_amount)', 'c.header_under_amount'
        ) }} as is_under,
        {{ utc_midnight("greatest(c.policy_date, " ~ utc_date('c.received_at') ~ ") + c.receipt_grace_days + 1") }}
            as receipt_grace_ends_at,
        {{ hours_after('c.received_at', 'c.po_grace_hours') }} as po_grace_ends_at
    from compared as c
),

-- An excess that a person accepted needs no grace.
accepted as (
    select distinct b.invoice_id
    from breached as b
    inner join {{ ref('int_holds_released') }} as r
        on
            b.invoice_id = r.invoice_id
            and r.invoice_line_id is null
            and r.code = 'AMOUNT_OVER'
            and {{ release_covers('b.net_amount::text', 'r.actual', "'higher'") }}
    where b.is_over
),

timed as (
    select
        b.*,
        b.is_billed
        and not b.po_is_known
        and {{ as_of() }} < b.po_grace_ends_at as awaits_po,
        b.is_over
        and b.net_amount <= b.uninvoiced_amount
        and {{ as_of() }} < b.receipt_grace_ends_at
        and accepted.invoice_id is null as awaits_receipt
    from breached as b
    left join accepted on b.invoice_id = accepted.invoice_id
)

select
    invoice_id,
    purchase_order_id,
    entity_id,
    vendor_key,
    invoice_vendor_key,
    po_vendor_key,
    po_is_known,
    po_status,
    closed_date,
    invoice_date,
    is_billed,
    is_posted,
    is_vendor_mismatch,
    takes_part,
    takes_all,
    net_amount,
    expected_amount,
    gross_amount,
    currency,
    po_currency,
    fx_rate,
    is_over and not awaits_receipt as is_over,
    is_under,
    header_over_pct,
    header_over_amount,
    header_under_pct,
    header_under_amount,
    amount_under_blocks,
    po_grace_hours,
    policy_id,
    policy_hash,
    -- by itself: holds on the invoice are judged with it
    case
        when awaits_po then 'awaiting_po'
        when awaits_receipt then 'awaiting_receipt'
        when takes_part and net_amount <> expected_amount then 'matched_in_tolerance'
        when takes_part then 'matched'
        else 'not_applicable'
    end as verdict,
    correlation_id,
    case
        when awaits_po then po_grace_ends_at
        when awaits_receipt then receipt_grace_ends_at
    end as next_change_at
from timed
