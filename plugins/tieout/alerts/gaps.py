"""Gaps in banks' statements: what does not continue the one before it (docs/reference/payments.md, 6 Settlement)."""

from dataclasses import dataclass
from datetime import date

import psycopg

from tieout.alerts.messages import masked

# The view places all statements: it is read once. A copy continues nothing. BAI2 has no numbers, balances tell there.
_READ = """
with statement as materialized (
    select * from mart.fct_bank_statement
)

select
    statement.bank_statement_id,
    coalesce(statement.entity_id, 'unknown entity'),
    statement.account_ref,
    coalesce(statement.statement_number, ''),
    coalesce(statement.from_date, statement.to_date),
    before.to_date,
    statement.is_gap
from statement
inner join statement as before on statement.previous_statement_id = before.bank_statement_id
where statement.is_gap or not statement.follows
order by statement.to_date, statement.bank_statement_id
"""


@dataclass(frozen=True)
class Gap:
    """A statement before which something is missing.

    Attributes:
        account: what the bank calls our account.
        number: of the statement; blank where it has none.
        from_date: its first day.
        before: the last day of the statement before it.
        by_number: whether numbers are missing; else it does not open with the last closing balance.
    """

    statement_id: str
    entity_id: str
    account: str
    number: str
    from_date: date
    before: date
    by_number: bool

    @property
    def line(self) -> str:
        """The gap in a line, without an account's number."""
        number = f"statement {self.number} of {self.from_date}" if self.number else f"the statement of {self.from_date}"
        if self.by_number:
            why = f"numbers are missing between {self.before} and {number}"
        else:
            why = f"{number} does not open with what the one of {self.before} closed with"
        return f"{self.entity_id}, {masked(self.account)}: {why}"


def read(connection: psycopg.Connection) -> list[Gap]:
    """Return the gaps as of the last transformation, the oldest first."""
    return [Gap(*row) for row in connection.execute(_READ)]
