"""Delimited text: bytes in, blocks of rows out.

Decoding is strict and names the position of the first byte that does not decode. Line ends may be LF, CRLF or CR,
also inside quotes. Memory is bounded by one block of rows.
"""

import codecs
import csv
import io
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import chain, islice

from tieout.errors import MalformedPayload
from tieout.formats.compression import gunzip, limit

Opener = Callable[[], Iterable[bytes]]
BLOCK_ROWS = 2000
MAX_FIELD = 1 << 20
MAX_LINE = 16 << 20
END_OF_FILE = "\x1a"  # what programs of DOS wrote behind the last line, and some publishers still do


@dataclass(frozen=True)
class Total:
    """A control total: a field of the trailer that must equal the sum of a column."""

    field: int
    column: str


@dataclass(frozen=True)
class Trailer:
    """The last record of a file: how it is known, and what in it must foot."""

    starts_with: str
    count: int | None = None
    totals: tuple[Total, ...] = ()


@dataclass(frozen=True)
class CsvFormat:
    """How a file is written: the profile's `format` of type csv."""

    delimiter: str = ","
    columns: tuple[str, ...] | None = None
    encodings: tuple[str, ...] = ("utf-8-sig",)
    quote: str | None = '"'
    gzip: bool = False
    skip_lines: int = 0
    max_bytes: int = 4 << 30
    trailer: Trailer | None = None
    nulls: tuple[str, ...] = ()


class CsvTable:
    """The rows of one file.

    Attributes:
        columns: names of the columns, from the format or the file's header; empty for an empty file.
    """

    def __init__(self, open_payload: Opener, form: CsvFormat) -> None:
        self._form = form
        self._reader = csv.reader(_lines(open_payload, form), **_dialect(form))
        self.columns = self._header()

    def blocks(self) -> Iterator[list[list[str]]]:
        """Yield the rows in blocks, each row with one text per column.

        Raises:
            MalformedPayload: the file does not parse, a row has another number of fields, or the trailer does not foot.
        """
        if not self.columns:
            return
        footing = Footing(self._form.trailer, self.columns) if self._form.trailer else None
        width = {len(self.columns)}
        for block in self._read_blocks():
            rows = footing.take(block) if footing else block
            if set(map(len, rows)) - width:
                rows = self._complete(rows)
            if rows:
                yield self._without_marks(rows)
        if footing:
            footing.check()

    def _header(self) -> tuple[str, ...]:
        if self._form.columns is not None:
            return self._form.columns
        try:
            header = next(self._reader, [])
        except csv.Error as error:
            raise self._malformed(str(error)) from error
        columns = tuple(name.strip() for name in header)
        doubled = sorted({name for name in columns if columns.count(name) > 1})
        if doubled:
            raise MalformedPayload(
                f"The header names {', '.join(doubled)} twice.", "Ask the source for a correct file."
            )
        return columns

    def _read_blocks(self) -> Iterator[list[list[str]]]:
        while True:
            try:
                block = list(islice(self._reader, BLOCK_ROWS))
            except csv.Error as error:
                raise self._malformed(str(error)) from error
            if not block:
                return
            yield block

    def _without_marks(self, rows: list[list[str]]) -> list[list[str]]:
        """Blank the values by which the source says that there is none."""
        nulls = frozenset(self._form.nulls)
        return [["" if value.strip() in nulls else value for value in row] for row in rows] if nulls else rows

    def _complete(self, rows: list[list[str]]) -> list[list[str]]:
        """Drop blank lines and a mark of the file's end; refuse rows of another width."""
        complete = [row for row in rows if row and row != [END_OF_FILE]]
        for row in complete:
            if len(row) != len(self.columns):
                raise self._malformed(f"a record has {len(row)} fields where {len(self.columns)} are expected")
        return complete

    def _malformed(self, what: str) -> MalformedPayload:
        return MalformedPayload(
            f"The file does not parse at or before line {self._reader.line_num}: {what}.",
            "Compare delimiter, quote and columns of the profile's format with the file; was it cut short?",
        )


class Footing:
    """Keeps the last record back, because it is the trailer, and adds up what the trailer states."""

    def __init__(self, trailer: Trailer, columns: tuple[str, ...]) -> None:
        self._trailer = trailer
        self._sums = [(total, columns.index(total.column), Decimal(0)) for total in trailer.totals]
        self._held: deque[list[str]] = deque()
        self._count = 0

    def take(self, block: list[list[str]]) -> list[list[str]]:
        """Return the rows that are certainly not the trailer."""
        rows = [*self._held, *(row for row in block if row)]
        self._held = deque(rows[-1:])
        body = rows[:-1]
        self._count += len(body)
        self._sums = [
            (total, index, added + sum((self._amount(row, index) for row in body), Decimal(0)))
            for total, index, added in self._sums
        ]
        return body

    def check(self) -> None:
        """Compare with the trailer.

        Raises:
            MalformedPayload: there is no trailer, or it does not foot.
        """
        last = self._held.pop() if self._held else []
        if not last or last[0].strip() != self._trailer.starts_with:
            raise MalformedPayload(
                f"The file has no trailer that starts with {self._trailer.starts_with!r}.", "Ask for the file again."
            )
        if self._trailer.count is not None:
            self._foot("number of records", self._stated(last, self._trailer.count), Decimal(self._count))
        for total, _, added in self._sums:
            self._foot(f"sum of {total.column}", self._stated(last, total.field), added)

    def _foot(self, what: str, stated: Decimal, found: Decimal) -> None:
        if stated != found:
            raise MalformedPayload(
                f"The control total does not foot: {what} is {found}, the trailer says {stated}.",
                "Ask the source for a complete file.",
            )

    @staticmethod
    def _stated(row: list[str], field: int) -> Decimal:
        try:
            return Decimal(row[field].strip())
        except (IndexError, InvalidOperation) as error:
            raise MalformedPayload(f"The trailer has no number in field {field}.", "Ask for the file again.") from error

    @staticmethod
    def _amount(row: list[str], index: int) -> Decimal:
        try:
            return Decimal(row[index].strip() or "0")
        except (IndexError, InvalidOperation) as error:
            raise MalformedPayload(
                "A column that the trailer totals holds something that is not a number.", "Look at the file by hand."
            ) from error


def _dialect(form: CsvFormat) -> dict:
    csv.field_size_limit(MAX_FIELD)
    if form.quote is None:
        return {"delimiter": form.delimiter, "quoting": csv.QUOTE_NONE, "strict": True}
    return {"delimiter": form.delimiter, "quotechar": form.quote, "strict": True}


def _lines(open_payload: Opener, form: CsvFormat) -> Iterator[str]:
    """Yield lines with their line ends, which the csv module needs to keep them inside quotes."""

    def plain() -> Iterable[bytes]:
        chunks = open_payload()
        return gunzip(chunks, form.max_bytes) if form.gzip else limit(chunks, form.max_bytes)

    texts = _decode(plain(), choose_encoding(plain, form.encodings))
    lines = chain.from_iterable(io.StringIO(piece, newline="") for piece in _whole_lines(texts))
    return islice(lines, form.skip_lines, None) if form.skip_lines else lines


def choose_encoding(open_plain: Opener, encodings: tuple[str, ...]) -> str:
    """Return the first encoding that decodes the whole payload; the last one is left for reading to find out.

    A declared list costs one more pass over the payload for each encoding but the last.
    """
    for encoding in encodings[:-1]:
        try:
            for _ in _decode(open_plain(), encoding):
                pass
        except MalformedPayload:
            continue
        return encoding
    return encodings[-1]


def _decode(chunks: Iterable[bytes], encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    position = 0
    for chunk in chain(chunks, (b"",)):
        held = len(decoder.getstate()[0])
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            byte = position - held + error.start
            raise MalformedPayload(
                f"Byte {byte} does not decode as {encoding}: {error.reason}.",
                "Declare the file's encoding in the profile, or ask the source for a correct file.",
            ) from error
        nul = text.find("\0")
        if nul >= 0:
            raise MalformedPayload(
                f"There is a NUL at or after byte {position}.", "Is the file in UTF-16? Declare its encoding."
            )
        position += len(chunk)
        yield text


def _whole_lines(texts: Iterable[str]) -> Iterator[str]:
    """Cut texts after line ends, so that CRLF is never parted and no line is cut."""
    carry = ""
    for text in texts:
        carry += text
        end = max(carry.rfind("\n"), carry.rfind("\r", 0, len(carry) - 1)) + 1
        # A CR that is followed by LF is not the end of its line; rfind of LF is larger then.
        if end:
            yield carry[:end]
            carry = carry[end:]
        elif len(carry) > MAX_LINE:
            raise MalformedPayload(
                f"A line is longer than {MAX_LINE} characters.", "Check delimiter, quote and encoding in the profile."
            )
    if carry:
        yield carry
