"""Makes messages: desired state, then difference.

``fb.fb_desired_state`` holds what each subject should look like at each target. A message is inserted wherever that
differs from the subject's last message, in the caller's transaction, so a run that is repeated adds nothing, and a
verdict taken back before it was published was never a message. A desired state that vanished sends nothing.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import psycopg

from tieout.errors import ConfigurationError
from tieout.feedback.difference import Desired, Stated, differences
from tieout.feedback.held_back import hold_back
from tieout.feedback.published import Published, tell
from tieout.feedback.targets import Target

_LOCK = "select pg_advisory_xact_lock(hashtext('tieout publish'))"
_RUN = "select as_of, sends_feedback, state from ops.run where run_id = %s"
_INSERT = """
    with message as (
        insert into feedback.outbox (
            target, operation, entity_id, subject_type, subject_id, sequence, target_key, body, facts_sha256,
            readback, schema_version, idempotency_key, mode, correlation_id, run_id, created_at, confirm_by
        )
        values (
            %(target)s, %(operation)s, %(entity_id)s, %(subject_type)s, %(subject_id)s, %(sequence)s,
            %(target_key)s, %(body)s::jsonb, %(facts_sha256)s, %(readback)s, %(schema_version)s,
            %(idempotency_key)s, %(mode)s, %(correlation_id)s, %(run_id)s, %(created_at)s, %(confirm_by)s
        )
        returning message_id, target, operation, entity_id, subject_id, mode
    )

    insert into feedback.queue (message_id, target, operation, entity_id, subject_id, due_at)
    select message_id, target, operation, entity_id, subject_id, 'epoch'
    from message
    where mode = 'live'
"""


def enqueue(
    connection: psycopg.Connection, *, run_id: str, now: datetime, targets_config: Mapping[str, Target]
) -> Published:
    """Insert what the run of the transformation concluded and the targets were not told yet; the caller commits.

    ``now`` is the business clock. Bodies that break the target's schema become a technical exception per kind of
    breach, and the others go on. Modes: ``off`` makes nothing, ``shadow`` makes messages that are never sent; what
    waits and is not live is held back (``held_back``).

    Raises:
        ConfigurationError: the run does not exist or failed.
    """
    row = connection.execute(_RUN, (run_id,)).fetchone()
    if row is None or row[2] == "failed":
        raise ConfigurationError(
            f"Run {run_id} cannot be published: it {'failed' if row else 'does not exist'}.",
            "Publish a run of the transformation that succeeded.",
        )
    as_of, sends_feedback, _ = row
    if not sends_feedback:
        return Published(sends=False)
    stated = Stated("select * from fb.fb_desired_state", run_id, max(now, as_of))
    published = insert_differences(connection, stated, targets_config)
    hold_back(connection, targets_config.values())
    tell(connection, published, run_id, now)
    return published


def insert_differences(
    connection: psycopg.Connection, stated: Stated, targets_config: Mapping[str, Target]
) -> Published:
    """Insert a message wherever what is stated differs from what was said last; the caller commits.

    One publication runs at a time, so that none makes a message twice.
    """
    connection.execute(_LOCK)
    published = Published()
    for chunk in differences(connection, stated, targets_config):
        rows = [
            _row(desired, targets_config, stated) for desired in chunk if _usable(desired, targets_config, published)
        ]
        with connection.cursor() as cursor:
            cursor.executemany(_INSERT, rows)
    return published


def idempotency_key(target: str, operation: str, subject_id: str, facts_sha256: str, sequence: int) -> str:
    """Return the key of a message: the same conclusion in the same place has the same key, and no other has."""
    content = json.dumps([target, operation, subject_id, facts_sha256, sequence], ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()


def _usable(desired: Desired, targets: Mapping[str, Target], published: Published) -> bool:
    if desired.mode == "unconfigured":
        published.unconfigured[desired.target, desired.operation] += 1
        return False
    breach = targets[desired.target].operations[desired.operation].invalid(_decoded(desired.body))
    if breach is not None:
        published.invalid[desired.target, desired.operation, _kind(breach)] += 1
        return False
    published.messages[desired.target, desired.operation, desired.mode] += 1
    return True


def _kind(breach: str) -> str:
    """A breach without positions in lists, so that a thousand bodies with one fault are one technical exception."""
    parts = breach.replace("]", "[").split("[")
    return "[]".join(part for part in parts if not part.isdigit())


def _decoded(body: str) -> Any:
    return json.loads(body, parse_float=Decimal)


def _row(desired: Desired, targets: Mapping[str, Target], stated: Stated) -> dict[str, Any]:
    key = idempotency_key(desired.target, desired.operation, desired.subject_id, desired.facts_sha256, desired.sequence)
    operation = targets[desired.target].operations[desired.operation]
    return vars(desired) | {
        "schema_version": operation.schema_version,
        "idempotency_key": key,
        "run_id": stated.run_id,
        "created_at": stated.created_at,
        "confirm_by": None if operation.read_back is None else stated.created_at + operation.confirmation_sla,
    }
