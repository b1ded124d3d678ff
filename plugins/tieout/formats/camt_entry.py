"""Entries of camt.053 and camt.054, versions 02 and 08: one record per detail of an entry."""

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from tieout.formats.camt_amounts import Part, parts, stated_amount
from tieout.formats.iso20022 import currency_of, day_of, first_of, text_of, texts_of
from tieout.formats.secret import without_ibans

NOT_PROVIDED = "NOTPROVIDED"
BOOKED = "BOOK"
CHARGED = "PMNT/MDOP/CHRG"  # the code of a record for charges that the bank has put into the sum of a batch


def entries(element: Element) -> Iterator[dict[str, Any]]:
    """Yield the details of the entries of a statement or notification; an entry without details gives one.

    The only detail of an entry has the entry's amount: that is what moved. Charges that are in an entry beside its
    details are a record of their own. What is not booked has no booking date: it would be an expected one.

    Raises:
        MalformedPayload: the details of an entry do not add up to it, with or without charges.
    """
    for position, entry in enumerate(element.findall("Ntry"), start=1):
        for detail_position, part in enumerate(parts(entry, position), start=1):
            yield {
                "entry_number": str(position),
                "detail_number": str(detail_position),
                **_of_entry(entry),
                **_of_detail(entry, part),
                "amount": part.amount,
                "charges": part.charges,
            }


def status_of(entry: Element) -> str:
    """Return ``BOOK``, ``PDNG`` or ``INFO``; version 08 has it below ``Cd``."""
    return first_of(entry, "Sts/Cd", "Sts/Prtry", "Sts") or BOOKED


def _of_entry(entry: Element) -> dict[str, Any]:
    status = status_of(entry)
    return {
        "status": status,
        "booking_date": day_of(entry, "BookgDt") if status == BOOKED else "",
        "value_date": day_of(entry, "ValDt"),
        "currency": currency_of(entry.find("Amt")),
        "entry_ref": text_of(entry, "NtryRef"),
        "reversal": text_of(entry, "RvslInd") or "false",
    }


def _of_detail(entry: Element, part: Part) -> dict[str, Any]:
    detail, batch = part.detail, None if part.block is None else part.block.find("Btch")
    structured = texts_of(detail, "RmtInf/Strd/CdtrRefInf/Ref")
    return {
        "end_to_end_id": _reference(detail, "Refs/EndToEndId"),
        "instruction_id": _reference(detail, "Refs/InstrId"),
        "payment_group_ref": _reference(detail, "Refs/PmtInfId") or _reference(batch, "PmtInfId"),
        "batch_count": text_of(batch, "NbOfTxs") if detail is None else "",
        "cheque_number": text_of(detail, "Refs/ChqNb"),
        "bank_ref": text_of(detail, "Refs/AcctSvcrRef") or text_of(entry, "AcctSvcrRef"),
        "bank_code": CHARGED if part.is_charge else _code(detail) or _code(entry),
        "return_reason": first_of(detail, "RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry"),
        **_original(entry, part),
        "counterparty": _counterparty(detail, text_of(detail, "CdtDbtInd") or text_of(entry, "CdtDbtInd")),
        "remittance": without_ibans(" ".join(texts_of(detail, "RmtInf/Ustrd") or structured)),
        "structured_ref": " ".join(structured),
    }


def _reference(element: Element | None, path: str) -> str:
    found = text_of(element, path)
    return "" if found == NOT_PROVIDED else found


def _original(entry: Element, part: Part) -> dict[str, Any]:
    """Return the instructed amount with its currency and rate; without one, the detail's where its currency differs."""
    if part.is_charge:
        return dict.fromkeys(("original_amount", "original_currency", "exchange_rate"), "")
    details = part.detail if part.detail is not None else entry
    instructed = details.find("AmtDtls/InstdAmt/Amt")
    own = stated_amount(part.detail)
    if instructed is None and own is not None and currency_of(own) != currency_of(entry.find("Amt")):
        instructed = own
    rates = [f"AmtDtls/{kind}/CcyXchg/XchgRate" for kind in ("InstdAmt", "TxAmt", "CntrValAmt", "AnncdPstngAmt")]
    return {
        "original_amount": text_of(instructed, "."),
        "original_currency": currency_of(instructed),
        "exchange_rate": first_of(details, *rates),
    }


def _counterparty(detail: Element | None, indicator: str) -> str:
    """Return the other party's name: the creditor where we paid. Version 08 has it below ``Pty``."""
    party = "Cdtr" if indicator == "DBIT" else "Dbtr"
    return first_of(detail, f"RltdPties/{party}/Nm", f"RltdPties/{party}/Pty/Nm")


def _code(element: Element | None) -> str:
    codes = [text_of(element, f"BkTxCd/Domn/{path}") for path in ("Cd", "Fmly/Cd", "Fmly/SubFmlyCd")]
    return "/".join(code for code in codes if code) or text_of(element, "BkTxCd/Prtry/Cd")
