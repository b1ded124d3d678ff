"""Delimited text: bytes in, blocks of rows out. Memory is bounded by one block of rows."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from tieout.errors import MalformedPayload
from tieout.formats.compression import gunzip, limit
from tieout.formats.decoding import Opener, text_lines
from tieout.formats.footing import Footing, Trailer

BLOCK_ROWS = 2000
MAX_FIELD = 1 << 20
END_OF_FILE = "\x1a"  # what programs of DOS wrote behind the last line, and some publishers still do


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

    lines = text_lines(plain, form.encodings)
    return islice(lines, form.skip_lines, None) if form.skip_lines else lines
