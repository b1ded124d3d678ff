-- Nothing is routed to nobody (exceptions, Routing).
select
    hold_id,
    episode,
    code
from {{ ref('exc_hold') }}
where coalesce(owner, '') = '' or coalesce(owner_role, '') = ''
