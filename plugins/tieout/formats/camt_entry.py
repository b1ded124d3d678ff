"""Entries of camt.053 and camt.054, versions 02 and 08: one record per detail of an entry."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element

from tieout.errors import MalformedPayload
from tieout.formats.iso20022 import currency_of, day_of, first_of, number, signed, text_of, texts_of

NOT_PROVIDED = "NOTPROVIDED"


def entries(element: Element) -> Iterator[dict[str, Any]]:
    """Yield the details of the entries of a statement or notification; an entry without details gives one.

    The only detail of an entry has the entry's amount: that is what moved.

    Raises:
        MalformedPayload: the details of an entry do not add up to it.
    """
    for position, entry in enumerate(element.findall("Ntry"), start=1):
        details: list[Element | None] = [*entry.findall("NtryDtls/TxDtls")]
        amounts = _amounts(entry, details, position)
        for detail_position, (detail, amount) in enumerate(zip(details or [None], amounts, strict=True), start=1):
            yield {
                "entry_number": str(position),
                "detail_number": str(detail_position),
                **_of_entry(entry),
                **_of_detail(entry, detail),
                "amount": amount,
            }


def status_of(entry: Element) -> str:
    """Return ``BOOK``, ``PDNG`` or ``INFO``; version 08 has it below ``Cd``."""
    return first_of(entry, "Sts/Cd", "Sts") or "BOOK"


def _amounts(entry: Element, details: list[Element | None], position: int) -> list[str]:
    indicator = text_of(entry, "CdtDbtInd")
    whole = signed(entry.find("Amt"), indicator)
    if len(details) < 2:
        return [whole]
    parts = [signed(_amount(detail), text_of(detail, "CdtDbtInd") or indicator) for detail in details]
    booked, numbers = number(whole), [number(part) for part in parts]
    if booked is not None and (None in numbers or sum(filter(None, numbers), Decimal(0)) != booked):
        raise MalformedPayload(f"The details of entry {position} do not add up to it.", "Ask the bank for it again.")
    return parts


def _amount(detail: Element | None) -> Element | None:
    """Return the detail's own amount: version 08 states it directly, version 02 below ``AmtDtls``."""
    if detail is None:
        return None
    direct = detail.find("Amt")
    return direct if direct is not None else detail.find("AmtDtls/TxAmt/Amt")


def _of_entry(entry: Element) -> dict[str, Any]:
    return {
        "status": status_of(entry),
        "booking_date": day_of(entry, "BookgDt"),
        "value_date": day_of(entry, "ValDt"),
        "currency": currency_of(entry.find("Amt")),
        "entry_ref": text_of(entry, "NtryRef"),
        "reversal": text_of(entry, "RvslInd") or "false",
    }


def _of_detail(entry: Element, detail: Element | None) -> dict[str, Any]:
    batch = entry.find("NtryDtls/Btch")
    own_charges = _charges(detail)
    return {
        "end_to_end_id": _reference(detail, "Refs/EndToEndId"),
        "instruction_id": _reference(detail, "Refs/InstrId"),
        "payment_group_ref": _reference(detail, "Refs/PmtInfId") or text_of(batch, "PmtInfId"),
        "batch_count": text_of(batch, "NbOfTxs") if detail is None else "",
        "cheque_number": text_of(detail, "Refs/ChqNb"),
        "bank_ref": text_of(detail, "Refs/AcctSvcrRef") or text_of(entry, "AcctSvcrRef"),
        "bank_code": _code(detail) or _code(entry),
        "return_reason": first_of(detail, "RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry"),
        "charges": own_charges or (_charges(entry) if len(entry.findall("NtryDtls/TxDtls")) < 2 else ""),
        **_original(entry, detail),
        "counterparty": _counterparty(detail, text_of(detail, "CdtDbtInd") or text_of(entry, "CdtDbtInd")),
        "remittance": " ".join(texts_of(detail, "RmtInf/Ustrd") or _structured(detail)),
        "structured_ref": " ".join(_structured(detail)),
    }


def _reference(detail: Element | None, path: str) -> str:
    found = text_of(detail, path)
    return "" if found == NOT_PROVIDED else found


def _structured(detail: Element | None) -> list[str]:
    return texts_of(detail, "RmtInf/Strd/CdtrRefInf/Ref")


def _original(entry: Element, detail: Element | None) -> dict[str, Any]:
    """Return the instructed amount with its currency and rate; without one, the detail's where its currency differs."""
    details = detail if detail is not None else entry
    instructed = details.find("AmtDtls/InstdAmt/Amt")
    own = _amount(detail)
    if instructed is None and own is not None and currency_of(own) != currency_of(entry.find("Amt")):
        instructed = own
    rates = [f"AmtDtls/{kind}/CcyXchg/XchgRate" for kind in ("InstdAmt", "TxAmt", "CntrValAmt", "AnncdPstngAmt")]
    return {
        "original_amount": text_of(instructed, "."),
        "original_currency": currency_of(instructed),
        "exchange_rate": first_of(details, *rates),
    }


def _charges(element: Element | None) -> str:
    """Return what the bank took (positive) or gave back: records of version 08, or of 02, else the total."""
    if element is None:
        return ""
    charges = element.findall("Chrgs")
    found = [record for charge in charges for record in (charge.findall("Rcrd") or [charge])]
    amounts = [(number(text_of(record, "Amt")), text_of(record, "CdtDbtInd")) for record in found]
    known = [-amount if indicator == "CRDT" else amount for amount, indicator in amounts if amount is not None]
    if known:
        return format(sum(known, Decimal(0)), "f")
    return next((text_of(charge, "TtlChrgsAndTaxAmt") for charge in charges), "")


def _counterparty(detail: Element | None, indicator: str) -> str:
    """Return the other party's name: the creditor where we paid. Version 08 has it below ``Pty``."""
    party = "Cdtr" if indicator == "DBIT" else "Dbtr"
    return first_of(detail, f"RltdPties/{party}/Nm", f"RltdPties/{party}/Pty/Nm")


def _code(element: Element | None) -> str:
    parts = [text_of(element, f"BkTxCd/Domn/{path}") for path in ("Cd", "Fmly/Cd", "Fmly/SubFmlyCd")]
    return "/".join(part for part in parts if part) or text_of(element, "BkTxCd/Prtry/Cd")
