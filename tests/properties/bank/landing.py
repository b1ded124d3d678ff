"""Lands cases as their sources would give them, each with entities and references of its own, and reads the answers."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from tests.properties.bank.books import Books, EntryEnd, Link, PaymentEnd
from tests.properties.bank.documents import UNKNOWN, Entry, Notice, Payment, Ruling, Word
from tests.scenarios.estate import AP, ERP, TIEOUT, Estate
from tests.scenarios.warehouse import Warehouse

WIDTH = 5
BANK = "bank"
FIRST, LAST = "2026-03-01", "2026-05-31"


class Land(Estate):
    """Collects the records of many cases. ``begin`` and ``continue_with`` say of which."""

    def __init__(self) -> None:
        super().__init__()
        self.prefix = ""
        self.entry_ids: dict[tuple[str, str], str] = {}

    def begin(self, number: int) -> None:
        """What every record of a case may refer to: vendors, invoices, accounts with a statement that came twice."""
        self.continue_with(number)
        for vendor in "VW":
            self.vendor(f"{vendor}-{self.prefix}", in_ap=False)
        for invoice in ("INV-0", "INV 1"):
            self.add(AP, "invoice", invoice_ref=f"{self.prefix}{invoice}", entity_id="H1", vendor_number="S-V1",
                     invoice_number=f"{self.prefix}{invoice}", kind="invoice", invoice_date=FIRST, currency="USD",
                     net_amount="1.00", gross_amount="1.00", status="posted")  # fmt: skip
        for account in ("A", "B", UNKNOWN):
            for copy in (1, 2):
                self.add(BANK, "bank_statement", statement_ref=f"{self.prefix}{account}{copy}", currency="USD",
                         account_ref=f"{self.prefix}{account}", entity_id=self.entity(account), from_date=FIRST,
                         to_date=LAST, opening_amount="0.00", closing_amount="0.00")  # fmt: skip

    def continue_with(self, number: int) -> None:
        """What follows is of this case."""
        self.prefix = f"{number:0{WIDTH}}"

    def records(self, records: Iterable[Any]) -> None:
        """Records of the case that was begun."""
        kinds: dict[type, Callable[[Any], None]] = {
            Payment: self.payment,
            Entry: self.entry,
            Notice: self.notice,
            Word: self.word,
            Ruling: self.ruling,
        }
        for record in records:
            kinds[type(record)](record)

    def own(self, reference: str | None) -> str | None:
        """A reference that no other case has; what has no letter or digit stays what it is."""
        return f"{self.prefix}{reference}" if reference and any(map(str.isalnum, reference)) else reference

    def entity(self, account: str | None) -> str | None:
        """The entity of an account."""
        return None if account in (None, UNKNOWN) else f"{self.prefix}{account}"

    def cheque(self, number: str | None) -> str | None:
        """A cheque's number, which keeps the zeros that it begins with."""
        return number and f"{number}{self.prefix}"

    def payment(self, p: Payment) -> None:
        """A payment of ours."""
        reference = f"{self.prefix}{p.ref}"
        self.add(TIEOUT, "payment", payment_ref=reference, entity_id=self.entity(p.entity), amount=p.amount,
                 vendor_number=f"{ERP}:{p.vendor}-{self.prefix}", batch_ref=self.own(p.batch_ref),
                 end_to_end_id=self.own(p.end_to_end_id), instruction_id=self.own(p.instruction_id),
                 group_ref=self.own(p.group_ref), cheque_number=self.cheque(p.cheque_number), currency=p.currency,
                 method=p.method, status=p.status, requested_date=p.sent_on,
                 sent_at=f"{p.sent_on}T09:00+00:00")  # fmt: skip
        for number in p.pays:
            self.add(TIEOUT, "payment_invoice", payment_ref=reference, invoice_ref=f"{AP}:{self.prefix}{number}",
                     amount="1.00")  # fmt: skip

    def entry(self, e: Entry) -> None:
        """An entry, whose number is that of its ref."""
        parties = {"V": f"VENDOR V-{self.prefix}.", "W": f"Vendor W-{self.prefix}", "V#": f"V{self.prefix}"}
        statement, number = f"{self.prefix}{e.account}{e.statement}", int(e.ref[1:])
        self.entry_ids[self.prefix, e.ref] = f"{BANK}:{statement}:{number}:1"
        self.add(BANK, "bank_entry", statement_ref=statement, entry_number=number, detail_number=1,
                 amount=e.amount, currency=e.currency, booking_date=e.booked, value_date=e.booked,
                 end_to_end_id=self.own(e.end_to_end_id), instruction_id=self.own(e.instruction_id),
                 cheque_number=self.cheque(e.cheque_number), bank_ref=self.own(e.bank_ref), bank_code=e.code,
                 payment_group_ref=self.own(e.group_ref), batch_count=e.batch_count,
                 structured_ref=self.own(e.structured_ref), counterparty=parties.get(e.party or "", e.party),
                 charges_amount=e.charges, original_amount=e.original_amount, original_currency=e.original_currency,
                 return_reason=e.return_reason, reversal=e.reversal)  # fmt: skip

    def notice(self, n: Notice) -> None:
        """An entry of a notification."""
        self.add(BANK, "bank_notification", notification_ref=f"{self.prefix}{n.ref}", entry_number=1, detail_number=1,
                 account_ref=f"{self.prefix}{n.account}", entity_id=self.entity(n.account), amount=n.amount,
                 currency="USD", booking_date=n.booked, bank_ref=self.own(n.bank_ref),
                 end_to_end_id=self.own(n.end_to_end_id))  # fmt: skip

    def word(self, w: Word) -> None:
        """An answer; at its level it names a payment, a group or a file."""
        field = {"payment": "end_to_end_id", "group": "group_ref", "file": "message_ref"}[w.level]
        named = {field: self.own(w.names)}
        self.add(BANK, "payment_status", status_ref=f"{self.prefix}{w.ref}", status=w.status, level=w.level,
                 instruction_id=self.own(w.instruction_id), reason_code=w.reason, at=f"{w.on}T10:00+00:00",
                 **named)  # fmt: skip

    def ruling(self, r: Ruling) -> None:
        """A person's decision. What is decided later has a later id."""
        payments = [f"{TIEOUT}:{self.prefix}{payment}" for payment in r.payments]
        self.add(TIEOUT, "decision", decision_id=f"{self.prefix}{r.ref}", subject_type="bank_entry",
                 decision_type="bank_apart" if r.apart else "bank_match", decided_by="tess", reason="known",
                 subject_id=self.entry_ids.get((self.prefix, r.entry), "none"), decided_at=f"{LAST}T12:00+00:00",
                 detail=json.dumps({"payment_ids": payments}))  # fmt: skip


LINKS = "select bank_entry_id, payment_id, rung, way, outcome, amount from match.match_bank_link"
ENTRIES = """
    select bank_entry_id, state, rung, is_asked, needs_person, fee_amount, difference_amount from match.match_bank_state
"""
PAYMENTS = """
    select payment_id, state, rung, settled_amount, returned_amount, entry_count, reason_code
    from match.match_bank_settlement
"""


def read_books(warehouse: Warehouse, count: int) -> list[Books]:
    """What the models say of the first ``count`` cases."""
    books = [Books() for _ in range(count)]
    for row in warehouse.rows(LINKS):
        number, entry = entry_key(row.pop("bank_entry_id"))
        _, payment = payment_key(row.pop("payment_id"))
        books[number].links.add(Link(entry, payment, **row))
    for row in warehouse.rows(ENTRIES):
        number, entry = entry_key(row.pop("bank_entry_id"))
        assert entry not in books[number].entries, f"{entry} ends twice"
        books[number].entries[entry] = EntryEnd(*row.values())
    for row in warehouse.rows(PAYMENTS):
        number, payment = payment_key(row.pop("payment_id"))
        assert payment not in books[number].payments, f"{payment} ends twice"
        books[number].payments[payment] = PaymentEnd(*row.values())
    return books


def entry_key(identifier: str) -> tuple[int, str]:
    """Case and ref of an entry."""
    _, statement, number, _ = identifier.split(":")
    return int(statement[:WIDTH]), f"e{number}"


def payment_key(identifier: str) -> tuple[int, str]:
    """Case and ref of a payment."""
    key = identifier.split(":", 1)[1]
    return int(key[:WIDTH]), key[WIDTH:]
