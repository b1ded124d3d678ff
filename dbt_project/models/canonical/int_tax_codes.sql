{{ config(meta={'analyze': true}) }}

-- A code counts on the days on which both it and the system that says so are valid.
select
    s.entity_id,
    c.tax_code,
    c.rate_pct,
    greatest(s.valid_from, c.valid_from) as valid_from,
    least(s.valid_to, c.valid_to) as valid_to,
    s.recency
from {{ ref('stg_tax_codes') }} as c
inner join {{ ref('int_systems_of_record') }} as s on c._source_system = s.source_system
where s.object = 'tax_code' and s.role = 'record'
