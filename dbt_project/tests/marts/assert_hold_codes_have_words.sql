-- Each finding can be told in every platform's words.
select distinct hold.code
from {{ ref('exc_hold') }} as hold
left join {{ ref('hold_code_crosswalk') }} as crosswalk on hold.code = crosswalk.code
where crosswalk.code is null
