{{
    config(
        meta={'touched_kind': 'screening_hit'},
        indexes=[
            {'columns': ['_source_system', '_record_key'], 'unique': true},
        ],
    )
}}

with newest as (
    {{ newest_versions('screening_hit') }}
)

select
    {{ lineage() }},

    hit_id,
    vendor_id,
    list,
    entry_id,
    entry_name,
    matched_name,
    evidence,
    facts_sha256,

    {{ to_boolean('is_alias') }} as is_alias,

    {{ to_number('score') }} as score,
    {{ to_number('threshold') }} as threshold
from newest
