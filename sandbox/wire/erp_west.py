"""The second ERP: JSON with short field names, yyyymmdd dates and status codes in SAP's manner."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sandbox.scenario.domain import Chart, Entity, Invoice, Item, Journal, Packs, Payment, Po, PoLine, Receipt, Vendor
from sandbox.scenario.model import Write
from sandbox.vendors.model import Record
from sandbox.wire.codes import (
    TAX_CODES,
    TAX_RATES,
    TERM_DAYS,
    TERMS,
    UNITS,
    WEST_GOODS_RECEIPT,
    WEST_LINE_STATUS,
    WEST_PO_STATUS,
    compact,
)

ACCOUNT_KINDS = {"asset": "A", "liability": "L", "expense": "X"}


def _write(collection: str, key: str, doc: dict[str, Any], at: datetime) -> Write:
    return Write("erp_west", collection, (key,), {**doc, "AEDTM": compact(at)}, at)


def supplier(vendor: Vendor, name: str, at: datetime, *, blocked: bool = False) -> Write:
    """A vendor."""
    street, city, postal_code = vendor.address_in("erp_west")
    doc = {
        "LIFNR": vendor.west,
        "NAME1": name,
        "STCD1": vendor.tax_id,
        "SPERR": "X" if blocked else "",
        "SPERR_AB": vendor.leaves_on.strftime("%Y%m%d") if blocked and vendor.leaves_on else "",
        "ZTERM": TERMS["erp_west"][vendor.term],
        "WAERS": "USD",
        "STRAS": street,
        "ORT01": city,
        "PSTLZ": postal_code,
        "LAND1": "US",
        "TELF1": "",
        "SMTP_ADDR": "",
    }
    return _write("business-partners", vendor.west, doc, at)


def supplier_record(record: Record, at: datetime) -> Write:
    """A vendor that was set up by hand, as far as somebody filled it in."""
    doc = {
        "LIFNR": record.vendor_id,
        "NAME1": record.name,
        "STCD1": record.tax_id,
        "SPERR": "",
        "SPERR_AB": "",
        "ZTERM": TERMS["erp_west"][record.payment_term_code],
        "WAERS": "USD",
        "STRAS": record.address,
        "ORT01": record.city,
        "PSTLZ": record.postal_code,
        "LAND1": record.country,
        "TELF1": record.phone,
        "SMTP_ADDR": record.email,
    }
    return _write("business-partners", record.vendor_id, doc, at)


def record_account(record: Record, at: datetime) -> Write:
    """The bank account of a vendor that was set up by hand."""
    doc = {
        "LIFNR": record.vendor_id,
        "BVTYP": "0001",
        "BANKN": record.bank_account,
        "BANKL": "021000021",
        "WAERS": "USD",
        "GUELTIG_AB": "20250101",
        "AENAM": "STAMMDATEN",
    }
    return _write("partner-banks", f"{record.vendor_id}-0001", doc, at)


def bank_account(vendor: Vendor, at: datetime) -> Write:
    """A vendor's bank account."""
    doc = {
        "LIFNR": vendor.west,
        "BVTYP": "0001",
        "BANKN": vendor.account_number,
        "BANKL": vendor.routing,
        "WAERS": "USD",
        "GUELTIG_AB": "20250101",
        "AENAM": "STAMMDATEN",
    }
    return _write("partner-banks", f"{vendor.west}-0001", doc, at)


def reference_data(entity: Entity, chart: Chart, at: datetime) -> list[Write]:
    """Accounts, cost centres and locations of a company."""
    company = entity.company
    accounts = [
        _write(
            "gl-accounts",
            f"{company}-{code}",
            {
                "BUKRS": company,
                "SAKNR": code,
                "TXT50": name,
                "KTOKS": ACCOUNT_KINDS[kind],
                "XSPEB": "",
                "MITKZ": chart.controls.get(code, ""),
            },
            at,
        )
        for code, name, kind in chart.accounts
    ]
    centers = [
        _write("cost-centers", f"{company}-{code}", {"BUKRS": company, "KOSTL": code, "KTEXT": name, "BKZKP": ""}, at)
        for code, name in chart.cost_centers
    ]
    places = [
        _write("plants", code, {"WERKS": code, "BUKRS": company, "NAME1": name, "ART": use}, at)
        for code, name, use in chart.locations(entity)
    ]
    return accounts + centers + places


def group_data(at: datetime) -> list[Write]:
    """Payment terms and tax codes."""
    terms = [
        _write(
            "payment-terms",
            name,
            {
                "ZTERM": name,
                "TEXT1": f"{TERM_DAYS[code]} Tage netto",
                "ZTAG2": TERM_DAYS[code],
                "ZTAG1": 10 if code == "D210" else None,
                "ZPRZ1": "2,000" if code == "D210" else None,
            },
            at,
        )
        for code, name in TERMS["erp_west"].items()
    ]
    taxes = [
        _write("tax-codes", name, {"MWSKZ": name, "DATAB": "20250101", "KBETR": f"{TAX_RATES[code]},000"}, at)
        for code, name in TAX_CODES["erp_west"].items()
    ]
    return terms + taxes


def exchange_rate(currency: str, rate: Decimal, at: datetime, day: date) -> Write:
    """A day's rate of a currency to US dollars."""
    text = day.strftime("%Y%m%d")
    doc = {"FCURR": currency, "TCURR": "USD", "GDATU": text, "UKURS": f"{rate}".replace(".", ",")}
    return _write("exchange-rates", f"{currency}-USD-{text}", doc, at)


def packs(row: Item, said: Packs, at: datetime) -> list[Write]:
    """The ERP's copy of an item with its units; UMREZ base units are UMREN of one. It names the master's number."""
    doc = {
        "MATNR": row.west,
        "MAKTX": row.description,
        "MEINS": "ST",
        "MATKL": row.category,
        "BISMT": row.number,
        "UNITS": [
            {"MEINH": UNITS["erp_west"][unit], "UMREZ": factor, "UMREN": divisor}
            for unit, (factor, divisor) in said.items()
        ],
    }
    return [_write("materials", row.west, doc, at)]


def purchase_order(po: Po, at: datetime) -> list[Write]:
    """A purchase order with its items. Quantities and prices have a decimal comma."""
    doc = {
        "EBELN": po.number,
        "BUKRS": po.entity.company,
        "LIFNR": po.vendor.west,
        "EKGRP": po.buyer,
        "PROCSTAT": WEST_PO_STATUS[po.status],
        "ERDAT": compact(po.created),
        "FRGDT": compact(po.approved),
        "FRGNAM": "EINKAUF1" if po.approved else "",
        "SNDDT": compact(po.sent),
        "ENDDT": compact(po.closed),
        "WAERS": po.currency,
        "FRACHT": _number(po.freight),
        "ZUSCHLAG": _number(po.other),
        "ZTERM": TERMS["erp_west"][po.vendor.term],
        "BANFN": po.requisition,
        "KONNR": po.contract,
        "ITEMS": [_po_line(line) for line in po.lines],
    }
    return [_write("purchase-orders", po.number, doc, at)]


def _number(value: Decimal | int) -> str:
    return str(value).replace(".", ",")


def _po_line(line: PoLine) -> dict[str, Any]:
    return {
        "EBELP": f"{line.number:05d}",
        "MATNR": line.item.west if line.item else "",
        "IDNLF": f"VP-{line.item.number}" if line.item else "",
        "TXZ01": line.description,
        "MENGE": _number(line.qty),
        "MEINS": UNITS["erp_west"][line.unit],
        "NETPR": _number(line.price),
        "NETWR": _number(line.amount),
        "MWSKZ": TAX_CODES["erp_west"][line.tax_code],
        "EINDT": line.need_by.strftime("%Y%m%d"),
        "KOSTL": line.cost_center,
        "SAKTO": line.account,
        "AFNAM": line.requester,
        "KONNR": line.item.contract if line.item else "",
        "WEPOS": WEST_GOODS_RECEIPT[line.match_type],
        "PSTYP": "9" if line.by_amount else "",
        "LOEKZ": WEST_LINE_STATUS[line.status],
        "ENDDT": compact(line.closed_at),
    }


def receipt(row: Receipt, posted: datetime, at: datetime) -> Write:
    """A receipt or return as the ERP posted it; movement 101 is a receipt, 122 a return."""
    doc = {
        "MBLNR": f"50{row.ref.removeprefix('R')}",
        "ZEILE": "0001",
        "BUKRS": row.po.entity.company,
        "EBELN": row.po.number,
        "EBELP": f"{row.line.number:05d}",
        "MATNR": row.line.item.west if row.line.item else "",
        "BWART": "101" if row.kind == "receipt" else "122",
        "MENGE": _number(row.qty),
        "MEINS": UNITS["erp_west"][row.unit],
        "BLDAT": compact(row.received),
        "BUDAT": compact(posted),
        "XBLNR": row.ref,
    }
    return _write("material-documents", doc["MBLNR"], doc, at)


def invoice(paper: Invoice, at: datetime) -> Write:
    """An invoice as the ERP posted it."""
    doc = {
        "BELNR": paper.document,
        "BUKRS": paper.entity.company,
        "LIFNR": paper.erp_vendor,
        "XBLNR": paper.number,
        "BLART": "KG" if paper.kind == "credit" else "RE",
        "BLDAT": paper.dated.strftime("%Y%m%d") if paper.dated else "",
        "EBELN": paper.po_number,
        "ZTERM": TERMS["erp_west"][paper.term],
        "FAEDT": paper.due.strftime("%Y%m%d") if paper.due else "",
        "WAERS": paper.currency,
        "NETWR": _number(paper.net),
        "WMWST": _number(paper.tax),
        "FRACHT": _number(paper.freight),
        "ZUSCHLAG": _number(paper.other),
        "RMWWR": _number(paper.gross),
        "RBSTAT": "5",
        "CPUDT": compact(paper.posted),
        "MATCH_STATUS": "",
        "ZLSPR": "",
        "AP_REF": paper.ref,
    }
    return _write("invoice-documents", paper.document, doc, at)


def payment(pay: Payment, at: datetime) -> list[Write]:
    """A payment and the invoice that it pays."""
    doc = {
        "VBLNR": pay.ref,
        "BUKRS": pay.invoice.entity.company,
        "LIFNR": pay.invoice.erp_vendor,
        "LAUFI": pay.batch,
        "E2E": pay.end_to_end_id,
        "RWBTR": _number(pay.amount),
        "WAERS": "USD",
        "RZAWE": "EFT",
        "STATUS": {"sent": "20", "settled": "40"}[pay.status],
        "ZALDT": pay.sent.strftime("%Y%m%d"),
        "FREIG": compact(pay.sent),
        "GESENDET": compact(pay.sent),
        "AUSGL": compact(pay.settled),
        "POSTEN": [{"BELNR": pay.invoice.document, "DMBTR": _number(pay.amount), "SKNTO": _number(pay.discount)}],
    }
    return [_write("payments", pay.ref, doc, at)]


def journal(entry: Journal, at: datetime, posted: datetime | None = None) -> list[Write]:
    """A journal with its lines; SHKZG says debit (S) or credit (H), WRBTR is signed.

    `posted` is when it is booked, where that is not when it is written.
    """
    posted = posted or at
    doc = {
        "BELNR": entry.ref,
        "BUKRS": entry.company,
        "MONAT": f"{posted:%Y-%m}",
        "CPUDT": compact(posted),
        "WAERS": entry.currency,
        "BLART": entry.source,
        "XBLNR": entry.document,
        "LINES": [
            {
                "BUZEI": f"{number:03d}",
                "HKONT": account,
                "KOSTL": center,
                "SHKZG": "S" if amount >= 0 else "H",
                "WRBTR": _number(amount),
            }
            for number, (account, center, amount) in enumerate(entry.lines, 1)
        ],
    }
    return [_write("journal-entries", entry.ref, doc, at)]
