"""Open questions of the reconciliation: bank entries with candidates of equal worth, and the page that shows them.

A question is open where the ladder of settlement found no one payment (docs/reference/payments.md, section 7).
"""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from string import ascii_lowercase
from typing import Any

from psycopg.rows import dict_row

from tieout.errors import TieoutError
from tieout.people.markdown import plain
from tieout.warehouse.connection import connect

MOST = 50
"""Nobody reads more at once."""
CHOICES = len(ascii_lowercase)
"""Candidates that have a letter; an entry with more is decided by other means."""

_TAKE = """
select bank_entry_id, entity_id, booking_date, amount, currency, counterparty, bank_ref, remittance, reason,
    candidate_ids
from mart.bank_reconciliation
where is_asked and %(entity_id)s in ('', coalesce(entity_id, ''))
order by abs(amount) desc, booking_date, bank_entry_id
limit %(size)s
"""
_CANDIDATES = """
select s.payment_id, s.payment_ref, s.vendor_key, s.amount - s.settled_amount as open_amount, s.currency, s.state,
    s.requested_date, coalesce(string_agg(i.invoice_number, ', ' order by i.invoice_number), '') as invoices
from mart.payment_settlement as s
left join canonical.int_payment_invoices as applied on s.payment_id = applied.payment_id
left join canonical.int_invoices as i on applied.invoice_id = i.invoice_id
where s.payment_id = any(%s)
group by s.payment_id, s.payment_ref, s.vendor_key, s.amount, s.settled_amount, s.currency, s.state, s.requested_date
"""
_SEEN = "select coalesce(max(known_at), '0001-01-01 00:00 UTC') as seen_at from quality.gate_run"


@dataclass(frozen=True)
class Question:
    """A bank entry, in words, and the payments that it may be: ids and, in the same order, words."""

    number: int
    bank_entry_id: str
    entry: str
    reason: str
    payment_ids: tuple[str, ...]
    payments: tuple[str, ...]


@dataclass(frozen=True)
class Questions:
    """What a person is shown. ``seen_at`` is the last knowledge time then: what became known later was not seen."""

    seen_at: datetime
    asked: tuple[Question, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return them as plain values."""
        return {"seen_at": self.seen_at.isoformat(), "asked": [asdict(each) for each in self.asked]}

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> "Questions":
        """Return the questions of plain values."""
        asked = tuple(
            Question(**{**each, "payment_ids": tuple(each["payment_ids"]), "payments": tuple(each["payments"])})
            for each in given["asked"]
        )
        return cls(datetime.fromisoformat(given["seen_at"]), asked)


def take(dsn: str, *, size: int, entity_id: str = "") -> Questions:
    """Take the open questions with most money. It reserves nothing.

    Args:
        dsn: of the warehouse.
        size: how many, at most ``MOST``.
        entity_id: of this entity alone; empty for all.

    Raises:
        TieoutError: the size is none.
    """
    if not 1 <= size <= MOST:
        raise TieoutError(f"{size} questions cannot be asked.", f"Ask between 1 and {MOST}.")
    with closing(connect(dsn)) as connection, connection.cursor(row_factory=dict_row) as cursor:
        seen_at = cursor.execute(_SEEN).fetchall()[0]["seen_at"]
        entries = cursor.execute(_TAKE, {"size": size, "entity_id": entity_id.strip()}).fetchall()
        named = sorted({payment for entry in entries for payment in entry["candidate_ids"]})
        payments = {row["payment_id"]: row for row in cursor.execute(_CANDIDATES, (named,)).fetchall()}
    return Questions(seen_at, tuple(_question(*each, payments) for each in enumerate(entries, start=1)))


def as_markdown(questions: Questions) -> str:
    """Return the page. What sources wrote is shown as text: it cannot become a link, a table or markup."""
    head = [
        f"**{len(questions.asked)} bank entries** of which the ladder cannot tell the payment, the largest first.",
        "",
        "- **Decide** takes what you write below; entries that you do not name stay open.",
        "- `match`: number and letters of the payments that an entry settles, as `1a, 2bc`.",
        "- `none`: numbers of entries that are none of their payments, as `3`.",
        "- **Skip**, or no answer until the next night, leaves all as they are; they are asked again.",
        "",
    ]
    return "\n".join([*head, *(line for each in questions.asked for line in _lines(each))])


def _question(number: int, entry: Mapping[str, Any], payments: Mapping[str, Mapping[str, Any]]) -> Question:
    ids = tuple(entry["candidate_ids"][:CHOICES])
    said = [entry["counterparty"], entry["remittance"], entry["bank_ref"]]
    what = f"{_money(entry['amount'])} {entry['currency']} on {entry['booking_date']}"
    words = "; ".join([what, f"entity {entry['entity_id'] or 'unknown'}", *(each for each in said if each)])
    return Question(
        number, entry["bank_entry_id"], words, entry["reason"], ids, tuple(_payment(payments[each]) for each in ids)
    )


def _payment(row: Mapping[str, Any]) -> str:
    invoices = f", invoices {row['invoices']}" if row["invoices"] else ""
    left = f"{_money(row['open_amount'])} {row['currency']} open ({row['state']})"
    day = row["requested_date"] or "no day"
    return f"payment {row['payment_ref']} to vendor {row['vendor_key']}, {left}, for {day}{invoices}"


def _lines(question: Question) -> Sequence[str]:
    choices = [
        f"  - **{letter}** {plain(words)}" for letter, words in zip(ascii_lowercase, question.payments, strict=False)
    ]
    return [
        f"#### {question.number}. {plain(question.entry)}",
        "",
        f"- {plain(question.bank_entry_id)}",
        f"- {plain(question.reason)}",
        *choices,
        "",
    ]


def _money(amount: Decimal) -> str:
    return f"{amount:,.2f}"
