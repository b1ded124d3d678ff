"""Parsing: payloads of a feed become lines for COPY, for every object that the feed maps. Judges nothing."""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from tieout.formats import json
from tieout.formats.compression import limit
from tieout.formats.csv import CsvFormat, CsvTable
from tieout.formats.documents import DocumentFormat
from tieout.formats.json import JsonFormat
from tieout.landing.expressions import Vocabulary
from tieout.landing.mapping import Compiled, Facts, compile_mapping
from tieout.landing.profile import Feed, ObjectMapping
from tieout.landing.records import RecordRows, paths_of
from tieout.warehouse.contracts import Contract

Opener = Callable[[], Iterable[bytes]]
BLOCK_RECORDS = 1000


class ObjectRows:
    """What one mapping of a feed has yielded over a pull.

    Attributes:
        mapping, contract: of the object.
        number: rows so far; the last row's number in the batch.
    """

    def __init__(self, feed: Feed, mapping: ObjectMapping, contract: Contract, vocabulary: Vocabulary) -> None:
        self.mapping = mapping
        self.contract = contract
        self.number = 0
        self._feed = feed
        self._vocabulary = vocabulary
        self._compiled: dict[tuple[str, ...], Compiled] = {}
        self._missing: set[str] = set()
        self._unknown: set[str] = set()
        self._records: RecordRows | None = None

    @property
    def missing(self) -> list[str]:
        """Required fields whose paths the payloads did not have."""
        if not self.number:
            return []
        return sorted(self._missing | self._missing_in_records())

    @property
    def unknown(self) -> list[str]:
        """Names of fields that nobody named."""
        return sorted(self._unknown | (self._records.unknown if self._records else set()))

    def write_table(self, rows: list[list[str]], columns: tuple[str, ...], payload: int, facts: Facts) -> list[str]:
        """Return the lines of rows with these columns."""
        compiled = self._compiled.get(columns)
        if compiled is None:
            unnamed = _unnamed(self._feed, columns)
            compiled = compile_mapping(self._feed, self.mapping, self.contract, self._vocabulary, columns, unnamed)
            self._compiled[columns] = compiled
            self._missing |= compiled.missing
            self._unknown |= compiled.unknown
        lines, self.number = compiled.write(rows, payload, self.number, facts)
        return lines

    def write_records(self, records: Iterable[Mapping[str, Any]], payload: int, facts: Facts) -> Iterator[list[str]]:
        """Yield the lines of records in blocks."""
        if self._records is None:
            encrypt = self._vocabulary.keys.encrypt if self._feed.encrypt_extra else None
            self._records = RecordRows(self._feed, self.mapping, encrypt)
        columns = self._records.columns
        compiled = self._compiled.get(columns)
        if compiled is None:
            compiled = compile_mapping(self._feed, self.mapping, self.contract, self._vocabulary, columns)
            self._compiled[columns] = compiled
        rows = self._records.rows(records)
        while block := list(islice(rows, BLOCK_RECORDS)):
            lines, self.number = compiled.write(block, payload, self.number, facts)
            yield lines

    def _missing_in_records(self) -> set[str]:
        return set() if self._records is None else missing_fields(self.contract, self.mapping, self._records.unseen)


def missing_fields(contract: Contract, mapping: ObjectMapping, unseen: Container[str]) -> set[str]:
    """Return required fields of which every path is among those that no record had."""
    return {
        field.name
        for field in contract.fields
        if field.required
        and (rule := mapping.fields.get(field.name))
        and rule.paths
        and not rule.default
        and rule.origin != "function"
        and all(path in unseen for path in rule.paths)
    }


class FeedParser:
    """Parses the payloads of one pull of a feed."""

    def __init__(self, feed: Feed, contracts: Mapping[str, Contract], vocabulary: Vocabulary) -> None:
        self._feed = feed
        self.objects = [ObjectRows(feed, mapping, contracts[mapping.object], vocabulary) for mapping in feed.objects]

    def parse(self, open_payload: Opener, payload: int, facts: Facts) -> Iterator[tuple[ObjectRows, list[str]]]:
        """Yield lines by object, in blocks.

        Args:
            open_payload: starts reading the payload.
            payload: its number among those whose lines are loaded together.
            facts: values of the paths that begin with ``@``.

        Raises:
            MalformedPayload: it does not parse.
        """
        form = self._feed.format
        if isinstance(form, CsvFormat):
            table = CsvTable(open_payload, form)
            for rows in table.blocks():
                for target in self.objects:
                    yield target, target.write_table(rows, table.columns, payload, facts)
            return
        records = _records(open_payload, form)
        for target in self.objects:
            for lines in target.write_records(records, payload, facts):
                yield target, lines


def _records(open_payload: Opener, form: JsonFormat | DocumentFormat) -> list[dict[str, Any]]:
    content = b"".join(limit(open_payload(), form.max_bytes))
    if isinstance(form, DocumentFormat):
        return form.read(content)
    found = json.records(json.parse(content), form.records)
    return [record for outer in found for record in json.records(outer, form.within)] if form.within else found


def _unnamed(feed: Feed, columns: tuple[str, ...]) -> tuple[str, ...]:
    """Return the columns that neither a mapping of the feed nor its cursor or `ignore` names."""
    named = {path for mapping in feed.objects for path in paths_of(mapping)} | set(feed.ignore)
    if feed.cursor and feed.cursor.field:
        named.add(feed.cursor.field)
    return tuple(column for column in columns if column not in named)
