"""Makes messages: desired state, then difference.

``fb.fb_desired_state`` holds what each subject should look like at each target. A message is inserted wherever that
differs from the subject's last message, in the caller's transaction, so a run that is repeated adds nothing, and a
verdict taken back before it was published was never a message. A desired state that vanished sends nothing.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from tieout import audit, operations
from tieout.errors import ConfigurationError
from tieout.feedback import incidents
from tieout.feedback.held_back import hold_back
from tieout.feedback.targets import Mode, Target

CHUNK = 1000  # rows held in memory at once
_LOCK = "select pg_advisory_xact_lock(hashtext('tieout publish'))"
_RUN = "select as_of, sends_feedback, state from ops.run where run_id = %s"

# A shadow message tells the target nothing: for a live one, only live messages count as said; and of these not one that
# a shadow message replaced before the target took it, which is not sent any more.
_DIFFERENCE = """
    with stated as ({stated}),

    desired as (
        select
            d.*,
            coalesce(
                %(modes)s -> d.target -> d.operation ->> d.entity_id,
                %(modes)s -> d.target -> d.operation ->> '*',
                'unconfigured'
            ) as mode
        from stated as d
    )

    select
        d.target, d.operation, d.entity_id, d.subject_type, d.subject_id, d.target_key, d.body::text as body,
        d.facts_sha256, d.readback, d.correlation_id, d.mode,
        coalesce(newest.sequence, 0) + 1 as sequence
    from desired as d
    left join lateral (
        select o.sequence
        from feedback.outbox as o
        where o.target = d.target and o.operation = d.operation and o.subject_id = d.subject_id
        order by o.sequence desc
        limit 1
    ) as newest on true
    left join lateral (
        select o.message_id, o.sequence, o.facts_sha256
        from feedback.outbox as o
        where o.target = d.target and o.operation = d.operation and o.subject_id = d.subject_id
            and (o.mode = 'live' or d.mode = 'shadow')
        order by o.sequence desc
        limit 1
    ) as said on true
    where d.mode <> 'off'
        and (
            said.facts_sha256 is distinct from d.facts_sha256
            or (
                newest.sequence > said.sequence
                and not exists (
                    select 1
                    from feedback.attempt as a
                    where a.message_id = said.message_id and a.outcome = 'acknowledged'
                )
                and not exists (select 1 from feedback.confirmation as c where c.message_id = said.message_id)
            )
        )
    order by d.target, d.operation, d.subject_id
"""
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


@dataclass(frozen=True)
class Desired:
    """One subject whose desired state differs from what was said last. ``body`` is the JSON text."""

    target: str
    operation: str
    entity_id: str
    subject_type: str
    subject_id: str
    target_key: str
    body: str
    facts_sha256: str
    readback: str
    correlation_id: str | None
    mode: str
    sequence: int


@dataclass(frozen=True)
class Stated:
    """Where desired states are read: a query of the columns of ``fb.fb_desired_state``, and its parameters.

    ``run_id`` and ``created_at`` (business time) go into the messages.
    """

    query: str
    run_id: str
    created_at: datetime
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Published:
    """What a publication did: messages by (target, operation, mode), bodies that broke the schema, unknown operations.

    ``sends`` is false where the run may not send (a backfill); nothing was looked at then.
    """

    sends: bool = True
    messages: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    invalid: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    unconfigured: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def live(self) -> int:
        """Messages to be sent."""
        return self._of_mode("live")

    @property
    def shadow(self) -> int:
        """Messages that are kept and not sent."""
        return self._of_mode("shadow")

    def _of_mode(self, mode: str) -> int:
        return sum(count for (_, _, of), count in self.messages.items() if of == mode)


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
    _tell(connection, published, run_id, now)
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


def differences(
    connection: psycopg.Connection, stated: Stated, targets: Mapping[str, Target]
) -> Iterator[list[Desired]]:
    """Yield what differs from what was said last, of whatever mode but off, some at a time.

    The cursor's snapshot does not see what is inserted meanwhile.
    """
    modes: dict[str, dict[str, dict[str, Mode]]] = {name: target.modes for name, target in targets.items()}
    with connection.cursor(name="tieout_difference", row_factory=class_row(Desired)) as cursor:
        query = _DIFFERENCE.replace("{stated}", stated.query)
        cursor.execute(query.encode(), {**stated.parameters, "modes": Jsonb(modes)})
        while chunk := cursor.fetchmany(CHUNK):
            yield chunk


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


def record_published(connection: psycopg.Connection, published: Published, run_id: str, now: datetime) -> None:
    """Record messages that were made in the audit trail."""
    for (target, operation, mode), count in sorted(published.messages.items()):
        audit.record(
            connection,
            at=now,
            actor="feedback",
            action="publish",
            subject_type="feedback operation",
            subject_id=f"{target}/{operation}",
            after={"messages": count, "mode": mode, "run_id": run_id},
        )


def _tell(connection: psycopg.Connection, published: Published, run_id: str, now: datetime) -> None:
    """Record the messages in the audit trail, and what could not become one as technical exceptions."""
    record_published(connection, published, run_id, now)
    found = {
        incidents.fingerprint(incidents.BODY, target, operation, breach): _said(
            target,
            operation,
            f"{count} bodies were not sent: {breach}. Correct the model or raise the schema's version.",
        )
        for (target, operation, breach), count in sorted(published.invalid.items())
    } | {
        incidents.fingerprint(incidents.UNKNOWN, target, operation): _said(
            target,
            operation,
            f"{count} conclusions were not sent: config/feedback/targets.yml does not name the operation.",
        )
        for (target, operation), count in sorted(published.unconfigured.items())
    }
    operations.raise_found(connection, found, kinds=[incidents.BODY, incidents.UNKNOWN], at=now)


def _said(target: str, operation: str, message: str) -> dict[str, Any]:
    return {
        "incident_class": "contract broken",
        "message": message,
        "runbook": "publish",
        "source_system": target,
        "object_name": operation,
    }
