"""Numbers that no other ACH file or entry of ours has (docs/reference/payments.md, section 4)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import psycopg

from tieout.payments.accounts_at_hand import PayingAccount

# A file's day is that of its approval, which stands in it as the day of its creation.
_FILES = """
select batch.paying_account, count(*)
from payments.file as file
inner join payments.batch as batch on file.batch_id = batch.batch_id
inner join payments.step as approved
    on file.batch_id = approved.batch_id and approved.payment_id is null and approved.step = 'approved'
where file.kind = 'nacha' and (approved.at at time zone 'UTC')::date = (%s at time zone 'UTC')::date
group by batch.paying_account
"""
_ENTRIES = """
select count(*)
from payments.instruction as instruction
inner join payments.file as file on instruction.file_name = file.file_name
where file.kind = 'nacha'
"""


@dataclass(frozen=True)
class Numbers:
    """The first free numbers: of an ACH file among those of its day and origin, of an entry among all of ours."""

    file_of_day: int = 1
    entry: int = 1


def free(
    connection: psycopg.Connection,
    paying_account: Callable[[str], PayingAccount],
    ours: PayingAccount,
    approved_at: datetime,
) -> Numbers:
    """Return the free numbers for a file of an account of ours; accounts with one origin are one to the ACH.

    Args:
        connection: in a transaction in which nobody else makes files.
        paying_account: finds an account of ours by name.
        ours: that pays.
        approved_at: when the batch was approved.
    """
    made = connection.execute(_FILES, (approved_at,)).fetchall()
    files = sum(count for name, count in made if paying_account(name).origin == ours.origin)
    ((entries,),) = connection.execute(_ENTRIES).fetchall()
    return Numbers(files + 1, entries + 1)
