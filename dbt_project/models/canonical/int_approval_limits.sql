{{ config(meta={'analyze': true}) }}

-- A delegate has what the approver has, on the days of both. What was delegated is not delegated on.
with own as (
    select
        rule_id,
        null::text as delegation_id,
        {{ login_of('approver') }} as approver,
        {{ login_of('approver') }} as on_behalf_of,
        coalesce(entity_id, '') as entity_id,
        currency,
        {{ limit_of('limit_amount') }} as limit_amount,
        valid_from,
        coalesce(valid_to, '9999-12-31'::date) as valid_to
    from {{ ref('stg_approval_matrices') }}
),

delegated as (
    select
        own.rule_id,
        d.delegation_id,
        {{ login_of('d.delegate') }} as approver,
        own.on_behalf_of,
        own.entity_id,
        own.currency,
        own.limit_amount,
        greatest(own.valid_from, d.valid_from) as valid_from,
        least(own.valid_to, d.valid_to) as valid_to
    from own
    inner join {{ ref('stg_delegations') }} as d on own.approver = {{ login_of('d.approver') }}
),

every_limit as (
    select * from own
    union all
    select * from delegated
    where valid_from <= valid_to
)

select
    rule_id,
    delegation_id,
    approver,
    on_behalf_of,
    entity_id,
    currency,
    limit_amount,
    valid_from,
    valid_to,
    {{ specificity(['entity_id']) }} as specificity
from every_limit
