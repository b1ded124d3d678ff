-- Each bank entry ends matched, split, fee or owned (payments, section 7), and its amount is explained or somebody's.
select
    s.bank_entry_id,
    s.state
from {{ ref('match_bank_state') }} as s
where
    (s.state in ('matched', 'split')) <> (s.payment_count > 0)
    or (s.state = 'matched' and (s.payment_count > 1 or s.fee_amount <> 0 or s.difference_amount <> 0))
    or s.reason is null

union all

select
    concat_ws(':', e._source_system, e.statement_ref, e.entry_number, e.detail_number) as bank_entry_id,
    'missing' as state
from {{ ref('stg_bank_entries') }} as e
left join {{ ref('match_bank_state') }} as s
    on concat_ws(':', e._source_system, e.statement_ref, e.entry_number, e.detail_number) = s.bank_entry_id
where s.bank_entry_id is null
