"""ISO 20022 cash management: camt.053 (bank to customer statement), versions 02 and 08.

Account numbers never leave this module: a record holds an account's name and its masked number.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from tieout.errors import MalformedPayload

NAMESPACES = (
    "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02",
    "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08",
)
SHOWN = 4


@dataclass(frozen=True)
class CamtFormat:
    """The profile's `format` of type camt053."""

    max_bytes: int = 64 << 20


def statements(content: bytes) -> list[dict[str, Any]]:
    """Return one record per statement, its entry details in ``entries``.

    Amounts are signed plain decimals as text: money out is negative (credit or debit indicator).

    Raises:
        MalformedPayload: not XML, with a document type or entities, or not a camt.053 of a known version.
    """
    root = _root(content)
    namespace = root.tag.partition("}")[0].lstrip("{")
    if namespace not in NAMESPACES:
        raise MalformedPayload(
            f"The document's namespace is {namespace!r}.", "camt.053.001.02 and camt.053.001.08 are read."
        )
    for element in root.iter():
        element.tag = element.tag.partition("}")[2]
    header = root.find("./BkToCstmrStmt/GrpHdr")
    return [_statement(element, header) for element in root.findall("./BkToCstmrStmt/Stmt")]


def _root(content: bytes) -> Element:
    try:
        return ElementTree.fromstring(content, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    except DefusedXmlException as error:
        raise MalformedPayload(
            "The XML declares a document type or entities.", "No bank does; look at the file by hand."
        ) from error
    except (ParseError, ValueError, LookupError) as error:
        raise MalformedPayload(f"The payload is not XML: {error}.", "A file cut short is sent again.") from error


def _statement(statement: Element, header: Element | None) -> dict[str, Any]:
    account = statement.find("Acct")
    opening, closing = _balance(statement, "OPBD", "PRCD"), _balance(statement, "CLBD")
    return {
        "message_id": _text(header, "MsgId"),
        "created_at": _text(header, "CreDtTm"),
        "statement_id": _text(statement, "Id"),
        "electronic_number": _text(statement, "ElctrncSeqNb"),
        "legal_number": _text(statement, "LglSeqNb"),
        "account_name": _text(account, "Nm"),
        "account_masked": _masked(_text(account, "Id/IBAN") or _text(account, "Id/Othr/Id")),
        "currency": _text(account, "Ccy") or _currency(opening) or _currency(closing),
        "from": _text(statement, "FrToDt/FrDtTm") or _date(opening, "Dt"),
        "to": _text(statement, "FrToDt/ToDtTm") or _date(closing, "Dt"),
        "opening": _signed(opening),
        "closing": _signed(closing),
        "entries": list(_entries(statement)),
    }


def _entries(statement: Element) -> Iterator[dict[str, Any]]:
    for number, entry in enumerate(statement.findall("Ntry"), start=1):
        details: list[Element | None] = [*entry.findall("NtryDtls/TxDtls")]
        for detail_number, detail in enumerate(details or [None], start=1):
            yield _entry(entry, detail, number, detail_number)


def _entry(entry: Element, detail: Element | None, number: int, detail_number: int) -> dict[str, Any]:
    end_to_end_id = _text(detail, "Refs/EndToEndId")
    debit = _text(detail, "CdtDbtInd") or _text(entry, "CdtDbtInd")
    amount = _detail_amount(detail)
    if amount is None:
        amount = entry.find("Amt")
    return {
        "entry_number": str(number),
        "detail_number": str(detail_number),
        "booking_date": _date(entry, "BookgDt"),
        "value_date": _date(entry, "ValDt"),
        "amount": _sign(amount, debit),
        "currency": amount.get("Ccy", "") if amount is not None else "",
        "end_to_end_id": "" if end_to_end_id == "NOTPROVIDED" else end_to_end_id,
        "bank_ref": _text(detail, "Refs/AcctSvcrRef") or _text(entry, "AcctSvcrRef"),
        "entry_ref": _text(entry, "NtryRef"),
        "bank_code": _code(detail) or _code(entry),
        "reversal": _text(entry, "RvslInd") or "false",
        "counterparty": _counterparty(detail, debit),
        "remittance": " ".join(_texts(detail, "RmtInf/Ustrd") or _texts(detail, "RmtInf/Strd/CdtrRefInf/Ref")),
    }


def _detail_amount(detail: Element | None) -> Element | None:
    """Return the detail's own amount: version 08 states it directly, version 02 below ``AmtDtls``."""
    if detail is None:
        return None
    direct = detail.find("Amt")
    return direct if direct is not None else detail.find("AmtDtls/TxAmt/Amt")


def _counterparty(detail: Element | None, indicator: str) -> str:
    """Return the other party's name: the creditor where we paid. Version 08 has it below ``Pty``."""
    party = "Cdtr" if indicator == "DBIT" else "Dbtr"
    return _text(detail, f"RltdPties/{party}/Nm") or _text(detail, f"RltdPties/{party}/Pty/Nm")


def _code(element: Element | None) -> str:
    parts = [_text(element, f"BkTxCd/Domn/{path}") for path in ("Cd", "Fmly/Cd", "Fmly/SubFmlyCd")]
    return "/".join(part for part in parts if part) or _text(element, "BkTxCd/Prtry/Cd")


def _balance(statement: Element, *codes: str) -> Element | None:
    for code in codes:
        for balance in statement.findall("Bal"):
            if _text(balance, "Tp/CdOrPrtry/Cd") == code:
                return balance
    return None


def _signed(balance: Element | None) -> str:
    return "" if balance is None else _sign(balance.find("Amt"), _text(balance, "CdtDbtInd"))


def _sign(amount: Element | None, indicator: str) -> str:
    text = _text(amount, ".")
    if indicator != "DBIT" or not text:
        return text
    try:
        return format(-Decimal(text), "f")
    except InvalidOperation:
        return text  # not a number: the gate shows it as it came


def _currency(balance: Element | None) -> str:
    amount = None if balance is None else balance.find("Amt")
    return "" if amount is None else amount.get("Ccy", "")


def _date(element: Element | None, tag: str) -> str:
    return _text(element, f"{tag}/Dt") or _text(element, f"{tag}/DtTm")


def _masked(number: str) -> str:
    return f"****{number[-SHOWN:]}" if len(number) > 2 * SHOWN else "****" if number else ""


def _text(element: Element | None, path: str) -> str:
    if element is None:
        return ""
    found = element if path == "." else element.find(path)
    return "" if found is None else (found.text or "").strip()


def _texts(element: Element | None, path: str) -> list[str]:
    return [] if element is None else [(found.text or "").strip() for found in element.findall(path)]
