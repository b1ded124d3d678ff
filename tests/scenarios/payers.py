"""A hospital that pays through us: its policy, terms and vendors' accounts, to which tests add invoices."""

from typing import Any

from tests.scenarios.estate import AP, ERP, TIEOUT, Estate, line
from tests.scenarios.warehouse import at

POLICY = {
    "policy_id": "PAY",
    "valid_from": "2020-01-01",
    "horizon_days": 5,
    "discount_min_pct": "12",
    "payment_limit": "1000.00",
    "batch_limit": "3000.00",
    "two_approvers_above": "500.00",
    "cooling_days": 10,
    "unconfirmed_hours": 48,
}
LOADED = at("2026-01-01")
ROUTING = "021000021"
PAID_THROUGH_US = {
    "payment_origin": "tieout",
    "paying_account": "h1_operating",
    "payment_profile": "iso",
    "payment_method": "credit_transfer",
}


class Payer(Estate):
    """Collects the records of one hospital, H1, that pays through us."""

    def __init__(self, **entity: Any) -> None:
        super().__init__()
        (record,) = (record for _, name, record in self.rows if name == "entity")
        record |= PAID_THROUGH_US | entity
        for name in ("payment", "payment_invoice", "payment_term", "vendor_bank_account"):
            self._role("H1", name, ERP, "record")
        self._role("H1", "approval", AP, "record")
        self.add(TIEOUT, "payment_policy", **POLICY)
        self.add(ERP, "payment_term", payment_term_code="D210", net_days=30, discount_days=10, discount_pct="2")
        for vendor in ("V1", "V2"):
            self.account(vendor)

    def account(self, vendor: str, ref: str = "A1", *, number: str | None = None, **fields: Any) -> None:
        """A vendor's bank account as it was loaded first; its token is its number with a word before it."""
        number = number or f"{vendor}-{ref}"
        record = {
            "vendor_number": vendor,
            "account_ref": ref,
            "account_number_token": f"token {number}",
            "account_number_last4": number[-4:],
            "routing_number": ROUTING,
            "valid_from": "2025-01-01",
            "changed_by": "desk",
            "_updated_at": LOADED,
        }
        self.add(ERP, "vendor_bank_account", **{**record, **fields})

    def owed(self, reference: str, amount: str, due: str | None, *, on: str = "2026-03-02", **fields: Any) -> None:
        """An invoice that is matched, approved and posted; ``kind="credit"`` for a credit memo."""
        vendor, currency = fields.get("vendor_number", "S-V1").removeprefix("S-"), fields.get("currency", "USD")
        self.order(f"O-{reference}", line(1, amount), vendor=vendor, currency=currency)
        self.receipt(f"R-{reference}", f"O-{reference}", 1, on)
        record = {"status": "posted", "due_date": due, "approved_at": at(on), "approved_by": "lead", **fields}
        self.invoice(reference, f"O-{reference}", 1, amount, on, **record)

    def payment(self, reference: str, amount: str, status: str, *invoices: str, **fields: Any) -> None:
        """A payment of the ERP's own, of invoices by their numbers at AP."""
        record = {"entity_id": "H1", "vendor_number": "V1", "currency": "USD", "requested_date": "2026-03-20"}
        self.add(ERP, "payment", **{**record, "payment_ref": reference, "amount": amount, "status": status, **fields})
        copy = {"entity_id": "H1", "vendor_number": "V1", "kind": "invoice", "currency": "USD", "status": "posted"}
        for invoice in invoices:
            self.add(ERP, "invoice", **copy, invoice_ref=f"E-{invoice}", source_ref=invoice, net_amount=amount,
                     gross_amount=amount, posted_at=at("2026-03-10"))  # fmt: skip
            self.add(ERP, "payment_invoice", payment_ref=reference, invoice_ref=f"E-{invoice}", amount=amount)
