with configured as (
    select
        entity_id,
        object,
        source_system,
        role,
        valid_from,
        coalesce(valid_to, '9999-12-31'::date) as valid_to
    from {{ ref('stg_systems_of_record') }}
    where valid_from <= {{ utc_date(as_of()) }}
)

select
    entity_id,
    object,
    source_system,
    role,
    valid_from,
    valid_to,
    row_number() over (
        partition by entity_id, object, role
        order by valid_from desc, valid_to desc, {{ by_code_point('source_system') }}
    )::integer as recency
from configured
