{#
    Invoices and credits that a payment would pay now, grouped by vendor, account, currency and date (payments, section 1).
    A vendor's credits go with its invoices, all on the first of their dates; what sums to nothing or less waits.
#}

with payable as (
    select
        p.*,
        greatest(p.pay_by_date, {{ utc_date(as_of()) }}) as pay_on
    from {{ ref('match_payable') }} as p
    where p.is_payable and p.payment_origin = 'tieout'
),

vendor_home as (
    select
        entity_id,
        source_system
    from {{ ref('int_systems_of_record') }}
    where object = 'vendor' and role = 'record' and recency = 1
),

-- The vendor's numbers and accounts in the entity's vendor master: what the invoice prints first, then the number that
-- it refers to, then an account of the currency, then the newest.
candidate as (
    select
        p.invoice_id,
        n.vendor_id,
        a.vendor_account_id,
        a.account_token,
        a.account_last4,
        a.routing_number,
        row_number() over (
            partition by p.invoice_id
            order by
                coalesce(a.account_token = p.remit_to_account_token, false) desc,
                coalesce(n.vendor_id = own.record_vendor_id, false) desc,
                a.vendor_account_id is not null desc,
                n.inactive_since is null desc,
                coalesce(a.currency = p.currency, false) desc,
                a.valid_from desc nulls last,
                {{ by_code_point('n.vendor_id') }},
                {{ by_code_point('a.vendor_account_id') }}
        ) as preference
    from payable as p
    inner join vendor_home as h on p.entity_id = h.entity_id
    inner join {{ ref('int_vendor_crosswalk') }} as n
        on p.vendor_key = n.vendor_key and h.source_system = n.source_system
    left join {{ ref('int_vendor_crosswalk') }} as own on p.vendor_id = own.vendor_id
    left join {{ ref('int_vendor_bank_accounts') }} as a
        on n.vendor_id = a.vendor_id and a.is_valid and coalesce(a.currency, p.currency) = p.currency
),

addressed as (
    select
        p.*,
        coalesce(c.vendor_id, p.vendor_id) as paid_vendor_id,
        c.vendor_account_id,
        c.account_token,
        c.account_last4,
        c.routing_number
    from payable as p
    left join candidate as c on p.invoice_id = c.invoice_id and c.preference <= 1
),

-- Where a vendor has credits they go where its first invoice goes.
earliest as (
    select
        a.*,
        row_number() over (
            partition by a.entity_id, a.vendor_key, a.currency
            order by a.pay_on, {{ by_code_point('a.invoice_id') }}
        ) as preference
    from addressed as a
    where a.kind = 'invoice'
),

placed as (
    select
        a.*,
        case when a.kind = 'credit' and l.invoice_id is not null then l.paid_vendor_id else a.paid_vendor_id end
            as to_vendor_id,
        case when a.kind = 'credit' and l.invoice_id is not null then l.vendor_account_id else a.vendor_account_id end
            as to_account_id,
        case when a.kind = 'credit' and l.invoice_id is not null then l.account_token else a.account_token end
            as to_token,
        case when a.kind = 'credit' and l.invoice_id is not null then l.account_last4 else a.account_last4 end
            as to_last4,
        case when a.kind = 'credit' and l.invoice_id is not null then l.routing_number else a.routing_number end
            as to_routing_number
    from addressed as a
    left join earliest as l
        on
            a.entity_id = l.entity_id
            and a.vendor_key = l.vendor_key
            and a.currency = l.currency
            and l.preference <= 1
),

-- Together with a credit everything is paid on the first date of an invoice.
dated as (
    select
        p.*,
        case
            when bool_or(p.kind = 'credit') over own_account
                then coalesce(min(case when p.kind = 'invoice' then p.pay_on end) over own_account, p.pay_on)
            else p.pay_on
        end as requested_date
    from placed as p
    window
        own_account as (
            partition by p.entity_id, p.vendor_key, p.to_vendor_id, coalesce(p.to_account_id, ''), p.currency
        )
),

summed as (
    select
        d.*,
        (d.open_amount - d.discount_amount)::numeric(20, 4) as amount,
        sum(d.open_amount - d.discount_amount) over one_payment as payment_amount
    from dated as d
    window
        one_payment as (
            partition by
                d.entity_id, d.vendor_key, d.to_vendor_id, coalesce(d.to_account_id, ''), d.currency, d.requested_date
        )
),

owed as (
    select * from summed
    where payment_amount > 0
),

-- The payment's id is made of what it says, so that the same facts give the same id.
named as (
    select
        entity_id,
        vendor_key,
        to_vendor_id,
        coalesce(to_account_id, '') as to_account_id,
        currency,
        requested_date,
        'P' || left(md5(concat_ws(
            '|',
            entity_id, vendor_key, to_vendor_id, coalesce(to_account_id, ''), coalesce(max(to_token), ''), currency,
            requested_date::text, {{ joined("invoice_id || ' ' || trim_scale(amount)::text", "'|'") }}
        )), 20) as payment_id
    from owed
    group by entity_id, vendor_key, to_vendor_id, coalesce(to_account_id, ''), currency, requested_date
)

select
    named.payment_id,
    owed.invoice_id,
    owed.invoice_number,
    owed.kind,
    owed.entity_id,
    owed.vendor_key,
    owed.to_vendor_id as vendor_id,
    owed.to_account_id as vendor_account_id,
    owed.to_token as account_token,
    owed.to_last4 as account_last4,
    owed.to_routing_number as routing_number,
    owed.remit_to_account_token,
    owed.amount,
    owed.discount_amount::numeric(20, 4) as discount_amount,
    owed.currency,
    owed.due_date,
    owed.requested_date,
    owed.correlation_id,
    {{ as_of() }} as known_at
from owed
inner join named
    on
        owed.entity_id = named.entity_id
        and owed.vendor_key = named.vendor_key
        and owed.to_vendor_id = named.to_vendor_id
        and coalesce(owed.to_account_id, '') = named.to_account_id
        and owed.currency = named.currency
        and owed.requested_date = named.requested_date
