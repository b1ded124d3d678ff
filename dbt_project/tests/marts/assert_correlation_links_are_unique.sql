select
    correlation_id,
    subject_type,
    subject_id
from {{ ref('correlation_link') }}
group by correlation_id, subject_type, subject_id
having count(*) > 1
