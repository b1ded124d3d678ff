"""ISO 20022 cash management: camt.053 (statement) and camt.054 (debit and credit notification), versions 02 and 08.

An account's number is in a record as a ``Secret`` only, beside its name and its masked number.
"""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element

from tieout.errors import MalformedPayload
from tieout.formats.camt_entry import BOOKED, entries, status_of
from tieout.formats.iso20022 import currency_of, day_of, document, number, signed, text_of
from tieout.formats.secret import Secret, masked

STATEMENTS = ("camt.053.001.02", "camt.053.001.08")
NOTIFICATIONS = ("camt.054.001.02", "camt.054.001.08")
OPENING, PREVIOUS, CLOSING = "OPBD", "PRCD", "CLBD"
CODE = "Tp/CdOrPrtry/Cd"
WHOLE = (("1", "true"), ("1", "1"))  # page number, whether it is the last
AGAIN = "Ask the bank for it again."


def statements(content: bytes) -> list[dict[str, Any]]:
    """Return one record per statement, the details of its booked entries in ``entries``.

    Amounts are signed plain decimals as text: money out is negative (credit or debit indicator).

    Raises:
        MalformedPayload: not XML, with a document type or entities, not a camt.053 of a known version, a statement that
            is a page of several or there twice, or one that does not foot: opening and booked entries are not the
            closing balance or cannot be added up, or details not their entry.
    """
    root = document(content, STATEMENTS)
    header = root.find("./BkToCstmrStmt/GrpHdr")
    found = [_statement(element, header) for element in root.findall("./BkToCstmrStmt/Stmt")]
    for name, times in Counter(record["statement_id"] for record in found).items():
        if times > 1:
            raise MalformedPayload(f"Statement {name!r} is there twice.", "Ask the bank for ids of their own.")
    return found


def notifications(content: bytes) -> list[dict[str, Any]]:
    """Return one record per notification, the details of its entries in ``entries``, booked or pending.

    Raises:
        MalformedPayload: as for statements; a notification has no balances that could foot.
    """
    root = document(content, NOTIFICATIONS)
    header = root.find("./BkToCstmrDbtCdtNtfctn/GrpHdr")
    return [
        {**_report(element, header), "notification_id": _id(element), "entries": list(entries(element))}
        for element in root.findall("./BkToCstmrDbtCdtNtfctn/Ntfctn")
    ]


def _statement(statement: Element, header: Element | None) -> dict[str, Any]:
    _must_be_whole(statement)
    opening, closing = _opening(statement), _balance(statement, CLOSING, last=True)
    report = _report(statement, header)
    for entry in statement.findall("Ntry"):
        if status_of(entry) != BOOKED:
            statement.remove(entry)
    record = {
        **report,
        "statement_id": _id(statement),
        "currency": report["currency"] or _currency(opening) or _currency(closing),
        "from": text_of(statement, "FrToDt/FrDtTm") or _first_day(opening),
        "to": text_of(statement, "FrToDt/ToDtTm") or day_of(closing, "Dt"),
        "opening": _signed(opening),
        "closing": _signed(closing),
        "entries": list(entries(statement)),
    }
    _must_foot(record)
    return record


def _must_be_whole(statement: Element) -> None:
    """Refuse a page of a statement: pages have the statement's id, and one would take another's place."""
    page = statement.find("StmtPgntn")
    if page is not None and (text_of(page, "PgNb").lstrip("0"), text_of(page, "LastPgInd")) not in WHOLE:
        raise MalformedPayload(f"Statement {_id(statement)!r} is a page of several.", "Ask the bank for it in one.")


def _id(element: Element) -> str:
    """Return the bank's id of a statement or notification; some banks make it of the account's number."""
    account_number = _account_number(element)
    name = text_of(element, "Id")
    return name.replace(account_number, masked(account_number)) if account_number else name


def _account_number(element: Element) -> str:
    return text_of(element, "Acct/Id/IBAN") or text_of(element, "Acct/Id/Othr/Id")


def _report(element: Element, header: Element | None) -> dict[str, Any]:
    account = element.find("Acct")
    account_number = _account_number(element)
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
        raise MalformedPayload(
            f"Statement {record['statement_id']!r} cannot be added up: its opening balance ({OPENING} or {PREVIOUS}), "
            f"its closing balance ({CLOSING}) or an amount is missing or no number.",
            AGAIN,
        )
    if opening + sum(filter(None, amounts), Decimal(0)) != closing:
        raise MalformedPayload(
            f"Statement {record['statement_id']!r} does not foot: opening and entries are not the closing balance.",
            AGAIN,
        )


def _opening(statement: Element) -> Element | None:
    opening = _balance(statement, OPENING)
    return _balance(statement, PREVIOUS) if opening is None else opening


def _balance(statement: Element, code: str, *, last: bool = False) -> Element | None:
    """Return the balance of the first day, or of the last one: of several days a bank may tell each day's."""
    found = [each for each in statement.findall("Bal") if text_of(each, CODE) == code]
    found.sort(key=lambda balance: day_of(balance, "Dt"), reverse=last)
    return found[0] if found else None


def _first_day(opening: Element | None) -> str:
    """Return the day of an opening balance; what closed the day before opens the next one."""
    day = day_of(opening, "Dt")
    if text_of(opening, CODE) != PREVIOUS:
        return day
    try:
        return (date.fromisoformat(day[:10]) + timedelta(days=1)).isoformat()
    except ValueError:
        return day


def _signed(balance: Element | None) -> str:
    return "" if balance is None else signed(balance.find("Amt"), text_of(balance, "CdtDbtInd"))


def _currency(balance: Element | None) -> str:
    return "" if balance is None else currency_of(balance.find("Amt"))
