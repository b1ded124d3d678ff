{{
    config(
        materialized='touched',
        meta={'touched': {'relation': 'match_touched', 'keys': {'stock_unit_id': 'match_unit_id'}}},
        indexes=[
            {'columns': ['stock_unit_id'], 'unique': true},
            {'columns': ['inventory_count_id']},
            {'columns': ['item_number']},
        ],
    )
}}

with counted as (
    select
        c.*,
        {{ stock_unit('c') }} as stock_unit_id,
        row_number() over (
            partition by {{ stock_unit('c') }} order by c.at desc, {{ by_code_point('c.count_ref') }} desc
        ) as preference
    from {{ ref('stg_inventory_counts') }} as c
    {{ join_units(stock_unit('c')) }}
    inner join {{ ref('int_systems_of_record') }} as s
        on
            c.entity_id = s.entity_id
            and s.object = 'inventory_count'
            and s.role = 'record'
            and c._source_system = s.source_system
            and {{ utc_date('c.at') }} between s.valid_from and s.valid_to
),

packed as (
    select
        c.*,
        i.item_key,
        i.category as item_category,
        i.base_unit as item_base_unit,
        {{ pack('numerator', 'u', 'c.entity_id', "''") }} as numerator,
        {{ pack('denominator', 'u', 'c.entity_id', "''") }} as denominator
    from counted as c
    left join {{ ref('int_item_crosswalk') }} as x
        on c._source_system = x.source_system and c.item_number = x.item_number
    left join {{ ref('int_items') }} as i on x.item_key = i.item_key
    left join {{ ref('int_item_units') }} as u on x.item_key = u.item_key and c.unit = u.unit
    where c.preference <= 1
),

-- In base units where the unit has a factor, else as counted.
measured as (
    select
        packed.*,
        case when numerator is null then unit else item_base_unit end as base_unit,
        {{ in_base_units('counted_qty', 'coalesce(numerator, 1)', 'coalesce(denominator, 1)') }} as counted_base_qty,
        {{ in_base_units('system_qty', 'coalesce(numerator, 1)', 'coalesce(denominator, 1)') }} as system_base_qty
    from packed
)

select
    m.stock_unit_id,
    m._source_system || ':' || m.count_ref as inventory_count_id,
    m._source_system as source_system,
    m.entity_id,
    e.currency,
    m.item_key,
    m.item_number,
    m.item_category,
    m.location_code,
    m.base_unit,
    m.counted_base_qty as counted_qty,
    m.system_base_qty as book_qty,
    m.at as counted_at
from measured as m
inner join {{ ref('int_entities') }} as e on m.entity_id = e.entity_id
