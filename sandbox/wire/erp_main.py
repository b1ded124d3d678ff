"""The first ERP: a relational database with tables and columns in the manner of Oracle's business suite."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sandbox.scenario.domain import Chart, Entity, Invoice, Item, Journal, Packs, Payment, Po, PoLine, Receipt, Vendor
from sandbox.scenario.model import Write
from sandbox.vendors.model import Record
from sandbox.wire.codes import (
    MAIN_LINE_STATUS,
    MAIN_MATCH_OPTIONS,
    MAIN_PO_STATUS,
    TAX_CODES,
    TAX_RATES,
    TERM_DAYS,
    TERMS,
    UNITS,
)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of schema erp_main.

    Args:
        columns: name to PostgreSQL type, in order.
        key: the columns of the primary key.
        updated: the column that says when a row last changed.
    """

    name: str
    columns: dict[str, str]
    key: tuple[str, ...]
    updated: str = "last_update_date"


def _table(name: str, key: str, columns: str) -> Table:
    pairs = [column.split() for column in columns.split(",")]
    kinds = {name: " ".join(kind) or "text" for name, *kind in pairs}
    return Table(name, {**kinds, "last_update_date": "timestamptz"}, tuple(key.split()))


TABLES: tuple[Table, ...] = (
    _table(
        "ap_suppliers",
        "segment1",
        "segment1, vendor_name, num_1099, enabled_flag, hold_flag, end_date_active date, terms_name,"
        "invoice_currency_code, address_line1, city, zip, country, phone, email_address, duns_number",
    ),
    _table(
        "ap_bank_accounts",
        "segment1 bank_account_id",
        "segment1, bank_account_id, bank_account_num, bank_num, currency_code, start_date date, end_date date,"
        "last_updated_by",
    ),
    _table(
        "gl_accounts",
        "org_code natural_account",
        "org_code, natural_account, description, account_type, enabled_flag, control_account",
    ),
    _table("gl_cost_centers", "org_code cost_center", "org_code, cost_center, description, enabled_flag"),
    _table("hr_locations", "location_code", "location_code, org_code, description, location_use"),
    _table("ap_terms", "name", "name, description, due_days integer, discount_days integer, discount_percent numeric"),
    _table("zx_rates", "tax_rate_code effective_from", "tax_rate_code, effective_from date, percentage_rate numeric"),
    _table(
        "gl_daily_rates",
        "from_currency to_currency conversion_date",
        "from_currency, to_currency, conversion_date date, conversion_rate numeric",
    ),
    _table("mtl_system_items", "segment1", "segment1, description, primary_uom_code, item_category, enabled_flag"),
    _table("mtl_uom_conversions", "item_num unit_of_measure", "item_num, unit_of_measure, conversion_rate numeric"),
    _table(
        "po_headers_all",
        "segment1",
        "segment1, org_code, vendor_num, agent_name, authorization_status, closed_code, cancel_flag,"
        "creation_date timestamptz, approved_date timestamptz, approved_by, submitted_date timestamptz,"
        "closed_date timestamptz, currency_code, freight_amount numeric, misc_charge_amount numeric,"
        "terms_name, requisition_num, contract_num",
    ),
    _table(
        "po_lines_all",
        "po_num line_num",
        "po_num, line_num integer, org_code, item_num, vendor_product_num, item_description, quantity numeric,"
        "quantity_cancelled numeric, unit_meas_lookup_code, unit_price numeric, amount numeric, tax_code,"
        "need_by_date date, ship_to_location, cost_center, charge_account, requisition_num, preparer, contract_num,"
        "match_option, matching_basis, closed_code, closed_date timestamptz",
    ),
    _table(
        "rcv_transactions",
        "transaction_id",
        "transaction_id, org_code, receipt_num, line_num integer, po_num, po_line_num integer, item_num,"
        "transaction_type, quantity numeric, unit_of_measure, transaction_date timestamptz,"
        "creation_date timestamptz, source_doc_ref",
    ),
    _table(
        "ap_invoices_all",
        "invoice_id",
        "invoice_id, org_code, vendor_num, invoice_num, invoice_type_lookup_code, invoice_date date, po_num,"
        "terms_name, due_date date, invoice_currency_code, net_amount numeric, tax_amount numeric,"
        "freight_amount numeric, other_amount numeric, invoice_amount numeric, invoice_status, doc_sequence_value,"
        "gl_date timestamptz, match_status, hold_names, payment_status, payment_reference, source_invoice_ref",
    ),
    _table(
        "ap_checks_all",
        "check_id",
        "check_id, org_code, vendor_num, checkrun_name, end_to_end_id, amount numeric, currency_code,"
        "payment_method, status_lookup_code, check_date date, approved_date timestamptz, sent_date timestamptz,"
        "cleared_date timestamptz",
    ),
    _table(
        "ap_invoice_payments_all",
        "check_id invoice_id",
        "check_id, invoice_id, amount numeric, discount_taken numeric",
    ),
    _table(
        "gl_je_lines",
        "je_header_id je_line_num",
        "je_header_id, je_line_num integer, org_code, natural_account, cost_center, period_name,"
        "posted_date timestamptz, entered_dr numeric, entered_cr numeric, accounted_amount numeric, currency_code,"
        "je_source, reference_id",
    ),
)


def _write(table: str, key: tuple[str, ...], doc: dict[str, Any], at: datetime) -> Write:
    return Write("erp_main", table, key, {**doc, "last_update_date": at}, at)


def supplier(vendor: Vendor, name: str, at: datetime, *, blocked: bool = False) -> Write:
    """A vendor."""
    street, city, postal_code = vendor.address_in("erp_main")
    doc = {
        "segment1": vendor.main,
        "vendor_name": name,
        "num_1099": vendor.tax_id or None,
        "enabled_flag": "Y",
        "hold_flag": "Y" if blocked else "N",
        "end_date_active": vendor.leaves_on if blocked else None,
        "terms_name": TERMS["erp_main"][vendor.term],
        "invoice_currency_code": "USD",
        "address_line1": street,
        "city": city,
        "zip": postal_code,
        "country": "US",
        "email_address": f"remit@vendor{vendor.index}.example",
    }
    return _write("ap_suppliers", (vendor.main,), doc, at)


def supplier_record(record: Record, at: datetime) -> Write:
    """A vendor that was set up by hand, as far as somebody filled it in."""
    doc = {
        "segment1": record.vendor_id,
        "vendor_name": record.name,
        "num_1099": record.tax_id or None,
        "enabled_flag": "Y",
        "hold_flag": "N",
        "terms_name": TERMS["erp_main"][record.payment_term_code],
        "invoice_currency_code": "USD",
        "address_line1": record.address or None,
        "city": record.city or None,
        "zip": record.postal_code or None,
        "country": record.country or None,
        "phone": record.phone or None,
        "email_address": record.email or None,
        "duns_number": record.duns or None,
    }
    return _write("ap_suppliers", (record.vendor_id,), doc, at)


def record_account(record: Record, at: datetime) -> Write:
    """The bank account of a vendor that was set up by hand."""
    key = f"T{record.vendor_id}"
    doc = {
        "segment1": record.vendor_id,
        "bank_account_id": key,
        "bank_account_num": record.bank_account,
        "bank_num": "021000021",
        "currency_code": "USD",
        "start_date": date(2025, 1, 1),
        "last_updated_by": "vendor.desk",
    }
    return _write("ap_bank_accounts", (record.vendor_id, key), doc, at)


def bank_account(vendor: Vendor, at: datetime) -> Write:
    """A vendor's bank account."""
    key = f"B{vendor.index:04d}"
    doc = {
        "segment1": vendor.main,
        "bank_account_id": key,
        "bank_account_num": vendor.account_number,
        "bank_num": vendor.routing,
        "currency_code": "USD",
        "start_date": date(2025, 1, 1),
        "last_updated_by": "vendor.desk",
    }
    return _write("ap_bank_accounts", (vendor.main, key), doc, at)


def reference_data(entity: Entity, chart: Chart, at: datetime) -> list[Write]:
    """Accounts, cost centres and locations of a company."""
    company = entity.company
    accounts = [
        _write(
            "gl_accounts",
            (company, code),
            {
                "org_code": company,
                "natural_account": code,
                "description": name,
                "account_type": kind[0].upper(),
                "enabled_flag": "Y",
                "control_account": chart.controls.get(code, "NO"),
            },
            at,
        )
        for code, name, kind in chart.accounts
    ]
    centers = [
        _write(
            "gl_cost_centers",
            (company, code),
            {"org_code": company, "cost_center": code, "description": name, "enabled_flag": "Y"},
            at,
        )
        for code, name in chart.cost_centers
    ]
    places = [
        _write(
            "hr_locations",
            (code,),
            {"location_code": code, "org_code": company, "description": name, "location_use": use},
            at,
        )
        for code, name, use in chart.locations(entity)
    ]
    return accounts + centers + places


def group_data(at: datetime) -> list[Write]:
    """Payment terms, tax codes and rates, the same for all companies."""
    terms = [
        _write(
            "ap_terms",
            (name,),
            {
                "name": name,
                "description": name.title(),
                "due_days": TERM_DAYS[code],
                "discount_days": 10 if code == "D210" else None,
                "discount_percent": Decimal(2) if code == "D210" else None,
            },
            at,
        )
        for code, name in TERMS["erp_main"].items()
    ]
    taxes = [
        _write(
            "zx_rates",
            (name, "2025-01-01"),
            {"tax_rate_code": name, "effective_from": date(2025, 1, 1), "percentage_rate": Decimal(TAX_RATES[code])},
            at,
        )
        for code, name in TAX_CODES["erp_main"].items()
    ]
    return terms + taxes


def exchange_rate(currency: str, rate: Decimal, at: datetime, day: date) -> Write:
    """A day's rate of a currency to US dollars."""
    doc = {"from_currency": currency, "to_currency": "USD", "conversion_date": day, "conversion_rate": rate}
    return _write("gl_daily_rates", (currency, "USD", day.isoformat()), doc, at)


def item(row: Item, at: datetime) -> Write:
    """The ERP's copy of an item."""
    doc = {
        "segment1": row.number,
        "description": row.description.upper(),
        "primary_uom_code": "Each",
        "item_category": row.category,
        "enabled_flag": "Y",
    }
    return _write("mtl_system_items", (row.number,), doc, at)


def packs(row: Item, said: Packs, at: datetime) -> list[Write]:
    """What units of an item hold, in its primary unit."""
    return [
        _write(
            "mtl_uom_conversions",
            (row.number, UNITS["erp_main"][unit]),
            {
                "item_num": row.number,
                "unit_of_measure": UNITS["erp_main"][unit],
                "conversion_rate": Decimal(factor) / divisor,
            },
            at,
        )
        for unit, (factor, divisor) in said.items()
    ]


def purchase_order(po: Po, at: datetime) -> list[Write]:
    """Header and lines of a purchase order."""
    header = {
        "segment1": po.number,
        "org_code": po.entity.company,
        "vendor_num": po.vendor.main,
        "agent_name": po.buyer,
        "authorization_status": MAIN_PO_STATUS[po.status],
        "closed_code": "CLOSED" if po.status == "closed" else "OPEN",
        "cancel_flag": "Y" if po.status == "cancelled" else "N",
        "creation_date": po.created,
        "approved_date": po.approved,
        "approved_by": "p.director" if po.approved else None,
        "submitted_date": po.sent,
        "closed_date": po.closed,
        "currency_code": po.currency,
        "freight_amount": po.freight,
        "misc_charge_amount": po.other,
        "terms_name": TERMS["erp_main"][po.vendor.term],
        "requisition_num": po.requisition,
        "contract_num": po.contract or None,
    }
    return [_write("po_headers_all", (po.number,), header, at), *(_po_line(po, line, at) for line in po.lines)]


def _po_line(po: Po, line: PoLine, at: datetime) -> Write:
    doc = {
        "po_num": po.number,
        "line_num": line.number,
        "org_code": po.entity.company,
        "item_num": line.item.number if line.item else None,
        "vendor_product_num": f"VP-{line.item.number}" if line.item else None,
        "item_description": line.description,
        "quantity": Decimal(line.qty),
        "quantity_cancelled": Decimal(0),
        "unit_meas_lookup_code": UNITS["erp_main"][line.unit] or None,
        "unit_price": line.price,
        "amount": line.amount,
        "tax_code": TAX_CODES["erp_main"][line.tax_code],
        "need_by_date": line.need_by,
        "ship_to_location": f"{po.entity.company}-DOCK",
        "cost_center": line.cost_center,
        "charge_account": line.account,
        "requisition_num": po.requisition,
        "preparer": line.requester,
        "contract_num": line.item.contract if line.item else None,
        "match_option": MAIN_MATCH_OPTIONS[line.match_type],
        "matching_basis": "AMOUNT" if line.by_amount else "QUANTITY",
        "closed_code": MAIN_LINE_STATUS[line.status],
        "closed_date": line.closed_at,
    }
    return _write("po_lines_all", (po.number, str(line.number)), doc, at)


def receipt(row: Receipt, posted: datetime, at: datetime) -> Write:
    """A receipt or return as the ERP posted it."""
    key = f"T{row.ref}"
    doc = {
        "transaction_id": key,
        "org_code": row.po.entity.company,
        "receipt_num": row.ref,
        "line_num": 1,
        "po_num": row.po.number,
        "po_line_num": row.line.number,
        "item_num": row.line.item.number if row.line.item else None,
        "transaction_type": "RECEIVE" if row.kind == "receipt" else "RETURN TO VENDOR",
        "quantity": Decimal(row.qty if row.kind == "receipt" else -row.qty),
        "unit_of_measure": UNITS["erp_main"][row.unit] or None,
        "transaction_date": row.received,
        "creation_date": posted,
        "source_doc_ref": row.ref,
    }
    return _write("rcv_transactions", (key,), doc, at)


def invoice(paper: Invoice, at: datetime) -> Write:
    """An invoice as the ERP posted it."""
    doc = {
        "invoice_id": paper.document,
        "org_code": paper.entity.company,
        "vendor_num": paper.erp_vendor,
        "invoice_num": paper.number,
        "invoice_type_lookup_code": "CREDIT" if paper.kind == "credit" else "STANDARD",
        "invoice_date": paper.dated,
        "po_num": paper.po_number or None,
        "terms_name": TERMS["erp_main"][paper.term],
        "due_date": paper.due,
        "invoice_currency_code": paper.currency,
        "net_amount": paper.net,
        "tax_amount": paper.tax,
        "freight_amount": paper.freight,
        "other_amount": paper.other,
        "invoice_amount": paper.gross,
        "invoice_status": "POSTED",
        "doc_sequence_value": paper.document,
        "gl_date": paper.posted,
        "source_invoice_ref": paper.ref,
    }
    return _write("ap_invoices_all", (paper.document,), doc, at)


def payment(pay: Payment, at: datetime) -> list[Write]:
    """A payment and the invoice that it pays."""
    doc = {
        "check_id": pay.ref,
        "org_code": pay.invoice.entity.company,
        "vendor_num": pay.invoice.erp_vendor,
        "checkrun_name": pay.batch,
        "end_to_end_id": pay.end_to_end_id,
        "amount": pay.amount,
        "currency_code": "USD",
        "payment_method": "EFT",
        "status_lookup_code": pay.status.upper(),
        "check_date": pay.sent.date(),
        "approved_date": pay.sent,
        "sent_date": pay.sent,
        "cleared_date": pay.settled,
    }
    applied = {
        "check_id": pay.ref,
        "invoice_id": pay.invoice.document,
        "amount": pay.amount,
        "discount_taken": pay.discount,
    }
    return [
        _write("ap_checks_all", (pay.ref,), doc, at),
        _write("ap_invoice_payments_all", (pay.ref, pay.invoice.document), applied, at),
    ]


def journal(entry: Journal, at: datetime, posted: datetime | None = None) -> list[Write]:
    """A journal's lines; `posted` is when it is booked, where that is not when it is written."""
    posted = posted or at
    return [
        _write(
            "gl_je_lines",
            (entry.ref, str(number)),
            {
                "je_header_id": entry.ref,
                "je_line_num": number,
                "org_code": entry.company,
                "natural_account": account,
                "cost_center": center or None,
                "period_name": posted.strftime("%b-%y").upper(),
                "posted_date": posted,
                "entered_dr": max(amount, Decimal(0)),
                "entered_cr": max(-amount, Decimal(0)),
                "accounted_amount": amount,
                "currency_code": entry.currency,
                "je_source": entry.source,
                "reference_id": entry.document,
            },
            at,
        )
        for number, (account, center, amount) in enumerate(entry.lines, 1)
    ]
