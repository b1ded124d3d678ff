"""Purchase orders, their versions and copies."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from sandbox.scenario.domain import ACCOUNTS, Po, PoLine, Vendor
from sandbox.scenario.model import date_of
from sandbox.scenario.verbs.case import Case
from sandbox.scenario.verbs.choosing import Want
from sandbox.wire import ap, supply

BUYERS = ("b.keller", "m.ochoa", "t.lindgren", "s.banerjee")
REQUESTERS = ("or.manager", "ward.clerk", "lab.lead", "pharmacy.buyer")
ACCOUNT_BY_CATEGORY = {"PHARMA": "drugs", "OFFICE": "other", "FOOD": "other"}


class Ordering(Case):
    """Orders, approves, closes; tells the systems that hold copies."""

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
