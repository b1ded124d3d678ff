{{
    config(
        meta={'touched_kind': 'document_reference'},
        indexes=[
            {'columns': ['_source_system', '_record_key'], 'unique': true},
        ],
    )
}}

with newest as (
    {{ newest_versions('document_reference') }}
)

select
    {{ lineage() }},

    document_type,
    former_system,
    former_number,
    system,
    number,

    {{ to_integer('former_line_number') }} as former_line_number,
    {{ to_integer('line_number') }} as line_number,
    {{ to_quantity('settled_qty') }} as settled_qty
from newest
