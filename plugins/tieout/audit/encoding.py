"""How an event is hashed. Another program can do the same: docs/reference/trust.md, Audit, "Encoding".

An event is the JSON object of its columns, each a text or null, in the canonical form of RFC 8785. Times are UTC with
six digits of a second, ids are decimal texts, ``before`` and ``after`` are the texts that PostgreSQL gives for jsonb.
"""

import hashlib
import json
from collections.abc import Sequence

# The columns of audit.event by name, and how SQL gives each as text.
COLUMNS = {
    "event_id": "e.event_id::text",
    "at": """to_char(e.at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')""",
    "actor": "e.actor",
    "action": "e.action",
    "subject_type": "e.subject_type",
    "subject_id": "e.subject_id",
    "before": "e.before::text",
    "after": "e.after::text",
    "reason": "e.reason",
    "trace_id": "e.trace_id",
}
TEXTS = ", ".join(COLUMNS.values())
FIRST = "0" * 64
"""What stands for the hash before position 1."""

_NAMES = tuple(COLUMNS)


def document(texts: Sequence[str | None]) -> str:
    """Return the canonical text of an event, given its columns' texts in the order of ``COLUMNS``."""
    return json.dumps(dict(zip(_NAMES, texts, strict=True)), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def link(previous_sha256: str, texts: Sequence[str | None]) -> str:
    """Return an event's hash (64 hexadecimal digits), given the hash of the position before it."""
    return hashlib.sha256((previous_sha256 + document(texts)).encode()).hexdigest()
