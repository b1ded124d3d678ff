"""Tells a service desk of technical exceptions: once when one opens, dies or is over.

The desired state is that of ``ops.incident`` as of now, not that of a transformation: an extraction that fails must be
heard of although nothing is concluded. Exceptions of single messages go together by target and operation, so that a
thousand dead letters are one ticket; how many there are is told, and is no news by itself. What is wrong with the desk
itself is not told to the desk. Rules: docs/reference/feedback.md, Technical exceptions.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import psycopg

from tieout import operations
from tieout.feedback import incidents
from tieout.feedback.difference import Stated
from tieout.feedback.publish import insert_differences
from tieout.feedback.published import Published, record_published
from tieout.feedback.targets import Target

OPERATION = "technical_exception"
RUN = "technical exceptions"  # stands in the place of a transformation's id
MESSAGE = 1000  # characters

_STATED = """
    with failing as (
        select
            case
                when i.fingerprint like 'feedback:dead:%%' or i.fingerprint like 'feedback:not taken over:%%'
                    then concat_ws(':', 'feedback', split_part(i.fingerprint, ':', 2), i.source_system, i.object)
                else i.fingerprint
            end as exception_id,
            i.*
        from ops.incident as i
        where i.state <> 'resolved' and i.source_system is distinct from %(target)s
    ),

    unsolved as (
        select
            exception_id,
            case when bool_or(state = 'dead') then 'dead' else 'open' end as status,
            min(class) as class,
            jsonb_build_object(
                'system', min(source_system),
                'object', min(object),
                'message', left((array_agg(message order by last_seen_at desc, incident_id desc))[1], %(characters)s),
                'things', count(*),
                'runbook', min(runbook),
                'firstSeenAt', to_char(min(first_seen_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
            ) as more
        from failing
        group by exception_id
    ),

    told as (
        select distinct on (subject_id) subject_id as exception_id, body
        from feedback.outbox
        where target = %(target)s and operation = %(operation)s and mode = %(mode)s
        order by subject_id, sequence desc
    ),

    exception as (
        select exception_id, status, class, more
        from unsolved
        union all
        select exception_id, 'resolved', body ->> 'class', body - 'exceptionId' - 'status' - 'class'
        from told
        where exception_id not in (select exception_id from unsolved)
    )

    select
        %(target)s as target,
        %(operation)s as operation,
        'ALL' as entity_id,
        'incident' as subject_type,
        exception_id as subject_id,
        exception_id as target_key,
        more || jsonb_build_object('exceptionId', exception_id, 'status', status, 'class', class) as body,
        encode(sha256(convert_to(status || '|' || class, 'UTF8')), 'hex') as facts_sha256,
        status as readback,
        null as correlation_id
    from exception
"""


def enqueue_exceptions(
    connection: psycopg.Connection, *, now: datetime, targets_config: Mapping[str, Target]
) -> Published:
    """Make messages of the technical exceptions that changed, for each target that takes them; the caller commits.

    ``now`` is the business clock. Running it again adds nothing. What breaks a target's schema is not told to it and
    is a technical exception of its own: verdicts must not wait for a ticket.
    """
    published = Published()
    found: dict[str, dict[str, Any]] = {}
    for target in targets_config.values():
        if OPERATION not in target.operations:
            continue
        parameters = {
            "target": target.name,
            "operation": OPERATION,
            "mode": target.operations[OPERATION].mode,
            "characters": MESSAGE,
        }
        made = insert_differences(connection, Stated(_STATED, RUN, now, parameters), targets_config)
        published.messages.update(made.messages)
        found |= _not_told(target.name, made)
    operations.raise_found(connection, found, kinds=[incidents.EXCEPTION], at=now)
    record_published(connection, published, RUN, now)
    return published


def _not_told(target: str, made: Published) -> dict[str, dict[str, Any]]:
    """Return the technical exception of bodies that broke the schema, by fingerprint: the target's own trouble."""
    if not made.invalid:
        return {}
    breaches = ", ".join(sorted(breach for *_, breach in made.invalid))
    return {
        incidents.fingerprint(incidents.EXCEPTION, target): {
            "incident_class": "contract broken",
            "message": f"{made.invalid.total()} technical exceptions were not told: {breaches}."
            f" Correct config/feedback/schemas/{target}_{OPERATION}_v*.json.",
            "runbook": "publish",
            "source_system": target,
            "object_name": OPERATION,
        }
    }
