"""BAI2 (Cash Management Balance Reporting, version 2): one record per account and day, with its transactions.

The package bai2 reads the lines and checks control totals and counts. An account's number is in a record as a
``Secret`` only.
"""

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_precision
from bai2.constants import AsOfDateModifier, GroupStatus, TypeCodeTransaction
from bai2.models import Account, Bai2File, Group, TransactionDetail

from tieout.errors import MalformedPayload
from tieout.formats.bai2_file import AGAIN, read
from tieout.formats.secret import Secret, masked, without_ibans

OPENING, CLOSING = "010", "015"  # ledger balances
CHEQUES = frozenset({"255", "395", "474", "475"})
RETURNS = frozenset({"123", "255", "257", "266", "555", "557"})
REVERSALS = frozenset({"252", "258", "395", "552", "558", "694"})
READ = (GroupStatus.update, GroupStatus.correction)
INTERIM = (AsOfDateModifier.interim_previous_day, AsOfDateModifier.interim_same_day)
MOVING = (TypeCodeTransaction.credit, TypeCodeTransaction.debit)  # others carry information
_REASON = re.compile(r"\bR\d\d\b")


def statements(content: bytes) -> list[dict[str, Any]]:
    """Return one record per account of each group, its transactions in ``entries``.

    Amounts are signed plain decimals as text: money out is negative. The sign is that of the transaction's type.

    Raises:
        MalformedPayload: cut short, a control total or count that is not that of the lines, a type code that the
            standard lacks, a group that deletes or tests, tells of a part of a day or of no day, or an account whose
            ledger balances are not there or do not foot. The message never quotes a line.

    The receiver of file and group is not in a record: many banks put the account's number there. An account without
    ledger balances and transactions, such as a loan's, is left out.
    """
    file = read(content)
    told = [(group, account) for group in file.children for account in group.children if _is_told(account)]
    found = [_statement(file, group, account) for group, account in told]
    repeated: Counter[str] = Counter()
    for record in found:  # two accounts may end in the same four digits
        repeated[record["statement_id"]] += 1
        if repeated[record["statement_id"]] > 1:
            record["statement_id"] += f"-{repeated[record['statement_id']]}"
    return found


def _is_told(account: Account) -> bool:
    return bool(account.children) or any(_balance(account, code) is not None for code in (OPENING, CLOSING))


def _must_be_final(group: Group) -> None:
    """Refuse what is no statement: an interim report is told again, as a whole, when its day is over."""
    header = group.header
    if header.group_status not in READ:
        raise MalformedPayload("A group of the file deletes or tests.", "Look at the file by hand.")
    if header.as_of_date_modifier in INTERIM:
        raise MalformedPayload("A group of the file is an interim report.", "Have the bank put final ones here alone.")
    if header.as_of_date is None:
        raise MalformedPayload("A group of the file does not say of which day it is.", AGAIN)


def _statement(file: Bai2File, group: Group, account: Account) -> dict[str, Any]:
    _must_be_final(group)
    number = account.header.customer_account_number or ""
    currency = account.header.currency or group.header.currency
    places = get_currency_precision(currency)
    day = group.header.as_of_date.isoformat()
    bank = group.header.originator_id or file.header.sender_id or ""
    record = {
        "statement_id": f"{bank}-{day.replace('-', '')}-{masked(number).lstrip('*')}",
        "file_id": file.header.file_id or "",
        "sender": file.header.sender_id or "",
        "account_masked": masked(number),
        "account_number": Secret(number),
        "currency": currency,
        "from": day,
        "to": day,
        "opening": _plain(_balance(account, OPENING), places),
        "closing": _plain(_balance(account, CLOSING), places),
        "entries": list(_entries(account, day, currency, places)),
    }
    _must_foot(record)
    return record


def _balance(account: Account, code: str) -> int | None:
    stated = (each for each in account.header.summary_items if each.type_code and each.type_code.code == code)
    return next((each.amount for each in stated if each.amount is not None), None)


def _entries(account: Account, day: str, currency: str, places: int) -> Iterator[dict[str, Any]]:
    for position, transaction in enumerate(account.children, start=1):
        code = transaction.type_code.code
        if transaction.type_code.transaction not in MOVING:
            continue
        debit = transaction.type_code.transaction is TypeCodeTransaction.debit
        amount = transaction.amount or 0
        reference = (transaction.customer_reference or "").strip()
        text = without_ibans(" ".join((transaction.text or "").split()))
        yield {
            "entry_number": str(position),
            "detail_number": "1",
            "booking_date": day,
            "value_date": _value_date(transaction, day),
            "amount": _plain(-amount if debit else amount, places),
            "currency": currency,
            "end_to_end_id": "" if code in CHEQUES else reference,
            "payment_group_ref": reference if debit and code not in CHEQUES else "",
            "cheque_number": reference.lstrip("0") if code in CHEQUES else "",
            "bank_ref": (transaction.bank_reference or "").strip(),
            "bank_code": code,
            "reversal": "true" if code in REVERSALS else "false",
            "return_reason": (_REASON.findall(text) or [""])[0] if code in RETURNS else "",
            "remittance": text,
        }


def _value_date(transaction: TransactionDetail, day: str) -> str:
    available = (transaction.availability or {}).get("date")
    return available.isoformat() if available else day


def _must_foot(record: dict[str, Any]) -> None:
    if not record["opening"] or not record["closing"]:
        raise MalformedPayload(
            f"Statement {record['statement_id']!r} has no opening or no closing ledger balance ({OPENING}, {CLOSING}).",
            "Have the bank report both.",
        )
    total = sum((Decimal(entry["amount"]) for entry in record["entries"]), Decimal(record["opening"]))
    if total != Decimal(record["closing"]):
        raise MalformedPayload(
            f"Statement {record['statement_id']!r} does not foot: opening and entries are not the closing balance.",
            AGAIN,
        )


def _plain(minor: int | None, places: int) -> str:
    return "" if minor is None else format(Decimal(minor).scaleb(-places), "f")
