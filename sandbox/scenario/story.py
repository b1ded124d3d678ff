"""The verbs of a case: order, receive, return, bill, credit, close. Each writes what every system then holds."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from types import ModuleType
from typing import Any

from sandbox.scenario.book import HISTORY_DAYS, Book, Collision, Untellable
from sandbox.scenario.domain import (
    ACCOUNTS,
    CENT,
    Entity,
    Invoice,
    InvoiceLine,
    Item,
    Journal,
    Packs,
    Payment,
    Po,
    PoLine,
    Receipt,
    Vendor,
)
from sandbox.scenario.model import Booking, ClerkAction, Label, Write, date_of, day_of
from sandbox.wire import ap, erp_main, erp_west, supply
from sandbox.wire.codes import PRINTED_UNITS, TAX_RATES, TERM_DAYS, UNITS

BUYERS = ("b.keller", "m.ochoa", "t.lindgren", "s.banerjee")
REQUESTERS = ("or.manager", "ward.clerk", "lab.lead", "pharmacy.buyer")
# Entity (any where blank) and category whose match type is another by our own rule.
RULED = {("", "FOOD"), ("AMB1", "IMPLANT")}
ACCOUNT_BY_CATEGORY = {"PHARMA": "drugs", "OFFICE": "other", "FOOD": "other"}


@dataclass(frozen=True, slots=True)
class Want:
    """What a PO line asks for; a price of None is the catalogue's."""

    item: Item | None
    qty: int
    unit: str = "EA"
    price: Decimal | None = None
    description: str = ""
    match_type: str = ""
    by_amount: bool = False


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


@dataclass
class Story:
    """One case: everything it writes is kept here until it is told to the end."""

    book: Book
    entity: Entity
    day: int
    case: str
    writes: list[Write] = field(default_factory=list)
    receipts: list[tuple[int, supply.Row]] = field(default_factory=list)
    late_receipts: list[tuple[int, supply.Row]] = field(default_factory=list)
    counts: list[tuple[int, supply.Row]] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    actions: list[ClerkAction] = field(default_factory=list)
    billed: list[tuple[str, str, Decimal]] = field(default_factory=list)
    settled: list[tuple[int, Payment]] = field(default_factory=list)
    bookings: list[tuple[int, Booking]] = field(default_factory=list)
    strays: list[tuple[int, str, Label]] = field(default_factory=list)
    orders: list[Po] = field(default_factory=list)

    @property
    def erp(self) -> ModuleType:
        """The entity's ERP."""
        return erp_main if self.entity.erp == "erp_main" else erp_west

    @property
    def rng(self) -> Any:
        """The random source of the day that is planned."""
        return self.book.rng

    # ------------------------------------------------------------------ choosing

    def vendor(self, kind: str = "goods", lines: int = 1) -> Vendor:
        """A vendor of the entity that sells enough items."""
        sellers = self.book.masters.sellers(self.entity, kind)
        if kind == "goods":
            sellers = [vendor for vendor in sellers if len(self.usable(vendor)) >= lines]
        return self.rng.choice(sellers)

    def usable(self, vendor: Vendor, *, free: bool = False, category: str = "") -> list[Item]:
        """What a vendor sells that needs receipt and invoice; `free` of contracts, of one category."""
        return [
            item
            for item in self.book.masters.items_of(vendor)
            if (self.entity.entity_id, item.category) not in RULED
            and ("", item.category) not in RULED
            and not (free and item.contract)
            and (not category or item.category == category)
        ]

    def seller_of(self, *categories: str) -> tuple[Vendor, Item]:
        """A vendor with an item of one of the categories that is under no contract."""
        found = [
            (vendor, item)
            for vendor in self.book.masters.sellers(self.entity, "goods")
            for category in categories
            for item in self.usable(vendor, free=True, category=category)
        ]
        return self.pick(found)

    def pick(self, candidates: Sequence[Any]) -> Any:
        """One of the candidates.

        Raises:
            Untellable: there is none.
        """
        if not candidates:
            raise Untellable
        return self.rng.choice(candidates)

    def wants(self, vendor: Vendor, lines: int) -> list[Want]:
        """Goods of a vendor in eaches, boxes or cases."""
        chosen = self.rng.sample(self.usable(vendor), lines)
        return [self.want(item) for item in chosen]

    def want(self, item: Item) -> Want:
        """A quantity of an item in one of its units."""
        unit = self.rng.choice([unit for unit in ("EA", "EA", "BX", "CS") if unit in item.factors])
        most = {"EA": 240, "BX": 60, "CS": 20}[unit] if item.category != "IMPLANT" else 12
        return Want(item, self.rng.randrange(4, most), unit)

    # ------------------------------------------------------------------ ordering

    def order(
        self,
        vendor: Vendor,
        wants: Sequence[Want],
        *,
        day: int | None = None,
        number: str = "",
        status: str = "sent",
        copies: Sequence[str] = ("ap", "supply"),
        freight: Decimal = Decimal(0),
        other: Decimal = Decimal(0),
        currency: str = "USD",
    ) -> Po:
        """Make a purchase order, known to the ERP and, some hours later, to the systems that hold copies."""
        day = day or self.day
        created = self.book.moment(day, 7, 9)
        step = 1 if self.entity.erp == "erp_main" else 10
        po = Po(
            number=number or self.po_number(),
            entity=self.entity,
            vendor=vendor,
            lines=[self._po_line(want, step * place, day) for place, want in enumerate(wants, 1)],
            created=created,
            buyer=self.rng.choice(BUYERS),
            requisition=f"RQ{self.book.next('requisition'):06d}",
            status=status,
            approved=None if status == "draft" else created + timedelta(minutes=30),
            sent=None if status == "draft" else created + timedelta(minutes=50),
            freight=freight,
            other=other,
            currency=currency,
            contract=next((want.item.contract for want in wants if want.item and want.item.contract), ""),
        )
        self.orders.append(po)
        self.writes.append(supply.requisition(po, created - timedelta(hours=1)))
        self.publish(po, created + timedelta(hours=1), copies)
        return po

    def po_number(self) -> str:
        """A new PO number of the entity's ERP."""
        count = self.book.next("po")
        return f"PO{100000 + count}" if self.entity.erp == "erp_main" else f"45{count:08d}"

    def _po_line(self, want: Want, number: int, day: int) -> PoLine:
        item = want.item
        account = ACCOUNT_BY_CATEGORY.get(item.category, "supplies") if item else "services"
        return PoLine(
            number=number,
            item=item,
            description=want.description or (item.description if item else "Service"),
            qty=want.qty,
            unit=want.unit,
            price=item.price_of(want.unit) if want.price is None and item else want.price or Decimal(0),
            tax_code="EX" if item or want.by_amount else "ST",
            account=ACCOUNTS[self.entity.erp][account],
            cost_center=self.rng.choice(("CC100", "CC200", "CC300", "CC400")),
            need_by=date_of(day + 7),
            match_type=want.match_type or ("" if item else "two_way"),
            by_amount=want.by_amount,
            requester=self.rng.choice(REQUESTERS),
        )

    def publish(self, po: Po, at: datetime, copies: Sequence[str] = ("ap", "supply")) -> None:
        """Write a version of a PO to the ERP and, within hours, to its copies."""
        self.writes += self.erp.purchase_order(po, at)
        if "ap" in copies:
            self.copy_to_ap(po, at + timedelta(minutes=self.rng.randrange(20, 19 * 60)))
        if "supply" in copies:
            self.copy_to_supply(po, at + timedelta(minutes=self.rng.randrange(20, 19 * 60)))

    def copy_to_ap(self, po: Po, at: datetime) -> None:
        """Write AP's copy of a PO."""
        self.writes.append(ap.purchase_order(po, at))

    def copy_to_supply(self, po: Po, at: datetime) -> None:
        """Write the supply system's copy of a PO."""
        self.writes.append(supply.purchase_order(po, at))

    def approve(self, po: Po, day: int) -> None:
        """Approve and send a draft."""
        at = self.book.moment(day, 9, 12)
        po.status, po.approved, po.sent = "sent", at, at + timedelta(minutes=10)
        self.publish(po, at + timedelta(minutes=20))

    def close(self, po: Po, day: int) -> None:
        """Close a PO and its lines."""
        at = self.book.moment(day, 15, 16)
        po.status, po.closed = "closed", at
        for line in po.lines:
            line.status, line.closed_at = "closed", at
        self.publish(po, at)

    # ------------------------------------------------------------------ receiving

    def receive(
        self,
        po: Po,
        line: PoLine,
        qty: int,
        day: int,
        *,
        unit: str = "",
        rejected: int = 0,
        kind: str = "receipt",
        names: str = "",
        waiting: int | None = 0,
        booked_after: timedelta | None = None,
        days_ago: int = 0,
        booked: bool = True,
    ) -> Receipt:
        """Receive (or return) goods: supply reports it the same day, the ERP and AP follow within hours.

        Args:
            po: the purchase order.
            line: its line.
            qty: in `unit`, the line's own where that is left out.
            day: on which it is reported.
            unit: that was counted in.
            rejected: of the quantity, what did not pass inspection.
            kind: receipt or return.
            names: the receipt that a return takes from.
            waiting: of the quantity, what inspection has not looked at; None where it has not begun.
            booked_after: how long after it the ERP posted it; some hours where that is left out.
            days_ago: how long before `day` the goods came and the ERP posted them, where all tell it only on that day.
            booked: whether the ERP gets to know of it; AP does in any case.
        """
        told = self.book.moment(day, 10, 13)
        received = told - timedelta(days=days_ago)
        ref = f"R{self.book.next('receipt'):07d}"
        posted = received + timedelta(minutes=self.rng.randrange(5, 90))
        clerk = self.rng.choice(("dock1", "dock2", "Müller", "dock4"))
        row = Receipt(ref, po, line, qty, unit or line.unit, received, posted, clerk, kind, rejected, names, waiting)
        self.report(row, day, posted + timedelta(days=days_ago))
        latest = 8 if days_ago else 18
        posting = received + (booked_after or timedelta(minutes=self.rng.randrange(100, latest * 60)))
        seen = posting + timedelta(days=days_ago)
        self.writes.append(ap.receipt(row, seen))
        if booked:
            self.writes += [self.erp.receipt(row, posting, seen), *self._received_journal(row, posting, seen)]
        return row

    def report(self, row: Receipt, day: int, modified: datetime, *, late: bool = False) -> None:
        """Put a line into a day's receipts file; the late ones are in a second file of the day."""
        (self.late_receipts if late else self.receipts).append((day, supply.receipt_row(row, modified)))

    def count(self, item: Item, place: str, qty: tuple[int, int], day: int, *, late: bool = False) -> None:
        """Count an item at a place: (counted, book), the late ones in the evening."""
        at = self.book.moment(day, 18, 21) if late else self.book.moment(day, 8, 17)
        ref = f"CN{self.book.next('count'):06d}"
        self.counts.append((day, supply.count_row(ref, self.entity, item, place, qty, at)))

    def say_packs(self, item: Item, packs: Packs, day: int) -> None:
        """The entity's ERP says what an item's packs hold."""
        self.writes += self.erp.packs(item, packs, self.book.moment(day, 8, 17))

    def give_back(self, po: Po, line: PoLine, qty: int, day: int, names: str = "") -> Receipt:
        """Return goods to the vendor."""
        return self.receive(po, line, qty, day, kind="return", names=names)

    def _received_journal(self, row: Receipt, posted: datetime, at: datetime) -> list[Write]:
        factor = self._factor(row.line, row.unit)
        sign = 1 if row.kind == "receipt" else -1
        value = (row.line.price * row.qty * factor * sign).quantize(CENT, ROUND_HALF_UP)
        accounts = ACCOUNTS[self.entity.erp]
        lines = ((accounts["inventory"], "", value), (accounts["received"], "", -value))
        company, currency = self.entity.company, row.po.currency
        entry = Journal(f"JR{row.ref.removeprefix('R')}", company, "Receiving", row.ref, lines, currency)
        return self.erp.journal(entry, at, posted)

    def _factor(self, line: PoLine, unit: str) -> Decimal:
        """PO units in one of `unit`."""
        if unit == line.unit or line.item is None:
            return Decimal(1)
        return Decimal(line.item.factors[unit]) / line.item.factors[line.unit]

    # ------------------------------------------------------------------ billing

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
        price = (line.price * self._factor(line, unit)) if row.price is None else row.price
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

    # ------------------------------------------------------------------ labelling

    def label(
        self,
        code: str,
        subject_type: str,
        subject: str,
        injected: int,
        *,
        due: int | None = None,
        cleared: int | None = None,
        by_feedback: bool = False,
        kind: str = "finding",
    ) -> None:
        """Say what was injected on a day, from which day it shows, and on which day it is gone."""
        self.labels.append(
            Label(
                code=code,
                subject_type=subject_type,
                subject=subject,
                injected_on=date_of(injected),
                due_on=date_of(due or injected),
                cleared_on=date_of(cleared) if cleared else None,
                cleared_by="feedback" if by_feedback else "data" if cleared else "",
                case=self.case,
                kind=kind,
            )
        )

    def release(self, paper: Invoice, line: int | None, code: str, day: int, reason: str) -> None:
        """AP's clerks release a hold; those of the history are released when the pipeline has placed them."""
        day = day if day > HISTORY_DAYS else HISTORY_DAYS + 1 + day % 4
        self.actions.append(ClerkAction(day, paper.ref, line, ap.hold_word(code), reason))

    def commit(self) -> None:
        """Put everything on the pages of its days."""
        for write in self.writes:
            self.book.write(write)
        for day, row in self.receipts:
            self.book.pages[day].receipts.append(row)
        for day, row in self.late_receipts:
            self.book.pages[day].late_receipts.append(row)
        for day, payment in self.settled:
            self.book.pages[day].settled.append(payment)
        for day, booking in self.bookings:
            self.book.pages[day].bookings.append(booking)
        for day, reference, label in self.strays:
            self.book.pages[day].strays[reference] = label
        for day, row in self.counts:
            self.book.pages[day].counts.append(row)
        for label in self.labels:
            self.book.pages[day_of(label.injected_on)].labels.append(label)
        for action in self.actions:
            self.book.pages[action.day].clerk_actions.append(action)
        self.book.billed.update(self.billed)


def tax_of(lines: Sequence[InvoiceLine]) -> Decimal:
    """Tax by code, each rounded to cents."""
    total = Decimal("0.00")
    for code, rate in TAX_RATES.items():
        base = sum((line.amount for line in lines if line.tax_code == code), Decimal(0))
        total += (base * rate / 100).quantize(CENT, ROUND_HALF_UP)
    return total
