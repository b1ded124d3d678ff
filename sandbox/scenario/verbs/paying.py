"""Posting an invoice and paying it: what ERP, AP and bank then hold."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from sandbox.scenario.domain import ACCOUNTS, Invoice, Journal, Payment, Vendor
from sandbox.scenario.model import Booking, Write
from sandbox.scenario.verbs.case import Case
from sandbox.wire import ap


class Paying(Case):
    """Posts, pays, and has the bank book."""

    def post(self, paper: Invoice, vendor: Vendor, day: int, *, pays: bool = True) -> None:
        """The ERP posts an invoice; AP learns of it an hour later. Short terms are paid soon."""
        at = self.book.moment(day, 5, 8)
        paper.document = f"{'1' if self.entity.erp == 'erp_main' else '51'}{self.book.next('document'):08d}"
        paper.status, paper.posted = "posted", at
        learned = at + timedelta(hours=1)
        self.writes += [
            self.erp.invoice(paper, at),
            *self._invoice_journal(paper, at),
            ap.invoice(paper, learned),
            ap.invoice_event(paper.ref, ("approved", "posted"), learned, by="erp-interface", human=False),
        ]
        pays = pays and self.entity.entity_id not in self.book.tieout_pays
        if pays and vendor.term == "N10" and paper.kind == "invoice":
            self.pay(paper, day + 5, day + 6)

    def _invoice_journal(self, paper: Invoice, at: datetime) -> list[Write]:
        accounts = ACCOUNTS[self.entity.erp]
        sign = -1 if paper.kind == "credit" else 1
        debits = [
            (
                accounts["received"] if line.po_number else line.account,
                line.cost_center,
                line.amount * sign,
            )
            for line in paper.lines
        ]
        if paper.bare_net:
            debits.append((accounts["received"], "", paper.bare_net * sign))
        charges = paper.freight + paper.other
        extras = [(accounts["tax"], "", paper.tax * sign), (accounts["charges"], "", charges * sign)]
        lines = (*debits, *(extra for extra in extras if extra[2]), (accounts["payables"], "", -paper.gross * sign))
        company, currency = self.entity.company, paper.currency
        entry = Journal(f"JI{paper.document}", company, "Payables", paper.document, lines, currency)
        return self.erp.journal(entry, at)

    def pay(self, paper: Invoice, day: int, settled_day: int | None, *, discount: Decimal = Decimal(0)) -> Payment:
        """Pay an invoice, less a discount; the bank settles it on a later day, or never."""
        sent = self.book.moment(day, 9, 11)
        ref = f"PAY{self.book.next('payment'):07d}"
        batch = f"RUN-{self.entity.entity_id}-{sent:%Y%m%d}"
        pay = Payment(ref, batch, f"E2E-{ref}", replace(paper), sent, discount=discount)
        accounts = ACCOUNTS[self.entity.erp]
        lines = [(accounts["payables"], "", paper.gross), (accounts["cash"], "", -pay.amount)]
        if discount:
            lines.append((accounts["discounts"], "", -discount))
        entry = Journal(f"JP{ref.removeprefix('PAY')}", self.entity.company, "Payments", ref, tuple(lines))
        self.writes += [*self.erp.payment(pay, sent), *self.erp.journal(entry, sent)]
        if settled_day:
            self._settle(pay, paper, settled_day)
        return pay

    def _settle(self, pay: Payment, paper: Invoice, day: int) -> None:
        """The bank settles a payment early on a day; ERP and AP learn of it."""
        settled = self.book.moment(day, 4, 6)
        done = replace(pay, status="settled", settled=settled)
        paid = replace(paper, status="paid")
        learned = settled + timedelta(hours=2)
        self.writes += [
            *self.erp.payment(done, settled),
            ap.invoice(paid, learned),
            ap.invoice_event(paper.ref, ("posted", "paid"), learned, by="erp-interface", human=False),
        ]
        self.settled.append((day, done))

    def book_at_bank(self, day: int, booking: Booking) -> None:
        """Have the bank book something that no payment of a file asked for."""
        self.bookings.append((day, booking))
