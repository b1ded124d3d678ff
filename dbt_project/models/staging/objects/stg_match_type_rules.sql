{{
    config(
        meta={'touched_kind': 'match_type_rule'},
        indexes=[
            {'columns': ['_source_system', '_record_key'], 'unique': true},
        ],
    )
}}

with newest as (
    {{ newest_versions('match_type_rule') }}
)

select
    {{ lineage() }},

    rule_id,
    entity_id,
    vendor_key,
    item_category,
    match_type
from newest
