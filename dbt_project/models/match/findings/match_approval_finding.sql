{{ config(materialized='ephemeral') }}

-- The matrix asks from its first day on in the entities that it names, or in all.
with asked as (
    select
        e.entity_id,
        min(m.valid_from) as first_day
    from {{ ref('int_entities') }} as e
    inner join {{ ref('int_approval_limits') }} as m on m.entity_id in ('', e.entity_id)
    group by e.entity_id
),

invoice as (
    select
        i.*,
        {{ login_of('i.entered_by') }} as enterer
    from {{ of_units(ref('int_invoices'), 'invoice_id') }} as i
    inner join asked on i.entity_id = asked.entity_id
    left join {{ ref('int_copy_readings') }} as reading
        on i.source_system = reading.source_system and reading.object = 'approval'
    where
        i.kind = 'invoice'
        -- what was approved after approvals were read last is not known
        and coalesce(i.approved_at <= reading.read_to, true)
        and i.status in ('approved', 'posted', 'paid')
        and {{ utc_date('coalesce(i.received_at, i.entered_at, i._known_at)') }} >= asked.first_day
),

{{ find_rates('invoice') }},

-- Who asked for the goods.
requester as (
    select distinct
        l.invoice_id,
        {{ login_of('po.requester') }} as requester
    from {{ of_units(ref('int_invoice_lines'), 'invoice_id') }} as l
    inner join invoice as i on l.invoice_id = i.invoice_id
    inner join {{ looked_up(ref('int_purchase_order_lines'), 'po', {'po_line_id': 'l.po_line_id'}) }}
    where po.requester is not null
),

step as (
    select
        a.approval_id,
        a.invoice_id,
        a.decision,
        {{ login_of('a.approver') }} as approver,
        a.amount,
        a.amount is null or abs(a.amount) >= abs(i.gross_amount) or a.currency <> i.currency as is_whole,
        {{ utc_date('coalesce(a.decided_at, i.approved_at, i.received_at, i._known_at)') }} as decided_on,
        i.entity_id,
        i.currency,
        i.invoice_date,
        abs(i.gross_amount) as gross_amount,
        i.enterer
    from {{ of_units(ref('int_approvals'), 'invoice_id') }} as a
    inner join invoice as i on a.invoice_id = i.invoice_id
),

-- Limits that a person had on the day, one's own or another's; of those of one person the most specific.
permitted as (
    select
        s.*,
        m.rule_id,
        m.on_behalf_of,
        m.limit_amount,
        m.currency as limit_currency,
        s.gross_amount * {{ joined_rate('s', 'm.currency') }} as measured_amount,
        rank() over (partition by s.approval_id, m.on_behalf_of order by m.specificity desc) as scope_preference
    from step as s
    inner join {{ ref('int_approval_limits') }} as m
        on
            s.approver = m.approver
            and m.entity_id in ('', s.entity_id)
            and s.decided_on between m.valid_from and m.valid_to
    {{ join_rate('invoice', 's', 'm.currency') }}
    where s.decision = 'approved' and s.is_whole
),

weighed as (
    select
        p.*,
        coalesce(p.enterer in (p.approver, p.on_behalf_of), false) or requester.invoice_id is not null as is_own,
        p.limit_amount is null or coalesce(p.measured_amount <= p.limit_amount, false) as is_within
    from permitted as p
    left join requester
        on p.invoice_id = requester.invoice_id and requester.requester in (p.approver, p.on_behalf_of)
    where p.scope_preference <= 1
),

-- One's own approval counts only where nobody else's is there.
best as (
    select
        w.*,
        row_number() over (
            partition by w.invoice_id
            order by
                w.is_own,
                w.is_within desc,
                w.limit_amount desc nulls first,
                {{ by_code_point('w.approval_id') }},
                {{ by_code_point('w.rule_id') }}
        ) as preference
    from weighed as w
),

-- What was said instead, where no approval counts.
instead as (
    select
        invoice_id,
        {{ joined(
            "approver || case"
            ~ " when decision = 'approved' and not is_whole then ' for ' || round(amount, 2)"
            ~ " when decision = 'approved' then ' on ' || decided_on else ' ' || coalesce(decision, 'pending') end"
        ) }} as steps
    from step
    group by invoice_id
),

judged as (
    select
        i.*,
        best.approver,
        best.on_behalf_of,
        best.rule_id,
        best.limit_amount,
        best.limit_currency,
        best.is_own,
        best.is_within,
        instead.steps
    from invoice as i
    left join best on i.invoice_id = best.invoice_id and best.preference <= 1
    left join instead on i.invoice_id = instead.invoice_id
),

approval_finding as (
    select
        'NOT_APPROVED' as code,
        j.invoice_id,
        'an approval by the matrix' as expected,
        coalesce(j.steps, 'none') as actual,
        null as limit_applied,
        null as policy_id,
        'Nobody whom the approval matrix names approved the invoice over ' || {{ money('j.gross_amount') }} || ' '
        || j.currency || coalesce('; there is: ' || j.steps, '') || '.' as explanation
    from judged as j
    where j.approver is null

    union all

    select
        'APPROVAL_OVER_LIMIT' as code,
        j.invoice_id,
        {{ plain('j.limit_amount') }} as expected,
        {{ plain('j.gross_amount') }} as actual,
        {{ money('j.limit_amount') }} || ' ' || j.limit_currency as limit_applied,
        j.rule_id as policy_id,
        j.approver || case when j.on_behalf_of <> j.approver then ' for ' || j.on_behalf_of else '' end
        || ' may approve up to ' || {{ money('j.limit_amount') }} || ' ' || j.limit_currency || ' and approved '
        || {{ money('j.gross_amount') }} || ' ' || j.currency || '.' as explanation
    from judged as j
    where not j.is_within

    union all

    select
        'SELF_APPROVED' as code,
        j.invoice_id,
        'another person' as expected,
        j.approver as actual,
        null as limit_applied,
        j.rule_id as policy_id,
        j.approver || case when j.on_behalf_of <> j.approver then ' for ' || j.on_behalf_of else '' end
        || ' approved the invoice, and requested what it bills or entered it.' as explanation
    from judged as j
    where j.is_own
)

select
    f.code,
    {{ on_invoice('i') }},
    f.expected,
    f.actual,
    f.limit_applied,
    f.policy_id,
    abs(i.gross_amount) as amount_at_risk,
    null::boolean as blocks,
    f.explanation
from approval_finding as f
inner join invoice as i on f.invoice_id = i.invoice_id
