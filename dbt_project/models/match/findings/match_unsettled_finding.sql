{{ config(materialized='ephemeral') }}

select
    i.{{ finding_columns() | join(',\n    i.') }}
from {{ of_units(ref('match_bank_issue'), 'match_unit_id') }} as i
