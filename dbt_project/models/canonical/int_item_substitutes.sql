select
    ordered.item_key,
    substitute.item_key as substitute_item_key,
    min(coalesce(s.valid_from, '0001-01-01'::date)) as valid_from,
    max(coalesce(s.valid_to, '9999-12-31'::date)) as valid_to
from {{ ref('stg_item_substitutes') }} as s
inner join {{ ref('int_item_crosswalk') }} as ordered
    on s._source_system = ordered.source_system and s.item_number = ordered.item_number
inner join {{ ref('int_item_crosswalk') }} as substitute
    on s._source_system = substitute.source_system and s.substitute_item_number = substitute.item_number
where ordered.is_record
group by ordered.item_key, substitute.item_key
