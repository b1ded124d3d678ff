-- The portions of an invoice sum to its net.
select invoice.invoice_id
from {{ ref('fct_invoice') }} as invoice
left join {{ ref('fct_spend') }} as portion on invoice.invoice_id = portion.invoice_id
where not invoice.is_cancelled
group by invoice.invoice_id, invoice.signed_net_amount
having coalesce(sum(portion.net_amount), 0) <> invoice.signed_net_amount
