{{ config(materialized='ephemeral') }}

select met.*
from {{ ref('match_bank_met') }} as met
left join {{ ref('match_bank_contested') }} as contested on met.end_to_end_id = contested.end_to_end_id
where not ({{ is_plain('met', 'contested') }})
