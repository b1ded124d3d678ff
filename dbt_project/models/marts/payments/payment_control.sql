{#
    What is asked of each payment before it goes, and how it answers (payments, section 2): of our proposals, and of the
    payments that an ERP or we have on the way. A proposal that fails one is blocked.
#}

with payment as (
    select * from {{ ref('payment_controlled') }}
),

failure as (
    select * from {{ ref('payment_failure') }}
),

{{ choose_payment_policy('payment') }},

-- What passes everything else is taken in the order of its dates until the batch is full.
filled as (
    select
        payment.payment_id,
        policy.batch_limit,
        sum(payment.amount) over (
            partition by
                payment.entity_id, payment.paying_account, payment.payment_profile, payment.method, payment.currency
            order by payment.requested_date, {{ by_code_point('payment.payment_id') }}
            rows between unbounded preceding and current row
        ) as total
    from payment
    {{ join_payment_policy('payment', 'payment') }}
    where
        payment.stage = 'proposal'
        and not exists (
            select 1
            from failure
            where failure.payment_id = payment.payment_id
        )
),

every_failure as (
    select * from failure

    union all

    select
        payment_id,
        'BATCH_LIMIT' as control_code,
        'with it the batch comes to ' || {{ money('total') }} || ', over ' || {{ money('batch_limit') }} as detail
    from filled
    where total > batch_limit
),

asked as (
    select
        payment.*,
        control.code as control_code
    from payment
    cross join (
        values
        {%- for code in payment_controls('live') %}
        ('{{ code }}', true),
        {%- endfor %}
        {%- for code in payment_controls('proposal') %}
        ('{{ code }}', false){{ ',' if not loop.last }}
        {%- endfor %}
    ) as control (code, is_of_all)
    where control.is_of_all or payment.stage = 'proposal'
)

select
    asked.payment_id,
    asked.control_code,
    asked.stage,
    asked.entity_id,
    asked.vendor_key,
    every_failure.payment_id is null as passed,
    every_failure.detail,
    asked.amount,
    asked.currency,
    {{ as_of() }} as known_at
from asked
left join every_failure
    on asked.payment_id = every_failure.payment_id and asked.control_code = every_failure.control_code
