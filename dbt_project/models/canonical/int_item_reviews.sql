with evidence as (
    select
        e.item_id,
        e.record_item_id,
        e.is_record,
        {{ joined("e.method || ' ' || e.trait") }} as evidence
    from {{ ref('int_item_evidence') }} as e
    group by e.item_id, e.record_item_id, e.is_record
)

-- A number of a copy that may be another item than it is taken for, or may be one at all.
select
    e.item_id || ' ' || e.record_item_id as review_id,
    case
        when x.method = 'unresolved' then 'link'
        when e.record_item_id = x.item_key then 'linked'
        else 'contradiction'
    end as kind,
    e.item_id,
    e.record_item_id,
    e.evidence
from evidence as e
inner join {{ ref('int_item_crosswalk') }} as x on e.item_id = x.item_id
where not e.is_record and x.state = 'review'

union all

-- Two items of the master that claim the same article.
select
    e.item_id || ' ' || e.record_item_id as review_id,
    'same_article' as kind,
    e.item_id,
    e.record_item_id,
    e.evidence
from evidence as e
left join {{ ref('int_item_decisions') }} as decided
    on e.item_id = decided.item_id and e.record_item_id = decided.record_item_id
where e.is_record and e.item_id < e.record_item_id and decided.decision_id is null
