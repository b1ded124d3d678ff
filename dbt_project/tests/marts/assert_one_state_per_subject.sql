-- One state per target, operation and subject; two would send two messages in turn for ever.
select
    target,
    operation,
    subject_id
from {{ ref('fb_desired_state') }}
group by target, operation, subject_id
having count(*) > 1

union all

select
    target,
    operation,
    subject_id
from {{ ref('fb_observed_state') }}
group by target, operation, subject_id
having count(*) > 1
