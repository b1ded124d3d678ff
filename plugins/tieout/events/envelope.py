"""The envelope of an event: its id, its type, when it happened, and the record (envelope_schema.json)."""

import json as plain_json
from codecs import BOM_UTF8
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from jsonschema import Draft202012Validator, FormatChecker

from tieout.errors import MalformedPayload
from tieout.formats import json

SCHEMA = Path(__file__).with_name("envelope_schema.json")
FIRST_YEAR, LAST_YEAR = 1970, 9998
_FORMATS = FormatChecker(formats=())


class NotAnEvent(Exception):
    """JSON that is not an event; the message names the field, no value."""


@dataclass(frozen=True)
class Envelope:
    """What is known of an event before its data are looked at."""

    event_id: str
    event_type: str
    occurred_at: datetime


def read(body: bytes) -> Envelope:
    """Return the envelope of a body.

    Raises:
        MalformedPayload: it is not JSON.
        NotAnEvent: it does not agree with the schema.
    """
    if body.startswith(BOM_UTF8):
        raise MalformedPayload("The body begins with a byte-order mark.", "JSON has none (RFC 8259, section 8.1).")
    document = json.parse(body)
    for problem in _validator().iter_errors(document):
        where = ".".join(map(str, problem.absolute_path)) or "the event"
        # The validator's own message would repeat the value.
        raise NotAnEvent(f"{where} does not agree with the schema ({problem.validator}).")
    return Envelope(document["id"], document["type"], datetime.fromisoformat(document["occurredAt"]))


@_FORMATS.checks("date-time", raises=ValueError)
def _is_instant(value: object) -> bool:
    """Whether a text is a moment that every database and language can hold; another type is another rule's matter."""
    if not isinstance(value, str):
        return True
    moment = datetime.fromisoformat(value)
    return moment.tzinfo is not None and FIRST_YEAR <= moment.year <= LAST_YEAR


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(plain_json.loads(SCHEMA.read_text()), format_checker=_FORMATS)
