"""Events of the audit trail: ``audit.event``, insert only (docs/reference/trust.md, Audit).

Written for payload changes, approvals, releases, retries and status transitions. An event is part of the
transaction of what it tells about: either both are there or neither is.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

_INSERT = """
    insert into audit.event (at, actor, action, subject_type, subject_id, before, after, reason, trace_id)
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
    returning event_id
"""


def record(
    connection: psycopg.Connection,
    *,
    at: datetime,
    actor: str,
    action: str,
    subject_type: str,
    subject_id: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str | None = None,
    trace_id: str | None = None,
) -> int:
    """Append one event in the caller's transaction and return its id.

    ``at`` is business time. ``actor`` is a person's name or the name of the part that acted. ``action`` is a verb
    (``release``, ``replay``, ``dead``). ``before`` and ``after`` are small documents of what changed; they must hold
    no bank account or tax id.
    """
    row = connection.execute(
        _INSERT,
        (at, actor, action, subject_type, subject_id, _document(before), _document(after), reason, trace_id),
    ).fetchone()
    if row is None:  # `insert … returning` of one row always answers; says so to the type checker
        raise RuntimeError("The audit event was not inserted.")
    return int(row[0])


def _document(value: Mapping[str, Any] | None) -> Jsonb | None:
    return None if value is None else Jsonb(dict(value))
