"""Reads the file of cheques that a customer issued: what is not in it is not paid."""

import csv
import io
from datetime import datetime
from decimal import Decimal, InvalidOperation

from sandbox.bank.model import FileRefused, Instruction, PaymentFile

COLUMNS = ["ACCOUNT", "CHEQUE", "ISSUED", "AMOUNT", "PAYEE", "ACTION"]
TRAILER, VOID = "TRL", "VOID"


def read(content: bytes, name: str) -> PaymentFile:
    """Read a file of issued cheques; its name stands for its message id.

    Raises:
        FileRefused: a column or the trailer is missing, a number or date is none, a total is wrong, or there is no
            cheque.
    """
    message_id = name.rpartition(".")[0]
    try:
        rows = list(csv.reader(io.StringIO(content.decode("ascii"), newline="")))
        if len(rows) < 3 or rows[0] != COLUMNS or rows[-1][0] != TRAILER:
            raise FileRefused("FF01", f"A header {','.join(COLUMNS)}, cheques and a trailer are expected.", message_id)
        listed = [dict(zip(COLUMNS, row, strict=True)) for row in rows[1:-1]]
        if [int(rows[-1][1]), Decimal(rows[-1][2])] != [len(listed), sum(Decimal(row["AMOUNT"]) for row in listed)]:
            raise FileRefused("AM10", "The trailer's count or sum is not the one of the cheques.", message_id)
        cheques = tuple(_cheque(row, message_id) for row in listed if row["ACTION"] != VOID)
    except (UnicodeDecodeError, ValueError, InvalidOperation, IndexError, csv.Error) as error:
        raise FileRefused("FF01", "The file is not CSV in ASCII with sound numbers and dates.", message_id) from error
    return PaymentFile(message_id, "positive_pay", cheques)


def _cheque(row: dict[str, str], message_id: str) -> Instruction:
    number = str(int(row["CHEQUE"]))
    return Instruction(
        message_id=message_id,
        group_ref=message_id,
        instruction_id=number,
        end_to_end_id=number,
        account=row["ACCOUNT"],
        amount=Decimal(row["AMOUNT"]),
        currency="USD",
        creditor=row["PAYEE"],
        creditor_account="",
        creditor_routing="",
        remittance="",
        method="cheque",
        requested=datetime.strptime(row["ISSUED"], "%Y%m%d").date(),  # noqa: DTZ007 - a date alone
    )
