"""Reading a NACHA file's lines, with every control that the format has: lengths, order, counts, sums, entry hash."""

from collections.abc import Iterator
from dataclasses import dataclass

from tieout.errors import MalformedPayload
from tieout.formats import nacha_records as records
from tieout.formats.nacha_records import BLOCK, FILLER, RECORD, Totals, split, totals_of

AGAIN = "Ask the bank for the file again."


@dataclass(frozen=True)
class ReadBatch:
    """A batch: its header's fields, and each entry's line with its addenda lines."""

    header: dict[str, str]
    entries: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class ReadFile:
    """A file: its header's fields and its batches."""

    header: dict[str, str]
    batches: tuple[ReadBatch, ...]


def batches(content: bytes) -> ReadFile:
    """Read a file.

    Raises:
        MalformedPayload: cut short, a record of another length, a total or hash that is not that of the lines. The
            message names the line's number and never its content.
    """
    lines = _lines(content)
    try:
        return _file(lines)
    except (ValueError, IndexError) as error:
        raise MalformedPayload("A record of the file holds no number where one belongs.", AGAIN) from error


def _lines(content: bytes) -> list[str]:
    try:
        lines = [line.rstrip("\r") for line in content.decode("ascii").split("\n")]
    except UnicodeDecodeError as error:
        raise MalformedPayload(f"The byte at {error.start} is not ASCII.", AGAIN) from error
    while lines and not lines[-1]:
        lines.pop()
    for number, line in enumerate(lines, start=1):
        if len(line) != RECORD:
            raise MalformedPayload(f"Line {number} has {len(line)} characters, not {RECORD}.", AGAIN)
    while lines and lines[-1] == FILLER:
        lines.pop()
    return lines


def _file(lines: list[str]) -> ReadFile:
    if len(lines) < 2 or lines[0][0] != "1" or lines[-1][0] != "9":
        raise MalformedPayload("The file has no header or no control record: it was cut short.", AGAIN)
    found, totals = [], Totals()
    rest = iter(enumerate(lines[1:-1], start=2))
    for number, line in rest:
        if line[0] != "5":
            raise MalformedPayload(f"Line {number} does not begin a batch.", AGAIN)
        batch, of_batch = _batch(line, rest)
        found.append(batch)
        totals += of_batch
    control = split(records.FILE_CONTROL, lines[-1])
    _agree(control, totals, "file")
    blocks = -(-len(lines) // BLOCK)
    if (int(control["batches"]), int(control["blocks"])) != (len(found), blocks):
        raise MalformedPayload("The file's batches or blocks are not as many as its control record says.", AGAIN)
    return ReadFile(split(records.FILE_HEADER, lines[0]), tuple(found))


def _batch(header: str, rest: Iterator[tuple[int, str]]) -> tuple[ReadBatch, Totals]:
    entries: list[tuple[str, ...]] = []
    totals = Totals()
    for number, line in rest:
        if line[0] == "8":
            _agree(split(records.BATCH_CONTROL, line), totals, f"batch that ends in line {number}")
            return ReadBatch(split(records.BATCH_HEADER, header), tuple(entries)), totals
        if line[0] == "6":
            entries.append((line,))
        elif line[0] == "7" and entries:
            entries[-1] = (*entries[-1], line)
        else:
            raise MalformedPayload(f"Line {number} is out of order.", AGAIN)
        totals += totals_of(line)
    raise MalformedPayload("The last batch has no control record: the file was cut short.", AGAIN)


def _agree(control: dict[str, str], totals: Totals, what: str) -> None:
    for name, counted in totals.fields().items():
        if int(control[name]) != counted:
            raise MalformedPayload(f"The {name} of the {what} is not that of its lines.", AGAIN)
