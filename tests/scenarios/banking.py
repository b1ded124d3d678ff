"""A hospital that pays, and its bank's statements, to which tests add payments, entries and answers."""

from typing import Any

from tests.scenarios.estate import ERP, TIEOUT
from tests.scenarios.payers import Payer
from tests.scenarios.warehouse import at

BANK = "bank"
SENT, BOOKED = "2026-03-10", "2026-03-11"
LADDER = ["+bank_reconciliation", "+payment_settlement", "+match_hold", "+match_invoice", "+int_payments"]


class Bank(Payer):
    """Collects payments of H1 and what its bank books. Statement S1 covers March; entries have names of the test's."""

    def __init__(self) -> None:
        super().__init__()
        for name in ("bank_statement", "bank_entry"):
            self._role("H1", name, BANK, "record")
        self.add(TIEOUT, "sla", sla_id="entries", subject="bank_entry", hours=48)
        self.names: dict[str, str] = {}
        self.statement("S1", "2026-03-01", "2026-03-29")

    def statement(self, reference: str, first: str, last: str, **fields: Any) -> None:
        """A statement of the account of H1."""
        record = {"account_ref": "****1234", "entity_id": "H1", "currency": "USD", "opening_amount": "0.00"}
        days = {"from_date": first, "to_date": last, "closing_amount": "0.00"}
        self.add(BANK, "bank_statement", **{**record, **days, "statement_ref": reference, **fields})

    def pay(self, reference: str, amount: str, **fields: Any) -> str:
        """A payment that was sent; its end-to-end id is ``E-`` and its reference. Return its id."""
        system = fields.pop("system", ERP)
        record = {"entity_id": "H1", "vendor_number": "V1", "currency": "USD", "status": "sent",
                  "end_to_end_id": f"E-{reference}", "sent_at": at(SENT), "requested_date": SENT}  # fmt: skip
        self.add(system, "payment", **{**record, "payment_ref": reference, "amount": amount, **fields})
        return f"{system}:{reference}"

    def entry(self, name: str, amount: str, on: str = BOOKED, **fields: Any) -> str:
        """An entry of a statement; money out is negative. Return its id."""
        reference, number = fields.pop("statement_ref", "S1"), fields.pop("entry_number", len(self.names) + 1)
        record = {"booking_date": on, "value_date": on, "currency": "USD", "bank_ref": f"B-{name}"}
        self.add(BANK, "bank_entry", **{**record, "statement_ref": reference, "entry_number": number,
                                        "detail_number": 1, "amount": amount, **fields})  # fmt: skip
        self.names[f"{BANK}:{reference}:{number}:1"] = name
        return f"{BANK}:{reference}:{number}:1"

    def says(self, status: str, **fields: Any) -> None:
        """An answer to an instruction (pain.002)."""
        reference = f"{status}-{len(self.rows)}"
        self.add(BANK, "payment_status", status_ref=reference, status=status, at=at(BOOKED), **fields)

    def notice(self, payment: str, amount: str, on: str = BOOKED, **fields: Any) -> None:
        """A notification (camt.054) that names a payment."""
        record = {"notification_ref": f"N-{len(self.rows)}", "entry_number": 1, "detail_number": 1, "entity_id": "H1",
                  "account_ref": "****1234", "booking_date": on, "currency": "USD"}  # fmt: skip
        self.add(BANK, "bank_notification", **{**record, "end_to_end_id": f"E-{payment}", "amount": amount, **fields})
