"""Dead letters: listed with the answer received, and sent again when a person says so.

Only dead messages are replayed, with their own idempotency keys, so a replay of everything changes nothing that had
been delivered. A dead message that a newer conclusion replaced is superseded and is not listed.
"""

from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.rows import class_row

from tieout import audit, operations
from tieout.feedback import incidents

_DEAD = """
    select s.message_id, s.target, s.operation, s.entity_id, s.subject_id, s.attempt_count, s.status_code,
        s.error_class, s.response_excerpt as answer, s.last_attempt_at as died_at, s.correlation_id
    from feedback.message_state as s
    where s.state = 'dead'
        and (%(message_ids)s::bigint[] is null or s.message_id = any(%(message_ids)s))
        and (%(target)s::text is null or s.target = %(target)s)
        and (%(code)s::text is null or s.status_code::text = %(code)s or s.error_class = %(code)s)
        and (%(since)s::timestamptz is null or s.last_attempt_at >= %(since)s)
        and (%(until)s::timestamptz is null or s.last_attempt_at < %(until)s)
    order by s.message_id
"""
_STATE = "select state from feedback.message_state where message_id = %s"


@dataclass(frozen=True)
class Selection:
    """Which dead letters: what is not given does not narrow the choice.

    ``code`` is a status code (``"422"``) or a class of error (``"rejected"``). ``since`` and ``until`` are business
    time of the last attempt, half-open.
    """

    message_ids: tuple[int, ...] | None = None
    target: str | None = None
    code: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class DeadLetter:
    """A message that will not be tried again by itself, with the answer received (its first 500 characters)."""

    message_id: int
    target: str
    operation: str
    entity_id: str
    subject_id: str
    attempt_count: int
    status_code: int | None
    error_class: str | None
    answer: str | None
    died_at: datetime
    correlation_id: str | None


def dead_letters(connection: psycopg.Connection, selection: Selection | None = None) -> list[DeadLetter]:
    """Return the dead letters that the selection names, all without one."""
    chosen = selection or Selection()
    parameters = {
        "message_ids": None if chosen.message_ids is None else list(chosen.message_ids),
        "target": chosen.target,
        "code": chosen.code,
        "since": chosen.since,
        "until": chosen.until,
    }
    return connection.cursor(row_factory=class_row(DeadLetter)).execute(_DEAD, parameters).fetchall()


def replay(
    connection: psycopg.Connection,
    selection: Selection,
    *,
    now: datetime,
    wall_now: datetime,
    by: str,
    reason: str | None = None,
    dry_run: bool = True,
) -> list[DeadLetter]:
    """Make the selected dead letters pending again and return them; a dry run only returns them. The caller commits.

    ``by`` is the person who asks for it, ``now`` business time, ``wall_now`` the time from which they are due.
    """
    letters = dead_letters(connection, selection)
    if dry_run:
        return letters
    taken = [letter for letter in letters if _revive(connection, letter, now, wall_now, by, reason)]
    names = [incidents.fingerprint(incidents.DEAD, letter.message_id) for letter in taken]
    operations.mark_replayed(connection, names, at=now)
    return taken


def _revive(
    connection: psycopg.Connection,
    letter: DeadLetter,
    now: datetime,
    wall_now: datetime,
    by: str,
    reason: str | None,
) -> bool:
    """Put one message back; False where somebody else did so at the same time, or a newer one took its place."""
    queued = connection.execute(
        "insert into feedback.queue (message_id, target, operation, entity_id, subject_id, due_at)"
        " values (%s, %s, %s, %s, %s, %s) on conflict (message_id) do nothing",
        (letter.message_id, letter.target, letter.operation, letter.entity_id, letter.subject_id, wall_now),
    ).rowcount
    if not queued:
        return False
    # With its place in the queue taken nobody else can: what was delivered since it was listed is seen now.
    row = connection.execute(_STATE, (letter.message_id,)).fetchone()
    if row is None or row[0] != "dead":
        connection.execute("delete from feedback.queue where message_id = %s", (letter.message_id,))
        return False
    connection.execute(
        "insert into feedback.attempt (message_id, at, tried_at, outcome, worker) values (%s, %s, %s, 'replayed', %s)",
        (letter.message_id, now, wall_now, by),
    )
    audit.record(
        connection,
        at=now,
        actor=by,
        action="replay",
        subject_type="feedback message",
        subject_id=str(letter.message_id),
        before={"state": "dead", "status_code": letter.status_code, "error_class": letter.error_class},
        after={"state": "pending"},
        reason=reason,
        trace_id=letter.correlation_id,
    )
    return True
