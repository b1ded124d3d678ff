"""ISO 20022 cash management: camt.053 (statement) and camt.054 (debit and credit notification), versions 02 and 08.

An account's number is in a record as a ``Secret`` only, beside its name and its masked number.
"""

from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element

from tieout.errors import MalformedPayload
from tieout.formats.camt_entry import entries, status_of
from tieout.formats.iso20022 import currency_of, day_of, document, number, signed, text_of
from tieout.formats.secret import Secret, masked

STATEMENTS = ("camt.053.001.02", "camt.053.001.08")
NOTIFICATIONS = ("camt.054.001.02", "camt.054.001.08")
BOOKED = "BOOK"


def statements(content: bytes) -> list[dict[str, Any]]:
    """Return one record per statement, the details of its booked entries in ``entries``.

    Amounts are signed plain decimals as text: money out is negative (credit or debit indicator).

    Raises:
        MalformedPayload: not XML, with a document type or entities, not a camt.053 of a known version, or a statement
            that does not foot: opening and booked entries are not the closing balance, or details not their entry.
    """
    root = document(content, STATEMENTS)
    header = root.find("./BkToCstmrStmt/GrpHdr")
    return [_statement(element, header) for element in root.findall("./BkToCstmrStmt/Stmt")]


def notifications(content: bytes) -> list[dict[str, Any]]:
    """Return one record per notification, the details of its entries in ``entries``, booked or pending.

    Raises:
        MalformedPayload: as for statements; a notification has no balances that could foot.
    """
    root = document(content, NOTIFICATIONS)
    header = root.find("./BkToCstmrDbtCdtNtfctn/GrpHdr")
    return [
        {**_report(element, header), "notification_id": text_of(element, "Id"), "entries": list(entries(element))}
        for element in root.findall("./BkToCstmrDbtCdtNtfctn/Ntfctn")
    ]


def _statement(statement: Element, header: Element | None) -> dict[str, Any]:
    opening, closing = _balance(statement, "OPBD", "PRCD"), _balance(statement, "CLBD")
    report = _report(statement, header)
    for entry in statement.findall("Ntry"):
        if status_of(entry) != BOOKED:
            statement.remove(entry)
    record = {
        **report,
        "statement_id": text_of(statement, "Id"),
        "currency": report["currency"] or _currency(opening) or _currency(closing),
        "from": text_of(statement, "FrToDt/FrDtTm") or day_of(opening, "Dt"),
        "to": text_of(statement, "FrToDt/ToDtTm") or day_of(closing, "Dt"),
        "opening": _signed(opening),
        "closing": _signed(closing),
        "entries": list(entries(statement)),
    }
    _must_foot(record)
    return record


def _report(element: Element, header: Element | None) -> dict[str, Any]:
    account = element.find("Acct")
    account_number = text_of(account, "Id/IBAN") or text_of(account, "Id/Othr/Id")
    return {
        "message_id": text_of(header, "MsgId"),
        "created_at": text_of(header, "CreDtTm"),
        "electronic_number": text_of(element, "ElctrncSeqNb"),
        "legal_number": text_of(element, "LglSeqNb"),
        "account_name": text_of(account, "Nm"),
        "account_masked": masked(account_number),
        "account_number": Secret(account_number),
        "currency": text_of(account, "Ccy"),
    }


def _must_foot(record: dict[str, Any]) -> None:
    opening, closing = number(record["opening"]), number(record["closing"])
    amounts = [number(entry["amount"]) for entry in record["entries"]]
    if opening is None or closing is None or None in amounts:
        return  # what is missing or no number is the gate's to show
    if opening + sum(filter(None, amounts), Decimal(0)) != closing:
        raise MalformedPayload(
            f"Statement {record['statement_id']!r} does not foot: opening and entries are not the closing balance.",
            "Ask the bank for it again.",
        )


def _balance(statement: Element, *codes: str) -> Element | None:
    for code in codes:
        for balance in statement.findall("Bal"):
            if text_of(balance, "Tp/CdOrPrtry/Cd") == code:
                return balance
    return None


def _signed(balance: Element | None) -> str:
    return "" if balance is None else signed(balance.find("Amt"), text_of(balance, "CdtDbtInd"))


def _currency(balance: Element | None) -> str:
    return "" if balance is None else currency_of(balance.find("Amt"))
