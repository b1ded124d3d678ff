"""What the readers of ISO 20022 messages share: documents, texts, signed amounts."""

from decimal import Decimal, InvalidOperation
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from tieout.errors import MalformedPayload

PREFIX = "urn:iso:std:iso:20022:tech:xsd:"


def document(content: bytes, messages: tuple[str, ...]) -> Element:
    """Return the root of a document of one of these messages (``camt.053.001.08``), its tags without namespace.

    Raises:
        MalformedPayload: not XML, with a document type or entities, or another message.
    """
    root = _root(content)
    namespace = root.tag.partition("}")[0].lstrip("{")
    if namespace.removeprefix(PREFIX) not in messages:
        raise MalformedPayload(f"The document's namespace is {namespace!r}.", f"{' and '.join(messages)} are read.")
    for element in root.iter():
        element.tag = element.tag.partition("}")[2]
    return root


def _root(content: bytes) -> Element:
    try:
        return ElementTree.fromstring(content, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    except DefusedXmlException as error:
        raise MalformedPayload(
            "The XML declares a document type or entities.", "No bank does; look at the file by hand."
        ) from error
    except (ParseError, ValueError, LookupError) as error:
        raise MalformedPayload(f"The payload is not XML: {error}.", "A file cut short is sent again.") from error


def text_of(element: Element | None, path: str) -> str:
    """Return the text at a path, blank where there is none."""
    if element is None:
        return ""
    found = element if path == "." else element.find(path)
    return "" if found is None else (found.text or "").strip()


def texts_of(element: Element | None, path: str) -> list[str]:
    """Return every text at a path."""
    return [] if element is None else [(found.text or "").strip() for found in element.findall(path)]


def first_of(element: Element | None, *paths: str) -> str:
    """Return the first text that is not blank."""
    return next(filter(None, (text_of(element, path) for path in paths)), "")


def number(text: str) -> Decimal | None:
    """Return a text as a number, none where it is not one."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def signed(amount: Element | None, indicator: str) -> str:
    """Return an amount as plain text, money out (``DBIT``) negative; what is no number stays as it came."""
    text = text_of(amount, ".")
    value = number(text)
    return format(-value, "f") if indicator == "DBIT" and value is not None else text


def currency_of(amount: Element | None) -> str:
    """Return the currency of an amount."""
    return "" if amount is None else amount.get("Ccy", "")


def day_of(element: Element | None, tag: str) -> str:
    """Return the date or the instant below a tag."""
    return first_of(element, f"{tag}/Dt", f"{tag}/DtTm")
