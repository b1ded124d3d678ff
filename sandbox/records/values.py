"""What is kept and asked for: documents, answers, intervals, keys."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from psycopg.types.json import Jsonb

KEY_SEPARATOR = "|"
Document = dict[str, Any]


@dataclass(frozen=True)
class Stored:
    """A document as its system shows it."""

    key: str
    text: str
    updated_at: datetime

    @property
    def doc(self) -> Document:
        """The document, numbers exact."""
        return json.loads(self.text, parse_float=Decimal)


@dataclass(frozen=True)
class Answered:
    """What a request with an idempotency key was, and got as answer."""

    request_sha256: str
    status: int
    answer: str


@dataclass(frozen=True)
class Window:
    """Half-open interval of change times; an end that is None is open."""

    start: datetime | None = None
    end: datetime | None = None


def joined(key: Sequence[object]) -> str:
    """Spell a record's key as one text."""
    return KEY_SEPARATOR.join(str(part) for part in key)


def as_json(doc: Any) -> Jsonb:
    """Wrap a document for PostgreSQL; what JSON cannot hold (decimals, dates) is spelled as text."""
    return Jsonb(doc, dumps=partial(json.dumps, default=str))
