{{
    config(
        indexes=[{'columns': ['vendor_account_id'], 'unique': true}, {'columns': ['vendor_key']}],
        meta={'analyze': true},
    )
}}

-- Versions in which number or routing are not what they were.
with version as (
    select
        v._source_system,
        v._record_key,
        v.vendor_number,
        coalesce(v._source_updated_at, v._known_at) as stated_at,
        v.place > 1 and (
            coalesce(v.account_number_token, '') <> coalesce(lag(v.account_number_token) over earlier, '')
            or coalesce(v.routing_number, '') <> coalesce(lag(v.routing_number) over earlier, '')
        ) as is_other
    from {{ ref('stg_vendor_bank_account_versions') }} as v
    window earlier as (partition by v._source_system, v._record_key order by v.place)
),

-- Accounts that were ever there count, also those that were deleted since: what takes their place is no first account.
history as (
    select
        _source_system,
        _record_key,
        vendor_number,
        min(stated_at) as first_stated_at,
        max(case when is_other then stated_at end) as differs_since,
        row_number() over (
            partition by _source_system, vendor_number
            order by min(stated_at), {{ by_code_point('_record_key') }}
        ) as place
    from version
    group by _source_system, _record_key, vendor_number
),

-- What a bulk load stamps with one time is no change: changes are later than a source's first stamp.
loaded as (
    select
        _source_system,
        min(first_stated_at) as loaded_at
    from history
    group by _source_system
),

-- The first account that a resolved vendor ever had, under whatever number.
known as (
    select
        v.vendor_key,
        v.vendor_id,
        h.first_stated_at as known_since,
        row_number() over (
            partition by v.vendor_key order by h.first_stated_at, {{ by_code_point('v.vendor_id') }}
        ) as place
    from history as h
    inner join {{ ref('int_vendor_crosswalk') }} as v
        on h._source_system = v.source_system and h.vendor_number = v.vendor_number
),

account as (
    select
        a.*,
        a._source_system || ':' || a.vendor_number as vendor_id,
        a._source_system || ':' || a.vendor_number || ':' || a.account_ref as vendor_account_id,
        coalesce(v.vendor_key, a._source_system || ':' || a.vendor_number) as vendor_key,
        coalesce(a._source_updated_at, a._known_at) as stated_at,
        h.first_stated_at,
        h.differs_since,
        h.place,
        l.loaded_at
    from {{ ref('stg_vendor_bank_accounts') }} as a
    inner join history as h on a._source_system = h._source_system and a._record_key = h._record_key
    inner join loaded as l on a._source_system = l._source_system
    left join {{ ref('int_vendor_crosswalk') }} as v
        on a._source_system = v.source_system and a.vendor_number = v.vendor_number
),

-- Seen to differ; changed after its first day of use; or another account beside the number's first.
altered as (
    select
        account.*,
        greatest(
            differs_since,
            case when stated_at > loaded_at and {{ utc_date('stated_at') }} > valid_from then stated_at end,
            case when place > 1 and first_stated_at > loaded_at then first_stated_at end
        ) as altered_at
    from account
),

-- Since when the vendor has what is the first account of a number: since this came, or longer where another of its
-- numbers has an equal one in use. What a bulk load brought it always had.
had as (
    select
        a.vendor_account_id,
        min(coalesce(o.altered_at, o.first_stated_at)) as had_since
    from altered as a
    inner join altered as o
        on
            a.vendor_key = o.vendor_key
            and a.account_number_token = o.account_number_token
            and coalesce(a.routing_number, '') = coalesce(o.routing_number, '')
    where
        a.altered_at is null
        and (
            a.vendor_account_id = o.vendor_account_id
            or coalesce(o.valid_to >= {{ utc_date('a.first_stated_at') }}, true)
        )
    group by a.vendor_account_id
    having not bool_or(o.altered_at is null and {{ utc_date('o.first_stated_at') }} = {{ utc_date('o.loaded_at') }})
),

-- An account that came to a vendor later than its first one did is a change, though its number is new.
changed as (
    select
        altered.*,
        coalesce(altered.altered_at, had.had_since) as changed_at,
        case when had.had_since is not null then known.vendor_id end as known_as
    from altered
    left join known on altered.vendor_key = known.vendor_key and known.place <= 1
    left join had
        on
            altered.vendor_account_id = had.vendor_account_id
            and {{ utc_date('had.had_since') }} > {{ utc_date('known.known_since') }}
),

-- A second person called the vendor back about this number, after it was changed.
confirmed as (
    select
        c.vendor_account_id,
        d.decided_by,
        d.decided_at,
        row_number() over (
            partition by c.vendor_account_id order by d.decided_at, {{ by_code_point('d.decision_id') }}
        ) as preference
    from changed as c
    inner join {{ ref('int_vendor_bank_account_confirmations') }} as d
        on c.vendor_account_id = d.vendor_account_id and c.account_number_token = d.account_token
    where d.decided_at >= c.changed_at
)

select
    c.vendor_account_id,
    c._source_system as source_system,
    c.vendor_number,
    c.vendor_id,
    c.vendor_key,
    c.account_ref,
    c.account_number_token as account_token,
    c.account_number_last4 as account_last4,
    c.routing_number,
    nullif(c.account_fault, '') as account_fault,
    c.currency,
    c.valid_from,
    c.valid_to,
    coalesce(c.valid_from <= {{ utc_date(as_of()) }}, true) and coalesce(c.valid_to >= {{ utc_date(as_of()) }}, true)
        as is_valid,
    c.changed_by,
    c.changed_at,
    c.known_as,
    confirmed.decided_by as confirmed_by,
    confirmed.decided_at as confirmed_at,
    c._known_at as known_at
from changed as c
left join confirmed on c.vendor_account_id = confirmed.vendor_account_id and confirmed.preference <= 1
