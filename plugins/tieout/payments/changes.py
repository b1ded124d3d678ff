"""What became known about a batch since it was frozen: an approval of what is no longer so does not count."""

import psycopg

_CHANGES = """
with paid as (
    select payment.*
    from payments.payment as payment
    where payment.batch_id = %(batch_id)s
),

invoice as (
    select invoice_id, invoice_number
    from payments.payment_invoice
    where batch_id = %(batch_id)s
),

vendor as (
    select distinct vendor_key, vendor_name from paid
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
            or account.valid_to < paid.requested_date
        )

    union

    select
        2 as rank,
        'invoice ' || invoice.invoice_number || ' was cancelled' as what
    from invoice
    inner join mart.fct_invoice as fact on invoice.invoice_id = fact.invoice_id
    where fact.is_cancelled

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
    inner join mart.exc_hold as hold on vendor.vendor_key = hold.vendor_key
    where hold.is_open and hold.blocking and hold.subject_type = 'vendor'

    union

    select
        5 as rank,
        'the payment to ' || paid.vendor_name || ' fails a control: ' || control.control_code as what
    from paid
    inner join mart.payment_control as control on 'tieout:' || paid.payment_id = control.payment_id
    where control.stage = 'live' and not control.passed
)

select what from said
order by rank, what
"""


def changes_since(connection: psycopg.Connection, batch_id: str) -> list[str]:
    """Return, in sentences, what of a batch's invoices, vendors and accounts is no longer as it was."""
    return [row[0] for row in connection.execute(_CHANGES, {"batch_id": batch_id}).fetchall()]
