"""What became known about a batch since it was frozen: an approval of what is no longer so does not count."""

from datetime import datetime

import psycopg

# An invoice is as it was while it is open with the same amount and currency, and belongs to the vendor who is paid. A
# vendor's key is the present one of its number, because numbers may have been joined or parted since.
_CHANGES = """
with paid as (
    select
        payment.*,
        coalesce(present.vendor_key, payment.vendor_key) as present_key
    from payments.payment as payment
    left join canonical.int_vendor_crosswalk as present
        on payment.vendor_source || ':' || payment.vendor_number = present.vendor_id
    where payment.batch_id = %(batch_id)s
),

invoice as (
    select
        invoice.invoice_id,
        invoice.invoice_number,
        invoice.amount,
        invoice.discount_amount,
        paid.currency,
        paid.present_key
    from payments.payment_invoice as invoice
    inner join paid on invoice.payment_id = paid.payment_id
    where invoice.batch_id = %(batch_id)s
),

vendor as (
    select distinct present_key, vendor_name from paid
),

said as (
    select
        1 as rank,
        'the bank account of ' || paid.vendor_name || ' changed' as what
    from paid
    left join staging.stg_vendor_bank_accounts as account
        on paid.vendor_account_id
            = account._source_system || ':' || account.vendor_number || ':' || account.account_ref
    where paid.method <> 'cheque'
        and (
            account.account_number_token is distinct from paid.account_token
            or coalesce(account.routing_number, '') <> coalesce(paid.routing_number, '')
            or account.valid_to < paid.requested_date
        )

    union

    select
        2 as rank,
        'invoice ' || invoice.invoice_number || case
            when fact.is_cancelled then ' was cancelled'
            when fact.is_paid then ' was paid'
            when payable.invoice_id is null then ' is not open any more'
            when payable.vendor_key <> invoice.present_key then ' is not this vendor''s any more'
            else ' comes to ' || round(payable.open_amount, 2) || ' ' || payable.currency || ' now'
        end as what
    from invoice
    left join mart.fct_invoice as fact on invoice.invoice_id = fact.invoice_id
    left join match.match_payable as payable on invoice.invoice_id = payable.invoice_id
    where payable.invoice_id is null
        or payable.vendor_key <> invoice.present_key
        or payable.currency <> invoice.currency
        or payable.open_amount <> invoice.amount + invoice.discount_amount

    union

    select
        3 as rank,
        'invoice ' || invoice.invoice_number || ' is held: ' || hold.code as what
    from invoice
    inner join mart.exc_hold as hold on invoice.invoice_id = hold.invoice_id
    where hold.is_open and hold.blocking

    union

    select
        4 as rank,
        'vendor ' || vendor.vendor_name || ' is held: ' || hold.code as what
    from vendor
    inner join mart.exc_hold as hold on vendor.present_key = hold.vendor_key
    where hold.is_open and hold.blocking and hold.subject_type = 'vendor'

    union

    select
        5 as rank,
        'the payment to ' || paid.vendor_name || ' fails a control: ' || control.control_code as what
    from paid
    inner join mart.payment_control as control on 'tieout:' || paid.payment_id = control.payment_id
    where control.stage = 'live' and not control.passed

    union

    select
        6 as rank,
        'the discount of the payment to ' || paid.vendor_name || ' ended on ' || paid.requested_date as what
    from paid
    where paid.discount_amount > 0 and paid.requested_date < (%(now)s at time zone 'UTC')::date
)

select what from said
order by rank, what
"""


def changes_since(connection: psycopg.Connection, batch_id: str, now: datetime) -> list[str]:
    """Return, in sentences, what of a batch's invoices, vendors and accounts is no longer as it was.

    Args:
        connection: to the warehouse.
        batch_id: frozen.
        now: the business clock; a discount is lost when its day is over.
    """
    return [row[0] for row in connection.execute(_CHANGES, {"batch_id": batch_id, "now": now}).fetchall()]
