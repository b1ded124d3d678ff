{{
    config(
        meta={'touched_kind': 'vendor_resolution'},
        indexes=[
            {'columns': ['_source_system', '_record_key'], 'unique': true},
        ],
    )
}}

with newest as (
    {{ newest_versions('vendor_resolution') }}
)

select
    {{ lineage() }},

    vendor_id,
    cluster_id,
    proposed_cluster_id,
    review_cluster_id,
    method,
    review_state,
    reviewer,
    decision_id,

    {{ to_number('match_probability') }} as match_probability
from newest
