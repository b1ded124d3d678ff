{{
    config(
        meta={'touched_kind': 'receipt_discrepancy'},
        indexes=[
            {'columns': ['_source_system', '_record_key'], 'unique': true},
        ],
    )
}}

with newest as (
    {{ newest_versions('receipt_discrepancy') }}
)

select
    {{ lineage() }},

    discrepancy_ref,
    entity_id,
    kind,
    status,
    po_number,
    receipt_ref,
    item_number,
    actual,

    {{ to_integer('po_line_number') }} as po_line_number
from newest
