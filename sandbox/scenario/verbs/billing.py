"""Invoices and credit memos at AP."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sandbox.scenario.book import HISTORY_DAYS, Collision
from sandbox.scenario.domain import ACCOUNTS, CENT, Invoice, InvoiceLine, Po, PoLine, Vendor
from sandbox.scenario.model import date_of
from sandbox.scenario.verbs.paying import Paying
from sandbox.scenario.verbs.units import in_order_units
from sandbox.wire import ap
from sandbox.wire.codes import PRINTED_UNITS, TAX_RATES, TERM_DAYS, UNITS


@dataclass(frozen=True, slots=True)
class Billed:
    """What an invoice line says, where it differs from the PO line."""

    line: PoLine
    qty: Decimal | int | None
    price: Decimal | None = None
    unit: str = ""
    amount: Decimal | None = None
    item_number: str | None = None
    po_number: str | None = None
    po_line: int | None = None
    receipt_ref: str = ""
    credits: tuple[str, int] = ("", 0)
    printed: bool = True


class Billing(Paying):
    """Enters, approves, corrects and cancels invoices; those of the history are posted at once."""

    def bill(
        self,
        po: Po,
        billed: Sequence[Billed],
        day: int,
        *,
        vendor: Vendor | None = None,
        dated: date | None = None,
        post_on: int | None = None,
        same_amount: bool = False,
        undated: bool = False,
        tax_off: Decimal = Decimal(0),
        **changes: Any,
    ) -> Invoice:
        """Enter an invoice or credit memo at AP, approve it, and post it where `post_on` is in the history.

        `tax_off` is added to the right tax. `changes` override fields of the invoice, say its number, kind, freight
        or status.
        """
        vendor = vendor or po.vendor
        received = self.book.moment(day, 13, 17)
        dated = dated or date_of(day)
        paper = Invoice(
            ref=f"AP26-{self.book.next('invoice'):06d}",
            entity=self.entity,
            supplier_id=vendor.supplier_id,
            erp_vendor=vendor.number_in(self.entity.erp),
            number=self.invoice_number(vendor),
            po_number=po.number,
            dated=None if undated else dated,
            received=received,
            term=vendor.term,
            due=dated + timedelta(days=TERM_DAYS[vendor.term]),
            remit_to=vendor.account_number,
            lines=[self._invoice_line(po, row, number) for number, row in enumerate(billed, 1)],
        )
        paper.tax = tax_of(paper.lines) + tax_off
        paper = replace(paper, **changes)
        self._remember(vendor, paper, same_amount)
        self._enter(paper)
        if post_on and post_on <= HISTORY_DAYS:
            self.post(paper, vendor, post_on)
        return paper

    def bill_without_order(
        self,
        vendor: Vendor,
        amount: Decimal,
        text: str,
        *,
        dated: date | None = None,
        number: str = "",
        same_amount: bool = False,
        approver: str | None = "",
        pays: bool = True,
        **changes: Any,
    ) -> Invoice:
        """A bill that names no PO, such as electricity: coded and approved, and posted two days later.

        Nobody approves it where `approver` is None, and whoever usually does where it is blank. It is paid as its terms
        say, unless the case `pays` otherwise. `changes` override fields of the invoice.
        """
        received = self.book.moment(self.day, 13, 17)
        dated = dated or date_of(self.day)
        account = ACCOUNTS[self.entity.erp]["utilities"]
        line = InvoiceLine(1, "", None, "", text, Decimal(1), "EACH", amount, amount, "EX", account, "CC900")
        paper = Invoice(
            ref=f"AP26-{self.book.next('invoice'):06d}",
            entity=self.entity,
            supplier_id=vendor.supplier_id,
            erp_vendor=vendor.number_in(self.entity.erp),
            number=number or self.invoice_number(vendor),
            po_number="",
            dated=dated,
            received=received,
            term=vendor.term,
            due=dated + timedelta(days=TERM_DAYS[vendor.term]),
            remit_to=vendor.account_number,
            lines=[line],
        )
        paper = replace(paper, **changes)
        self._remember(vendor, paper, same_amount)
        self._enter(paper, approver)
        if self.day + 2 <= HISTORY_DAYS:
            self.post(paper, vendor, self.day + 2, pays=pays)
        return paper

    def invoice_number(self, vendor: Vendor) -> str:
        """A number in the vendor's manner; no two vendors or invoices share one by chance."""
        count = self.serial()
        return (f"INV-{count}", f"{count}", f"R {vendor.index:03d}/{count}", f"{vendor.name[:2].upper()}{count}")[
            vendor.index % 4
        ]

    def serial(self) -> int:
        """A number for an invoice, far from all others."""
        return 10000 + self.book.next("number") * 37

    def _invoice_line(self, po: Po, row: Billed, number: int) -> InvoiceLine:
        line = row.line
        unit = row.unit or line.unit
        price = (line.price * in_order_units(line, unit)) if row.price is None else row.price
        amount = row.amount if row.amount is not None else (price * (row.qty or 0)).quantize(CENT, ROUND_HALF_UP)
        item_number = line.item.number if line.item else ""
        return InvoiceLine(
            number=number,
            po_number=po.number if row.po_number is None else row.po_number,
            po_line=row.po_line or line.number,
            item_number=item_number if row.item_number is None else row.item_number,
            description=line.description,
            qty=None if row.qty is None else Decimal(row.qty),
            unit=UNITS["ap"]["PF"] if unit == "PF" else self.rng.choice(PRINTED_UNITS[unit]),
            price=price if row.printed else None,  # type: ignore[arg-type]
            amount=amount,
            tax_code=line.tax_code,
            account=line.account,
            cost_center=line.cost_center,
            receipt_ref=row.receipt_ref,
            credits_ref=row.credits[0],
            credits_line=row.credits[1] or None,
        )

    def _remember(self, vendor: Vendor, paper: Invoice, same_amount: bool) -> None:
        """Keep amounts of a vendor apart, so that none looks like a duplicate by chance."""
        key = (f"{vendor.index}", paper.kind, paper.gross)
        if not same_amount and (key in self.book.billed or key in self.billed):
            raise Collision
        self.billed.append(key)

    def _enter(self, paper: Invoice, approver: str | None = "") -> None:
        """Enter and, unless it is cancelled or nobody does, approve an invoice on the day it is received."""
        at = paper.received
        self.writes += [
            ap.invoice(paper, at),
            ap.invoice_event(paper.ref, ("", "entered"), at, by="capture", human=False),
        ]
        if paper.status == "cancelled":
            later = at + timedelta(hours=1)
            self.writes.append(ap.invoice_event(paper.ref, ("entered", "cancelled"), later, by="j.okafor", human=True))
            return
        if approver is None:
            return
        human = bool(approver) or self.rng.random() < 0.1
        paper.approver = approver or (self.rng.choice(("c.whitfield", "d.moreau")) if human else "auto-approval")
        paper.approved = at + timedelta(minutes=self.rng.randrange(20, 300))
        paper.status = "approved"
        change = ("entered", "approved")
        self.writes += [
            ap.invoice(paper, paper.approved),
            ap.invoice_event(paper.ref, change, paper.approved, by=paper.approver, human=human),
            ap.approval(paper, paper.approved),
        ]

    def amend(self, paper: Invoice, day: int) -> None:
        """AP corrects an invoice."""
        self.writes.append(ap.invoice(paper, self.book.moment(day, 9, 12)))

    def cancel(self, paper: Invoice, day: int) -> None:
        """AP cancels an invoice that it entered before."""
        at = self.book.moment(day, 9, 12)
        change = (paper.status, "cancelled")
        paper.status = "cancelled"
        event = ap.invoice_event(paper.ref, change, at, by="j.okafor", human=True)
        self.writes += [ap.invoice(paper, at), event]


def tax_of(lines: Sequence[InvoiceLine]) -> Decimal:
    """Tax by code, each rounded to cents."""
    total = Decimal("0.00")
    for code, rate in TAX_RATES.items():
        base = sum((line.amount for line in lines if line.tax_code == code), Decimal(0))
        total += (base * rate / 100).quantize(CENT, ROUND_HALF_UP)
    return total
