-- An invoice with an open blocking hold, or that is cancelled or posted, is never cleared for posting.
select desired.subject_id
from {{ ref('fb_desired_state') }} as desired
inner join {{ ref('fct_invoice') }} as invoice on desired.subject_id = invoice.invoice_id
left join {{ ref('exc_hold') }} as hold
    on desired.subject_id = hold.invoice_id and hold.is_open and hold.blocking
where
    desired.operation = 'invoice_clearance'
    and desired.readback = 'cleared'
    and (hold.hold_id is not null or invoice.is_cancelled or invoice.is_posted)
