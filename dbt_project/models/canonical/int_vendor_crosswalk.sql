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
        concat_ws(' ', v.default_account_code, v.default_cost_center_code) as default_coding,
        r.source_system is not null as is_record
    from {{ ref('stg_vendors') }} as v
    left join record_system as r on v._source_system = r.source_system
),

-- A copy names its record. Where it does not say in which system, the number must exist in one.
referred as (
    select
        v.vendor_id,
        {{ first_text('t.vendor_id') }} as record_vendor_id
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
            {{ first_text('v.tax_id_token', 'partition by v.record_vendor_id') }}
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
                    {{ first_text(
                        'case when root_is_record then record_vendor_id end', 'partition by identity_token'
                    ) }},
                    {{ first_text('record_vendor_id', 'partition by identity_token') }}
                )
        end as equal_key
    from identified
),

-- What resolution said last. A number that it has not seen goes with the record that it refers to, else with those of
-- its tax id, as far as resolution has seen one of them.
answered as (
    select
        k.*,
        a.method as resolved_method,
        a.match_probability,
        coalesce(a.review_state, 'none') as review_state,
        a.reviewer,
        a.decision_id,
        a.proposed_cluster_id,
        a.review_cluster_id,
        coalesce(
            a.cluster_id,
            referred.cluster_id,
            {{ first_text('case when k.is_record then a.cluster_id end', 'partition by k.equal_key') }},
            {{ first_text('a.cluster_id', 'partition by k.equal_key') }},
            k.equal_key
        ) as vendor_key
    from keyed as k
    left join {{ ref('stg_vendor_resolutions') }} as a on k.vendor_id = a.vendor_id
    left join {{ ref('stg_vendor_resolutions') }} as referred on k.record_vendor_id = referred.vendor_id
),

-- Who a person keeps apart from the record that its source refers to, does not stand for it.
placed as (
    select
        a.*,
        a.vendor_key <> record.vendor_key as is_kept_apart
    from answered as a
    inner join answered as record on a.record_vendor_id = record.vendor_id
),

-- Documents read a vendor's key, which numbers of the whole cluster are blocked since when, their default coding, and
-- what awaits review.
cluster as (
    select
        vendor_key,
        bool_or(is_record) as is_known,
        {{ joined(
            "case when is_record then vendor_id || ' ' || coalesce(inactive_since::text, '') || ' ' || default_coding end"
        ) }} as records,
        {{ first_text('review_cluster_id') }} as review_cluster_id
    from placed
    group by vendor_key
),

final as (
    select
        k.vendor_id,
        k.source_system,
        k.vendor_number,
        k.vendor_key,
        case when k.is_kept_apart then k.vendor_id else k.record_vendor_id end as record_vendor_id,
        k.name,
        k.tax_id_token,
        k.tax_id_last4,
        k.status,
        k.inactive_since,
        k.is_record,
        c.is_known,
        coalesce(k.proposed_cluster_id, k.vendor_key) as proposed_key,
        c.review_cluster_id,
        case
            when k.resolved_method <> 'alone' then k.resolved_method
            when k.is_record then 'record'
            when k.resolved_method = 'alone' or not c.is_known then 'unresolved'
            when k.is_referred then 'source_ref'
            else 'tax_id'
        end as method,
        k.match_probability,
        k.review_state,
        k.reviewer,
        k.decision_id,
        md5(concat_ws(
            '|',
            k.vendor_key, case when k.is_kept_apart then 'apart' else k.record_vendor_id end, c.records,
            c.review_cluster_id
        )) as facts_md5
    from placed as k
    inner join cluster as c on k.vendor_key = c.vendor_key
),

earlier as (
    {% if earlier -%}
    select
        vendor_id,
        facts_md5,
        review_cluster_id,
        former_review_cluster_id,
        changed_at
    from {{ earlier }}
    {%- else -%}
    select
        vendor_id,
        facts_md5,
        review_cluster_id,
        null::text as former_review_cluster_id,
        null::timestamptz as changed_at
    from final
    where false
    {%- endif %}
)

select
    final.*,
    case
        when earlier.facts_md5 = final.facts_md5 then earlier.former_review_cluster_id
        else earlier.review_cluster_id
    end as former_review_cluster_id,
    case when earlier.facts_md5 = final.facts_md5 then earlier.changed_at else {{ as_of() }} end as changed_at
from final
left join earlier on final.vendor_id = earlier.vendor_id
