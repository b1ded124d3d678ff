"""Who may approve a batch: nobody who had a hand in it (docs/reference/payments.md, 3 Approval)."""

from collections.abc import Mapping

import psycopg

from tieout.people.logins import login

ACTS = {
    "entered_invoice": "entered an invoice of the batch",
    "approved_invoice": "approved an invoice of the batch",
    "released_hold": "released a hold on an invoice of the batch",
    "changed_vendor": "changed a vendor of the batch",
}
# A vendor's key as it was frozen, and as it is now: numbers may have been joined or parted since.
_INVOLVED = """
with vendor as (
    select payment.vendor_key, payment.vendor_source || ':' || payment.vendor_number as vendor_id
    from payments.payment as payment
    where payment.batch_id = %(batch_id)s
)

select person, act
from mart.payment_involvement
where subject_type = 'invoice' and subject_id in (
    select invoice_id from payments.payment_invoice where batch_id = %(batch_id)s
)
or subject_type = 'vendor' and subject_id in (
    select vendor_key from vendor
    union
    select present.vendor_key
    from vendor
    inner join canonical.int_vendor_crosswalk as present on vendor.vendor_id = present.vendor_id
)
order by at, act
"""


def involved(connection: psycopg.Connection, batch_id: str) -> dict[str, str]:
    """Return what people did with a batch's invoices and vendors, by login: the first thing each did."""
    found: dict[str, str] = {}
    for person, act in connection.execute(_INVOLVED, {"batch_id": batch_id}).fetchall():
        if person:
            found.setdefault(login(person), ACTS[act])
    return found


def why_not(names: tuple[str, ...], had_a_hand: Mapping[str, str]) -> str | None:
    """Return why somebody may not approve, None where they may.

    Args:
        names: under which the person is known: login, and name as shown.
        had_a_hand: what people did, by login.
    """
    return next((had_a_hand[login(name)] for name in names if login(name) in had_a_hand), None)
