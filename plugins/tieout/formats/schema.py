"""Validation of XML that we send against the official schema (``schemas/``, see the README there)."""

from functools import cache
from pathlib import Path

from lxml import etree

from tieout.errors import Unwritable

SCHEMAS = Path(__file__).parent / "schemas"


def validate(content: bytes, message: str) -> None:
    """Check a document of ours against the schema of its message, such as ``pain.001.001.09``.

    Raises:
        Unwritable: the schema refuses it. The message names elements, never their content: it may be an account number.
    """
    schema = _schema(message)
    document = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
    if schema.validate(document):
        return
    places = sorted({f"{_element(error.message)} (line {error.line})" for error in schema.error_log})
    raise Unwritable(f"The schema of {message} refuses {', '.join(places)}.", "Mend the record that it was made from.")


@cache
def _schema(message: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(SCHEMAS / f"{message}.xsd"))


def _element(says: str) -> str:
    """Return the element that libxml2 speaks of: ``Element '{…}IBAN': …``."""
    return says.partition("'")[2].partition("'")[0].rpartition("}")[2] or "the document"
