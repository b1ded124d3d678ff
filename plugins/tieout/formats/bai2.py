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
from bai2 import bai2
from bai2.constants import GroupStatus, TypeCodeTransaction
from bai2.exceptions import IntegrityException
from bai2.models import Account, Bai2File, Group, TransactionDetail

from tieout.errors import MalformedPayload
from tieout.formats.secret import Secret, masked

OPENING, CLOSING = ("010",), ("015",)  # ledger balances
CHEQUES = frozenset({"255", "395", "474", "475"})
RETURNS = frozenset({"123", "255", "257", "266", "555", "557"})
REVERSALS = frozenset({"252", "258", "395", "552", "558", "694"})
READ = (GroupStatus.update, GroupStatus.correction)
# File, groups, accounts, transactions: each ends before the next of its kind begins. Continuations (88) are left out.
_ORDER = re.compile(r"01(02(03(16)*49)+98)+99")
_REASON = re.compile(r"\bR\d\d\b")
AGAIN = "Ask the bank for the file again."


def statements(content: bytes) -> list[dict[str, Any]]:
    """Return one record per account of each group, its transactions in ``entries``.

    Amounts are signed plain decimals as text: money out is negative. The sign is that of the transaction's type.

    Raises:
        MalformedPayload: cut short, a control total or count that is not that of the lines, a type code that the
            standard lacks, a group that deletes or tests, or an account whose ledger balances do not foot. The
            message never quotes a line.

    The receiver of file and group is not in a record: many banks put the account's number there.
    """
    file = _parse(content)
    found = [_statement(file, group, account) for group in file.children for account in group.children]
    repeated: Counter[str] = Counter()
    for record in found:  # two accounts may end in the same four digits
        repeated[record["statement_id"]] += 1
        if repeated[record["statement_id"]] > 1:
            record["statement_id"] += f"-{repeated[record['statement_id']]}"
    return found


def _parse(content: bytes) -> Bai2File:
    try:
        text = content.decode("ascii")
        _must_be_whole(text)
        return bai2.parse_from_string(text)
    except MalformedPayload:
        raise
    except IntegrityException as error:
        raise MalformedPayload(f"The file does not foot: {error}.", AGAIN) from error
    except UnicodeDecodeError as error:
        raise MalformedPayload(f"The byte at {error.start} is not ASCII.", AGAIN) from error
    except Exception as error:
        # The package raises what happens to happen on a line that it cannot read, and quotes the line.
        raise MalformedPayload(f"The payload is not BAI2 ({type(error).__name__}).", AGAIN) from None


def _must_be_whole(text: str) -> None:
    """Refuse records out of order: on a file that was cut short the package never ends."""
    codes = [line.strip()[:2] for line in text.splitlines() if line.strip()]
    if not _ORDER.fullmatch("".join(code for code in codes if code != "88")):
        raise MalformedPayload("The records are out of order, or the file was cut short.", AGAIN)


def _statement(file: Bai2File, group: Group, account: Account) -> dict[str, Any]:
    if group.header.group_status not in READ:
        raise MalformedPayload("A group of the file deletes or tests.", "Look at the file by hand.")
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
        "opening": _balance(account, OPENING, places),
        "closing": _balance(account, CLOSING, places),
        "entries": list(_entries(account, day, currency, places)),
    }
    _must_foot(record)
    return record


def _balance(account: Account, codes: tuple[str, ...], places: int) -> str:
    for summary in account.header.summary_items:
        if summary.type_code and summary.type_code.code in codes and summary.amount is not None:
            return _plain(summary.amount, places)
    return ""


def _entries(account: Account, day: str, currency: str, places: int) -> Iterator[dict[str, Any]]:
    for position, transaction in enumerate(account.children, start=1):
        code = transaction.type_code.code
        debit = transaction.type_code.transaction is TypeCodeTransaction.debit
        amount = transaction.amount or 0
        reference = (transaction.customer_reference or "").strip()
        text = " ".join((transaction.text or "").split())
        yield {
            "entry_number": str(position),
            "detail_number": "1",
            "booking_date": day,
            "value_date": _value_date(transaction, day),
            "amount": _plain(-amount if debit else amount, places),
            "currency": currency,
            "end_to_end_id": "" if code in CHEQUES else reference,
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
        return  # the gate says which balance is missing
    total = sum((Decimal(entry["amount"]) for entry in record["entries"]), Decimal(record["opening"]))
    if total != Decimal(record["closing"]):
        raise MalformedPayload(
            f"Statement {record['statement_id']!r} does not foot: opening and entries are not the closing balance.",
            AGAIN,
        )


def _plain(minor: int, places: int) -> str:
    return format(Decimal(minor).scaleb(-places), "f")
