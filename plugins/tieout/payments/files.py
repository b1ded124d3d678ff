"""Makes a batch's files, once, and keeps their bytes before they are sent (docs/reference/payments.md, section 4).

A crash at any line leaves either nothing, or files that the next try finds. The bytes follow from what was approved and
when, so that files made again are the same.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import psycopg

from tieout import audit
from tieout.archive.keys import Keys
from tieout.archive.store import Archive
from tieout.errors import Refused
from tieout.payments import journal, numbering, store
from tieout.payments.accounts_at_hand import Account, PayingAccount, unpayable, vendors_accounts
from tieout.payments.changes import changes_since
from tieout.payments.content import Content, sha256
from tieout.payments.numbering import Numbers
from tieout.payments.store import Batch
from tieout.payments.vocabulary import MACHINE
from tieout.warehouse.connection import connect

_APPROVALS = """
select count(distinct approver) from payments.answer
where batch_id = %s and decision = 'approved' and batch_sha256 = %s
"""
_FILE = """
insert into payments.file (
    file_name, batch_id, kind, directory, sequence, sha256, size_bytes, payment_count, total_amount, made_at
)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_INSTRUCTION = """
insert into payments.instruction
    (payment_id, batch_id, file_name, end_to_end_id, instruction_id, group_ref, pay_date)
values (%s, %s, %s, %s, %s, %s, %s)
"""
_MADE = "select file_name, directory, sha256, size_bytes from payments.file where batch_id = %s order by file_name"


@dataclass(frozen=True)
class Line:
    """A payment's ids in a file, and the day on which it is to be paid."""

    payment_id: str
    end_to_end_id: str
    instruction_id: str
    group_ref: str | None
    pay_date: date


@dataclass(frozen=True)
class Rendered:
    """A file before it is kept: its name and folder at the bank, its bytes, and the payments in it."""

    kind: str
    name: str
    directory: str
    content: bytes
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class MadeFile:
    """A file as it was kept: ``sha256`` is its name in the archive."""

    name: str
    directory: str
    sha256: str
    size: int


# (head, content, our account, accounts by payment, approved at, free numbers) → files
Render = Callable[[Batch, Content, PayingAccount, Mapping[str, Account], datetime, Numbers], list[Rendered]]


def make(
    dsn: str,
    archive: Archive,
    keys: Keys,
    batch_id: str,
    *,
    paying_account: Callable[[str], PayingAccount],
    render: Render,
    now: datetime,
) -> list[MadeFile]:
    """Make the files of an approved batch and return them; none where it was refused, or is refused now.

    Args:
        dsn: of the warehouse.
        archive: gets the bytes.
        keys: of account numbers.
        batch_id: approved.
        paying_account: finds an account of ours by name.
        render: makes the bytes.
        now: the business clock.

    Raises:
        Refused: the batch is not what was approved, an account is missing, or the warehouse lacks files that were sent.
        Unwritable: the bank's format cannot say it.
    """
    with connect(dsn) as connection:
        store.lock(connection)
        head = store.batch(connection, batch_id)
        before = made(connection, batch_id)
        done = store.steps(connection, batch_id)
        if before or "approved" not in done or "refused" in done:
            return before
        journal.refuse_lost(dsn, archive)
        what = store.batch_content(connection, head)
        _refuse_unapproved(connection, head, what)
        accounts = vendors_accounts(connection, keys, what)
        against = [*changes_since(connection, batch_id, now), *unpayable(what, accounts)]
        if against:
            _stop(connection, head, "; ".join(against), now)
            return []
        ours, approved_at = paying_account(head.paying_account), done["approved"]
        numbers = numbering.free(connection, paying_account, ours, approved_at)
        files = render(head, what, ours, accounts, approved_at, numbers)
        amounts = {payment.payment_id: payment.amount for payment in what.payments}
        for file in files:
            _keep(connection, archive, head, file, amounts, numbers.file_of_day, now)
        store.add_step(connection, batch_id, "made", actor=MACHINE, at=now)
        return made(connection, batch_id)


def made(connection: psycopg.Connection, batch_id: str) -> list[MadeFile]:
    """Return the files of a batch, by name."""
    return [MadeFile(*row) for row in connection.execute(_MADE, (batch_id,)).fetchall()]


def _refuse_unapproved(connection: psycopg.Connection, head: Batch, what: Content) -> None:
    approvals = _scalar(connection, _APPROVALS, (head.batch_id, head.sha256))
    if sha256(what) != head.sha256 or approvals < head.approvers_needed:
        raise Refused(
            f"Batch {head.batch_id} is not what was approved, or not by as many as it needs.",
            "Nothing was made; somebody changed tables of schema payments: tell the auditor.",
        )


def _stop(connection: psycopg.Connection, head: Batch, reason: str, now: datetime) -> None:
    """Refuse a batch that was approved, because something changed after the last answer."""
    store.add_step(connection, head.batch_id, "refused", actor=MACHINE, at=now, reason=reason)
    _note(connection, head, "payment_refused", {"state": "refused"}, now, reason)


def _keep(
    connection: psycopg.Connection,
    archive: Archive,
    head: Batch,
    file: Rendered,
    amounts: Mapping[str, Decimal],
    sequence: int,
    now: datetime,
) -> None:
    stored = archive.put([file.content])
    total = sum((amounts[line.payment_id] for line in file.lines), Decimal(0))
    about = (file.name, head.batch_id, file.kind, file.directory, sequence, stored.sha256, stored.size)
    connection.execute(_FILE, (*about, len(file.lines), total, now))
    with connection.cursor() as cursor:
        cursor.executemany(
            _INSTRUCTION,
            [
                (each.payment_id, head.batch_id, file.name, each.end_to_end_id, each.instruction_id, each.group_ref,
                 each.pay_date)
                for each in file.lines
            ],
        )  # fmt: skip
    after = {"file": file.name, "sha256": stored.sha256, "payments": len(file.lines), "total": str(total)}
    _note(connection, head, "payment_file_made", after, now)


def _note(
    connection: psycopg.Connection,
    head: Batch,
    action: str,
    after: Mapping[str, object],
    now: datetime,
    reason: str | None = None,
) -> None:
    audit.record(
        connection,
        at=now,
        actor=MACHINE,
        action=action,
        subject_type="payment_batch",
        subject_id=head.batch_id,
        after=after,
        reason=reason,
        trace_id=head.dag_run_id,
    )


def _scalar(connection: psycopg.Connection, query: str, values: tuple[object, ...]) -> int:
    row = connection.execute(query.encode(), values).fetchone()
    return int(row[0]) if row else 0
