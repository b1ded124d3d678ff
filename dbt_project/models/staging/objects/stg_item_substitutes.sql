{{
    config(
        meta={'touched_kind': 'item_substitute'},
        indexes=[
            {'columns': ['_source_system', '_record_key'], 'unique': true},
        ],
    )
}}

with newest as (
    {{ newest_versions('item_substitute') }}
)

select
    {{ lineage() }},

    item_number,
    substitute_item_number,
    approved_by,

    {{ to_date('valid_from') }} as valid_from,
    {{ to_date('valid_to') }} as valid_to
from newest
