{%- set limits = policy_limits() -%}
{%- set scope = scope_columns() -%}

-- A policy names a vendor by any of its numbers; it goes for all of the resolved vendor.
with policy as (
    select
        p.policy_id,
        coalesce(p.vendor_key, '') as named_vendor,
        coalesce(p.entity_id, '') as entity_id,
        coalesce(v.vendor_key, p.vendor_key, '') as vendor_key,
        coalesce(p.item_category, '') as item_category,
        coalesce(p.match_type, '') as match_type,
        coalesce(p.currency, '') as currency,
        p.valid_from,
        coalesce(p.valid_to, '9999-12-31'::date) as valid_to,
        {%- for limit in limits %}
        {{ limit_of('p.' ~ limit, 'p.' ~ partner_of(limit) if partner_of(limit) else none) }} as {{ limit }},
        {%- endfor %}
        coalesce(p.price_under_blocks, false) as price_under_blocks,
        coalesce(p.amount_under_blocks, false) as amount_under_blocks,
        coalesce(p.tax_blocks, true) as tax_blocks,
        coalesce(p.charge_blocks, true) as charge_blocks,
        coalesce(p.receipt_grace_days, 0) as receipt_grace_days,
        coalesce(p.po_grace_hours, 24) as po_grace_hours
    from {{ ref('stg_policies') }} as p
    left join {{ ref('int_vendor_crosswalk') }} as v on p.vendor_key = v.vendor_id
),

-- Vendors that were merged may each have a policy of the same scope.
collided as (
    select {{ scope | join(', ') }}
    from policy
    where vendor_key <> ''
    group by {{ scope | join(', ') }}
    having count(distinct named_vendor) > 1
),

bound as (
    select
        policy.valid_from as first_day,
        {{ prefixed(scope, 'policy') }}
    from policy
    inner join collided on {{ same_scope('policy', 'collided') }}
    union
    select
        policy.valid_to + 1 as first_day,
        {{ prefixed(scope, 'policy') }}
    from policy
    inner join collided on {{ same_scope('policy', 'collided') }}
    where policy.valid_to < '9999-12-31'
),

span as (
    select
        bound.*,
        coalesce(
            lead(first_day) over (partition by {{ scope | join(', ') }} order by first_day) - 1, '9999-12-31'::date
        ) as last_day
    from bound
),

-- On the days for which several say something, the strictest of each limit goes; what does not limit is null.
joint as (
    select
        {{ joined('policy.policy_id', "' + '") }} as policy_id,
        {{ prefixed(scope, 'span') }},
        span.first_day as valid_from,
        span.last_day as valid_to,
        {%- for limit in limits %}
        min(policy.{{ limit }}) as {{ limit }},
        {%- endfor %}
        bool_or(policy.price_under_blocks) as price_under_blocks,
        bool_or(policy.amount_under_blocks) as amount_under_blocks,
        bool_or(policy.tax_blocks) as tax_blocks,
        bool_or(policy.charge_blocks) as charge_blocks,
        min(policy.receipt_grace_days) as receipt_grace_days,
        min(policy.po_grace_hours) as po_grace_hours
    from span
    inner join policy
        on
            {{ same_scope('span', 'policy') }}
            and span.first_day between policy.valid_from and policy.valid_to
    group by {{ prefixed(scope, 'span') }}, span.first_day, span.last_day
),

chosen as (
    select
        policy.policy_id,
        policy.valid_from,
        policy.valid_to,
        {{ prefixed(scope, 'policy') }},
        {%- for limit in limits %}
        policy.{{ limit }},
        {%- endfor %}
        policy.price_under_blocks,
        policy.amount_under_blocks,
        policy.tax_blocks,
        policy.charge_blocks,
        policy.receipt_grace_days,
        policy.po_grace_hours
    from policy
    left join collided on {{ same_scope('policy', 'collided') }}
    where collided.vendor_key is null
    union all
    select
        -- the same policies may meet before and after another's days
        policy_id || case
            when row_number() over (partition by policy_id order by valid_from) > 1 then ' from ' || valid_from
            else ''
        end as policy_id,
        valid_from,
        valid_to,
        {{ scope | join(', ') }},
        {%- for limit in limits %}
        {{ limit }},
        {%- endfor %}
        price_under_blocks,
        amount_under_blocks,
        tax_blocks,
        charge_blocks,
        receipt_grace_days,
        po_grace_hours
    from joint
)

select
    policy_id,
    md5(concat_ws(
        '|',
        policy_id, {{ scope | join(', ') }}, valid_from::text, valid_to::text,
        {%- for limit in limits %}
        coalesce({{ limit }}::text, ''),
        {%- endfor %}
        price_under_blocks::text, amount_under_blocks::text, tax_blocks::text, charge_blocks::text,
        receipt_grace_days::text, po_grace_hours::text
    )) as policy_hash,
    {{ scope | join(', ') }},
    {{ specificity(scope) }} as specificity,
    valid_from,
    valid_to,
    {%- for limit in limits %}
    {{ limit }},
    {%- endfor %}
    price_under_blocks,
    amount_under_blocks,
    tax_blocks,
    charge_blocks,
    receipt_grace_days,
    po_grace_hours
from chosen
