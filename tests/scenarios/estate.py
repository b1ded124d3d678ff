"""A hospital with one ERP, AP, supply and the policy of the worked examples, to which tests add transactions."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.scenarios.warehouse import Warehouse, at

ERP, AP, SUPPLY, TIEOUT = "erp_main", "ap", "supply", "tieout"

Row = tuple[str, str, dict[str, Any]]
"""System, interface object, record."""

POLICY_P = {
    "policy_id": "P",
    "valid_from": "2020-01-01",
    "price_over_pct": "2",
    "price_over_amount": "50.00",
    "price_under_pct": "unlimited",
    "price_under_amount": "unlimited",
    "qty_ordered_over_pct": "0",
    "qty_received_over_pct": "0",
    "qty_received_over_qty": "0",
    "total_amount": "0",
    "receipt_grace_days": "5",
}


class Estate:
    """Collects the records of one hospital, H1, to be landed in any order."""

    def __init__(self, *, copies: Iterable[str] = ()) -> None:
        self.rows: list[Row] = []
        self._entity("H1", ERP, copies)
        self.policy()
        self.vendor("V1")
        self.vendor("V2")
        self.item("I1", units={"BX": 12})
        self.item("I2")

    # our own configuration

    def _entity(self, entity_id: str, erp: str, copies: Iterable[str]) -> None:
        self.add(
            TIEOUT,
            "entity",
            entity_id=entity_id,
            name=f"Hospital {entity_id}",
            entity_type="hospital",
            currency="USD",
            time_zone="America/New_York",
            fiscal_calendar="calendar_year",
            accruals=True,
            payment_origin="erp",
        )
        records = {
            erp: ["vendor", "purchase_order", "purchase_order_line", "fx_rate", "tax_code"],
            AP: ["invoice", "invoice_line", "hold_event", "invoice_event"],
            SUPPLY: ["item", "item_unit", "item_substitute", "receipt_line"],
        }
        for system, objects in records.items():
            for name in objects:
                self._role(entity_id, name, system, "record")
        self._role(entity_id, "receipt_line", erp, "copy")
        self._role(entity_id, "invoice", erp, "copy")
        for system in copies:
            self._role(entity_id, "purchase_order", system, "copy")

    def _role(self, entity_id: str, object_name: str, system: str, role: str) -> None:
        self.add(
            TIEOUT,
            "system_of_record",
            entity_id=entity_id,
            object=object_name,
            source_system=system,
            role=role,
            valid_from="2000-01-01",
        )

    def policy(self, **fields: Any) -> None:
        """A policy row: P of the worked examples with what differs."""
        self.add(TIEOUT, "policy", **{**POLICY_P, **fields})

    # masters

    def vendor(self, number: str, *, tax_token: str | None = None, in_ap: bool = True, **fields: Any) -> None:
        """A vendor of the ERP, and AP's supplier that refers to it."""
        self.add(ERP, "vendor", vendor_number=number, name=f"Vendor {number}", tax_id_token=tax_token, **fields)
        if in_ap:
            self.add(AP, "vendor", vendor_number=f"S-{number}", name=number, source_ref=number, source_ref_system=ERP)

    def item(self, number: str, *, base_unit: str = "EA", units: dict[str, Any] | None = None, **fields: Any) -> None:
        """An item of supply with its packs."""
        self.add(SUPPLY, "item", item_number=number, description=number, base_unit=base_unit, **fields)
        for unit, factor in (units or {}).items():
            self.add(SUPPLY, "item_unit", item_number=number, unit=unit, factor=factor)

    # transactions

    def order(self, number: str, *lines: dict[str, Any], vendor: str = "V1", system: str = ERP, **fields: Any) -> None:
        """A purchase order; each line as `line()` gives it."""
        header = {"status": "sent", "ordered_at": at("2026-02-20"), "approved_at": at("2026-02-20T12:00")}
        header |= {"entity_id": "H1", "currency": "USD"}
        self.add(system, "purchase_order", po_number=number, vendor_number=vendor, **{**header, **fields})
        for position, line in enumerate(lines, start=1):
            self.add(system, "purchase_order_line", **{"po_number": number, "line_number": position, **line})

    def receipt(self, reference: str, order: str, qty: Any, on: str, **fields: Any) -> None:
        """A receipt line; `kind="return"` for a return."""
        record = {"entity_id": "H1", "po_line_number": 1, "kind": "receipt", "unit": "EA", "item_number": "I1"}
        self.add(
            SUPPLY,
            "receipt_line",
            **{**record, "receipt_ref": reference, "po_number": order, "qty": qty, "received_at": at(on), **fields},
        )

    def invoice(
        self,
        reference: str,
        order: str | None,
        qty: Any,
        price: Any,
        on: str | None,
        *,
        line: dict[str, Any] | None = None,
        amount: Any = None,
        **fields: Any,
    ) -> None:
        """An invoice of one line; `kind="credit"` for a credit memo. It was received on its date."""
        total = Decimal(str(amount)) if amount is not None else Decimal(str(qty)) * Decimal(str(price))
        header = {
            "entity_id": "H1",
            "vendor_number": "S-V1",
            "invoice_number": reference,
            "normalised_number": reference.upper(),
            "kind": "invoice",
            "invoice_date": on,
            "received_at": at(on) if on else at("2026-03-01"),
            "currency": "USD",
            "net_amount": total,
            "gross_amount": total,
            "status": "entered",
        }
        self.add(AP, "invoice", **{**header, "invoice_ref": reference, **fields})
        first = {
            "line_number": 1,
            "po_number": order,
            "po_line_number": 1 if order else None,
            "item_number": "I1" if order else None,
            "qty": qty,
            "unit": "EA",
            "price": price,
            "amount": total,
        }
        self.add(AP, "invoice_line", **{**first, "invoice_ref": reference, **(line or {})})

    def summary(self, reference: str, order: str, net: Any, on: str | None, **fields: Any) -> None:
        """An invoice that names an order in its header and carries no lines. It was received on its date."""
        header = {
            "entity_id": "H1",
            "vendor_number": "S-V1",
            "invoice_number": reference,
            "normalised_number": reference.upper(),
            "kind": "invoice",
            "invoice_date": on,
            "received_at": at(on or "2026-03-05"),
            "currency": "USD",
            "net_amount": net,
            "gross_amount": net,
            "status": "entered",
        }
        self.add(AP, "invoice", **{**header, "invoice_ref": reference, "po_number": order, **fields})

    def release(self, reference: str, invoice: str, code: str, **fields: Any) -> None:
        """A clerk's release of a hold."""
        record = {"event": "released", "touch": "human", "by_user": "clerk", "reason": "agreed", "line_number": 1}
        self.add(
            AP,
            "hold_event",
            **{
                **record,
                "event_ref": reference,
                "invoice_ref": invoice,
                "code": code,
                "at": at("2026-03-30"),
                **fields,
            },
        )

    def add(self, system: str, object_name: str, /, **record: Any) -> None:
        """Any record of any system."""
        self.rows.append((system, object_name, {k: v for k, v in record.items() if v is not None}))

    def land(
        self,
        warehouse: Warehouse,
        known_at: datetime,
        rows: Iterable[Row] | None = None,
        *,
        updated_at: datetime | None = None,
    ) -> None:
        """Land records, by default all that were collected and not landed yet, one batch for each feed.

        ``updated_at`` is when the sources changed them last, by default the moment that they become known.
        """
        batches: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for system, object_name, record in self.rows if rows is None else rows:
            batches.setdefault((system, object_name), []).append(record)
        for (system, object_name), records in batches.items():
            warehouse.land(object_name, records, system=system, known_at=known_at, updated_at=updated_at)
        if rows is None:
            self.rows = []


def line(qty: Any, price: Any, **fields: Any) -> dict[str, Any]:
    """A line of a purchase order for item I1."""
    return {"item_number": "I1", "ordered_qty": qty, "unit": "EA", "price": price, "status": "open", **fields}


def days(first: str, count: int) -> Iterator[date]:
    """Consecutive dates."""
    start = date.fromisoformat(first)
    return (start + timedelta(days=n) for n in range(count))
