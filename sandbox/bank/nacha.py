"""Reads NACHA files of CCD credits as strictly as an originating bank does."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from sandbox.bank.accounts import ROUTING
from sandbox.bank.model import FileRefused, Instruction, PaymentFile

WIDTH, BLOCK = 94, 10
FILLER = "9" * WIDTH
CREDITS = ("22", "32")
MALFORMED, WRONG_SUM = "FF01", "AM10"
HASH_MODULUS = 10**10


@dataclass
class _Entry:
    """An entry detail with the texts of its addenda."""

    line: str
    addenda: list[str] = field(default_factory=list)

    @property
    def amount(self) -> Decimal:
        """In dollars."""
        return Decimal(int(self.line[29:39])) / 100

    @property
    def receiver(self) -> int:
        """The eight digits of the receiving bank that the hash adds up."""
        return int(self.line[3:11])


@dataclass
class _Batch:
    """A company's batch."""

    header: str
    entries: list[_Entry] = field(default_factory=list)


def read(content: bytes, account: str) -> PaymentFile:
    """Read a file; `account` is the customer's, which is debited.

    Raises:
        FileRefused: a record is out of its place, or a count, hash or total is wrong.
    """
    lines = _lines(content)
    header = lines[0]
    message_id = header[13:23].strip() + header[23:33] + header[33]
    try:
        batches = list(_batches(lines, message_id))
        instructions = [_instruction(batch, entry, message_id, account) for batch in batches for entry in batch.entries]
    except ValueError as error:
        raise FileRefused(MALFORMED, "A number or date of the file is none.", message_id) from error
    if not instructions:
        raise FileRefused(MALFORMED, "The file has no entries.", message_id)
    return PaymentFile(message_id, "nacha", tuple(instructions), header[13:23].strip())


def _lines(content: bytes) -> list[str]:
    try:
        lines = content.decode("ascii").splitlines()
    except UnicodeDecodeError as error:
        raise FileRefused(MALFORMED, "The file has characters beyond ASCII.") from error
    if not lines or len(lines) % BLOCK or any(len(line) != WIDTH for line in lines):
        raise FileRefused(MALFORMED, "The file is not made of blocks of ten lines of 94 characters.")
    if lines[0][0] != "1" or lines[0][3:13].strip() != ROUTING:
        raise FileRefused(MALFORMED, "The file does not begin with a header to this bank.")
    while lines[-1] == FILLER:
        lines.pop()
    return lines


def _batches(lines: list[str], message_id: str) -> Iterator[_Batch]:
    """Yield batches; each control record must agree with what it closes."""
    batch: _Batch | None = None
    closed: list[_Batch] = []
    for line in lines[1:-1]:
        kind = line[0]
        if kind == "5" and batch is None and line[50:53] in ("CCD", "PPD", "CTX"):
            batch = _Batch(line)
        elif kind == "6" and batch is not None and line[1:3] in CREDITS:
            batch.entries.append(_Entry(line))
        elif kind == "7" and batch is not None and batch.entries:
            batch.entries[-1].addenda.append(line[3:83].rstrip())
        elif kind == "8" and batch is not None:
            _check_batch(batch, line, message_id)
            closed.append(batch)
            yield batch
            batch = None
        else:
            raise FileRefused(MALFORMED, f"A record of type {kind!r} is out of its place.", message_id)
    if batch is not None or lines[-1][0] != "9":
        raise FileRefused(MALFORMED, "The file or a batch has no control record.", message_id)
    _check_file(closed, lines, message_id)


def _check_batch(batch: _Batch, control: str, message_id: str) -> None:
    _check((int(control[4:10]), int(control[10:20]), int(control[32:44])), [batch], message_id)
    if control[87:94] != batch.header[87:94] or int(control[20:32]):
        raise FileRefused(WRONG_SUM, "A batch's control record is of another batch, or has debits.", message_id)


def _check_file(batches: list[_Batch], lines: list[str], message_id: str) -> None:
    control = lines[-1]
    _check((int(control[13:21]), int(control[21:31]), int(control[43:55])), batches, message_id)
    blocks = -(-len(lines) // BLOCK)
    if int(control[1:7]) != len(batches) or int(control[7:13]) != blocks:
        raise FileRefused(WRONG_SUM, "The file's control record counts other batches or blocks.", message_id)


def _check(stated: tuple[int, int, int], batches: list[_Batch], message_id: str) -> None:
    """Compare records, entry hash and credits in cents with what is there."""
    entries = [entry for batch in batches for entry in batch.entries]
    count = sum(1 + len(entry.addenda) for entry in entries)
    total = sum(int(entry.line[29:39]) for entry in entries)
    if stated != (count, sum(entry.receiver for entry in entries) % HASH_MODULUS, total):
        raise FileRefused(WRONG_SUM, "A count, the entry hash or the total of credits is wrong.", message_id)


def _instruction(batch: _Batch, entry: _Entry, message_id: str, account: str) -> Instruction:
    line = entry.line
    return Instruction(
        message_id=message_id,
        group_ref=batch.header[20:40].strip() or f"{message_id}-{int(batch.header[87:94])}",
        instruction_id=line[79:94],
        end_to_end_id=line[39:54].strip(),
        account=account,
        amount=entry.amount,
        currency="USD",
        creditor=line[54:76].strip(),
        creditor_account=line[12:29].strip(),
        creditor_routing=line[3:12],
        remittance=" ".join(entry.addenda),
        method="ach",
        requested=_date(batch.header[69:75]),
        trace=line[79:94],
    )


def _date(text: str) -> date | None:
    return datetime.strptime(text, "%y%m%d").date() if text.strip() else None  # noqa: DTZ007 - a date alone
