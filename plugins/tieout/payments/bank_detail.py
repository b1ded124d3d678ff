"""A call-back that confirms a vendor's bank detail: a second person's decision (payments, section 10)."""

from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

import psycopg

from tieout.errors import TieoutError
from tieout.people.logins import login
from tieout.quality import knowledge
from tieout.quality.decisions import Decision, make, need_person_and_reason, new_id
from tieout.warehouse.connection import connect

CONFIRMED = "bank_detail_confirmed"

_ACCOUNT = """
select
    account.account_token,
    account.account_last4,
    array(
        select version.changed_by
        from staging.stg_vendor_bank_account_versions as version
        where account.vendor_account_id
            = version._source_system || ':' || version.vendor_number || ':' || version.account_ref
    )
from canonical.int_vendor_bank_accounts as account
where account.vendor_account_id = %s
    and (
        account.changed_at is not null
        or exists (
            select from match.match_bank_refusal as refusal
            where refusal.vendor_account_id = account.vendor_account_id
        )
    )
"""
_INVOICE = """
select printed.remit_to_account_token, printed.remit_to_account_last4, array[invoice.entered_by]
from match.match_remit_to as printed
inner join canonical.int_invoices as invoice on printed.invoice_id = invoice.invoice_id
where printed.invoice_id = %s
"""


@dataclass(frozen=True)
class _Detail:
    """What is to be confirmed: where it stands, the number's token and last four characters, and who worked on it."""

    subject_type: str
    token: str
    last4: str
    authors: frozenset[str]


def confirm(dsn: str, *, subject_id: str, last4: str, by: str, reason: str, now: datetime) -> str:
    """Confirm an account that changed or was refused, or the one that an invoice prints. Return the decision's id.

    Args:
        dsn: of the warehouse.
        subject_id: ``vendor_account_id`` of an account that changed or that a bank refused, or ``invoice_id``.
        last4: the last four characters of the number, as the vendor read it back.
        by: who called; nobody who ever changed the account, or entered the invoice.
        reason: whom they reached, and where the telephone number is from; kept with the decision.
        now: the business clock.

    Raises:
        TieoutError: nothing of that name is to be confirmed, the digits are others, or it is the person's own work.
    """
    need_person_and_reason(by, reason)
    with closing(connect(dsn)) as connection, connection:
        known_at = knowledge.next_known_at(connection, now)
        detail = _detail(connection, subject_id.strip())
        if last4.strip().upper() != detail.last4.upper():
            raise TieoutError(
                f"The digits read back are not those of {subject_id}.",
                "Ask again. If the vendor has another number, have the record corrected; confirm nothing.",
            )
        if login(by) in detail.authors:
            raise TieoutError(
                f"{by} changed {subject_id}, and cannot confirm it.", "Have a second person call the vendor back."
            )
        particulars = {"account_token": detail.token, "account_last4": detail.last4}
        decision = Decision(new_id(), CONFIRMED, detail.subject_type, subject_id.strip(), by, reason, particulars)
        make(
            connection, decision, before={"confirmed": False},
            after={"confirmed": True, "account_last4": detail.last4}, known_at=known_at, now=now,
        )  # fmt: skip
        return decision.decision_id


def _detail(connection: psycopg.Connection, subject_id: str) -> _Detail:
    for subject_type, query in (("vendor_bank_account", _ACCOUNT), ("invoice", _INVOICE)):
        row = connection.execute(query, (subject_id,)).fetchone()
        if row:
            token, last4, authors = row
            return _Detail(subject_type, token, last4 or "", frozenset(login(each) for each in authors if each))
    raise TieoutError(
        f"Nothing is to be confirmed about {subject_id!r}.",
        "Take the id of account or invoice from the hold, as docs/runbooks/confirm_bank_detail.md says.",
    )
