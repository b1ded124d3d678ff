{{ config(indexes=[{'columns': ['vendor_id'], 'unique': true}], meta={'analyze': true}) }}

{% set earlier = before('int_vendor_crosswalk') -%}

with record_system as (
    select distinct source_system
    from {{ ref('int_systems_of_record') }}
    where object = 'vendor' and role = 'record'
),

vendor as (
    select
        v._source_system || ':' || v.vendor_number as vendor_id,
        v._source_system as source_system,
        v.vendor_number,
        v.name,
        v.tax_id_token,
        v.tax_id_last4,
        coalesce(v.status, 'active') as status,
        case
            when v.status in ('blocked', 'inactive') then coalesce(v.inactive_from, '0001-01-01'::date)
        end as inactive_since,
        v.source_ref,
        v.source_ref_system,
        r.source_system is not null as is_record,
        null::text as review_cluster_id
    from {{ ref('stg_vendors') }} as v
    left join record_system as r on v._source_system = r.source_system
),

-- A copy names its record. Where it does not say in which system, the number must exist in one.
referred as (
    select
        v.vendor_id,
        min({{ by_code_point('t.vendor_id') }}) as record_vendor_id
    from vendor as v
    inner join vendor as t
        on
            v.source_ref = t.vendor_number
            and t.is_record
            and (v.source_ref_system = t.source_system or v.source_ref_system is null)
    where not v.is_record
    group by v.vendor_id
),

rooted as (
    select
        v.*,
        coalesce(r.record_vendor_id, v.vendor_id) as record_vendor_id,
        r.record_vendor_id is not null as is_referred
    from vendor as v
    left join referred as r on v.vendor_id = r.vendor_id
),

-- The tax id of the record speaks for the numbers that refer to it; where it has none, one of theirs does.
identified as (
    select
        v.*,
        coalesce(
            t.tax_id_token,
            min({{ by_code_point('v.tax_id_token') }}) over (partition by v.record_vendor_id)
        ) as identity_token,
        t.is_record as root_is_record
    from rooted as v
    inner join vendor as t on v.record_vendor_id = t.vendor_id
),

keyed as (
    select
        identified.*,
        case
            when identity_token is null then record_vendor_id
            else coalesce(
                    min(case when root_is_record then {{ by_code_point('record_vendor_id') }} end)
                        over (partition by identity_token),
                    min({{ by_code_point('record_vendor_id') }}) over (partition by identity_token)
                )
        end as vendor_key
    from identified
),

-- Documents read a vendor's key, which numbers of the whole cluster are blocked since when, and what awaits review.
cluster as (
    select
        vendor_key,
        bool_or(is_record) as is_known,
        {{ joined("case when is_record then vendor_id || ' ' || coalesce(inactive_since::text, '') end") }} as records,
        min({{ by_code_point('review_cluster_id') }}) as review_cluster_id
    from keyed
    group by vendor_key
),

final as (
    select
        k.vendor_id,
        k.source_system,
        k.vendor_number,
        k.vendor_key,
        k.record_vendor_id,
        k.name,
        k.tax_id_token,
        k.tax_id_last4,
        k.status,
        k.inactive_since,
        k.is_record,
        c.is_known,
        c.review_cluster_id,
        case
            when k.is_record then 'record'
            when k.is_referred then 'source_ref'
            when c.is_known then 'tax_id'
            else 'unresolved'
        end as method,
        md5(concat_ws('|', k.vendor_key, k.record_vendor_id, c.records, c.review_cluster_id)) as facts_md5
    from keyed as k
    inner join cluster as c on k.vendor_key = c.vendor_key
),

earlier as (
    {% if earlier -%}
    select
        vendor_id,
        facts_md5,
        changed_at
    from {{ earlier }}
    {%- else -%}
    select
        vendor_id,
        facts_md5,
        null::timestamptz as changed_at
    from final
    where false
    {%- endif %}
)

select
    final.*,
    case when earlier.facts_md5 = final.facts_md5 then earlier.changed_at else {{ as_of() }} end as changed_at
from final
left join earlier on final.vendor_id = earlier.vendor_id
