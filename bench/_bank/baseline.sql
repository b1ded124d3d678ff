-- What one would write without a ladder: each entry with the payment whose end-to-end id it has, and what is between them.
create table bench_baseline_{number} as
select
    e._source_system as bank,
    e.statement_ref,
    e.entry_number,
    e.detail_number,
    e.booking_date,
    e.currency,
    e.amount as entry_amount,
    p._source_system as payer,
    p.payment_ref,
    p.amount as payment_amount,
    e.amount + p.amount as difference_amount
from staging.stg_bank_entries as e
left join staging.stg_payments as p on e.end_to_end_id = p.end_to_end_id;
