-- A ratio is stored with its parts, and is made of them (KPIs).
select
    kpi_value_id,
    revision
from {{ ref('kpi_value') }}
where
    unit = '%'
    and (
        numerator is null
        or denominator is null
        or numerator < 0
        or numerator > denominator
        or value is distinct from {{ percentage('numerator', 'denominator') }}
    )
