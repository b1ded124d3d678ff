"""JSON: one page in, its records out. Numbers stay the text that the source wrote: no float is ever made."""

import json
import re
from dataclasses import dataclass
from typing import Any

from tieout.errors import MalformedPayload

# NUL and halves of surrogate pairs cannot be stored as text; they come only as escapes.
_UNSTORABLE_ESCAPE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True)
class JsonFormat:
    """Where the records of a page are: the profile's `format` of type json.

    ``within`` is where each record has what is mapped: an event is an envelope around it.
    """

    records: str | None = None
    max_bytes: int = 256 << 20
    within: str | None = None


def parse(content: bytes) -> Any:
    """Return the document, its numbers as text.

    Characters that no database stores (NUL, a lone half of a surrogate pair) become U+FFFD.

    Raises:
        MalformedPayload: not UTF-8 or not JSON; the message names the position.
    """
    try:
        document = json.loads(content.decode("utf-8-sig"), parse_float=str, parse_int=str, parse_constant=_refuse)
    except UnicodeDecodeError as error:
        raise MalformedPayload(
            f"Byte {error.start} does not decode as UTF-8: {error.reason}.", "JSON is UTF-8 (RFC 8259, section 8.1)."
        ) from error
    except RecursionError as error:
        raise MalformedPayload("The document is nested too deeply.", "Look at the payload by hand.") from error
    except ValueError as error:
        raise MalformedPayload(f"The payload is not JSON: {error}.", "A payload cut short is read again.") from error
    return _storable(document) if _UNSTORABLE_ESCAPE.search(content) else document


def records(document: Any, path: str | None) -> list[dict[str, Any]]:
    """Return the records at a dotted path; without one the document is the list, or the only record.

    Raises:
        MalformedPayload: there is nothing at the path, or something other than records.
    """
    found = document
    for step in path.split(".") if path else ():
        if not isinstance(found, dict) or step not in found:
            raise MalformedPayload(
                f"The document has no {path!r} (looked for {step!r}).",
                "Compare the profile's `records` with a payload.",
            )
        found = found[step]
    listed = [found] if isinstance(found, dict) else found
    if not isinstance(listed, list) or not all(isinstance(record, dict) for record in listed):
        raise MalformedPayload(
            f"What is at {path or 'the top'!r} is not a list of records.", "Compare `records` with a payload."
        )
    return listed


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return _UNSTORABLE.sub("�", value)
    if isinstance(value, list):
        return [_storable(element) for element in value]
    if isinstance(value, dict):
        return {_storable(name): _storable(element) for name, element in value.items()}
    return value
