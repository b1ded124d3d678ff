-- The plainest statement that could do it: each entry with the payment whose end-to-end id it has.
create table bench_baseline as
select
    e.statement_ref,
    e.entry_number,
    e.amount as entry_amount,
    p.payment_ref,
    p.amount as payment_amount
from staging.stg_bank_entries as e
left join staging.stg_payments as p on e.end_to_end_id = p.end_to_end_id;
