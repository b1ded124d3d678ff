"""The grammar of `format` in a feed: what a payload is (docs/reference/sources.md)."""

import codecs

from tieout.formats.csv import CsvFormat
from tieout.formats.documents import READERS, DocumentFormat
from tieout.formats.footing import Total, Trailer
from tieout.formats.json import JsonFormat
from tieout.landing.mapping_grammar import character
from tieout.landing.problems import Node
from tieout.landing.profile import Format


def read_format(node: Node) -> Format:
    """Return how a payload becomes records; a mistake is recorded with its line."""
    kind = node.child("type").choice(("csv", "json", *READERS))
    if kind == "json":
        node.keys({"type", "records", "max_bytes"})
        return JsonFormat(node.child("records").maybe_text(), node.child("max_bytes").integer(JsonFormat.max_bytes, 1))
    if kind in READERS:
        node.keys({"type", "max_bytes"})
        return DocumentFormat(kind, node.child("max_bytes").integer(DocumentFormat.max_bytes, 1))
    return _csv(node)


def _csv(node: Node) -> CsvFormat:
    allowed = {"type", "delimiter", "header", "columns", "encoding", "quote", "compression", "skip_lines", "max_bytes"}
    node.keys({*allowed, "trailer", "nulls"}, required=("type",))
    if node.child("header").flag() == node.has("columns"):
        node.problem("needs either 'header: true' or 'columns'")
    columns = node.child("columns").texts()
    for column in {column for column in columns if columns.count(column) > 1}:
        node.child("columns").problem(f"{column!r} is named twice")
    return CsvFormat(
        delimiter=node.child("delimiter").checked(character, "one character", ","),
        columns=columns or None,
        encodings=_encodings(node.child("encoding")),
        quote=None if node.has("quote") and node.child("quote").value is None else _quote(node.child("quote")),
        gzip=node.child("compression").choice(("gzip", "none"), "none") == "gzip",
        skip_lines=node.child("skip_lines").integer(),
        max_bytes=node.child("max_bytes").integer(CsvFormat.max_bytes, 1),
        trailer=_trailer(node.child("trailer")) if node.has("trailer") else None,
        nulls=node.child("nulls").texts(),
    )


def _quote(node: Node) -> str:
    return node.checked(character, "one character, or null", '"')


def _encodings(node: Node) -> tuple[str, ...]:
    for name in node.texts():
        try:
            codecs.lookup(name)
        except LookupError:
            node.problem(f"{name!r} is not an encoding")
            return CsvFormat.encodings
    return node.texts() or CsvFormat.encodings


def _trailer(node: Node) -> Trailer:
    node.keys({"starts_with", "count", "totals"}, required=("starts_with",))
    totals = []
    for total in node.child("totals").elements() if node.has("totals") else ():
        total.keys({"field", "column"}, required=("field", "column"))
        totals.append(Total(total.child("field").integer(), total.child("column").text()))
    count = node.child("count").integer() if node.has("count") else None
    return Trailer(node.child("starts_with").text(), count, tuple(totals))
