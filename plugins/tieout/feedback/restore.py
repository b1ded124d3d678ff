"""Finds that the warehouse was restored from a backup: the archive knows of sendings that the warehouse does not know.

Delivery is off from then on until ``reconcile`` lets it go on. Rules: docs/reference/feedback.md, After a restore.
"""

from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.rows import class_row

from tieout import audit, operations
from tieout.archive.kept import look_ahead
from tieout.archive.store import Archive
from tieout.audit import anchors, chain
from tieout.audit.verify import RESTORED
from tieout.feedback import journal
from tieout.feedback.recovery import recover

FINGERPRINT = "warehouse:restored"
RUNBOOK = "restore_warehouse"

_OPEN = """
    select restore_id, found_at, sent_until, after_interface_run_id, pulls_landed is not null as landed
    from ops.restore
    where closed_at is null
"""
_BEGIN = """
    insert into ops.restore (
        found_at, found_by, journal_known, journal_found, sent_until, after_interface_run_id, messages_recovered
    )
    values (%s, %s, %s, %s, %s, (select coalesce(max(interface_run_id), 0) from ops.interface_run), %s)
"""


@dataclass(frozen=True)
class Restore:
    """A restore that is not over. ``sent_until``: business time of the last sending that the archive knows of.

    ``landed``: what the archive had received since the backup is in raw again.
    """

    restore_id: int
    found_at: datetime
    sent_until: datetime | None
    after_interface_run_id: int
    landed: bool


def look(connection: psycopg.Connection, archive: Archive, now: datetime) -> Restore | None:
    """Return the restore that is not over; find one that nobody has noticed. Commits.

    Raises:
        ConfigurationError: the archive is another warehouse's.
    """
    with journal.held(connection):
        return under_way(connection) or _find(connection, archive, now, None)


def declare(connection: psycopg.Connection, archive: Archive, now: datetime, by: str) -> Restore:
    """Say that the warehouse was restored, where nothing shows it; ``by`` is the person who says so. Commits."""
    with journal.held(connection):
        found = under_way(connection) or _find(connection, archive, now, by)
        if found is None:
            raise RuntimeError("A restore that was declared is there.")
        return found


def under_way(connection: psycopg.Connection) -> Restore | None:
    """Return the restore that is not over, as the warehouse knows it."""
    return connection.cursor(row_factory=class_row(Restore)).execute(_OPEN).fetchone()


def landed(connection: psycopg.Connection, found: Restore, pulls: int) -> None:
    """Note that so many pulls, all that the archive had received since the backup, are in raw; the caller commits."""
    connection.execute("update ops.restore set pulls_landed = %s where restore_id = %s", (pulls, found.restore_id))


def _find(connection: psycopg.Connection, archive: Archive, now: datetime, by: str | None) -> Restore | None:
    known = journal.last(connection, archive)
    number = known.number if known else 0
    if by is None and journal.read(archive, number + 1) is None:
        connection.rollback()
        return None
    recovered = recover(connection, archive, number)
    newest = recovered.entries[-1] if recovered.entries else known
    sent_until = datetime.fromisoformat(newest.at) if newest else None
    found_by = by or "journal"
    connection.execute(_BEGIN, (now, found_by, number, newest.number if newest else 0, sent_until, recovered.messages))
    found = under_way(connection)
    if found is None:
        raise RuntimeError("The restore was not recorded.")
    audit.record(
        connection,
        at=now,
        actor=found_by,
        action=RESTORED,
        subject_type="warehouse",
        subject_id=str(found.restore_id),
        before={"delivery": "on", "journal": number},
        after={
            "delivery": "off",
            "journal": newest.number if newest else 0,
            "messages_recovered": recovered.messages,
            "anchors_lost": _anchors_lost(connection, archive),
        },
    )
    operations.raise_incident(
        connection,
        fingerprint=FINGERPRINT,
        incident_class="pipeline failed",
        message=(
            f"The warehouse was restored from a backup: the archive knows of sendings up to {sent_until}."
            " Delivery is off. Start the DAG restore_warehouse."
        ),
        runbook=RUNBOOK,
        at=now,
        state="dead",
    )
    connection.commit()
    return found


def _anchors_lost(connection: psycopg.Connection, archive: Archive) -> list[int]:
    """Return the numbers of anchors that this warehouse did not write, or wrote and does not know any more."""
    known = max((each.number for each in anchors.noted(connection)), default=0)
    end = chain.head(connection).position

    def lost(number: int) -> anchors.Anchor | None:
        anchor = anchors.read(archive, number)
        if anchor is None or (anchor.position <= end and anchors.is_of_chain(connection, anchor)):
            return None
        return anchor

    return [number for number, anchor in look_ahead(known + 1, known, lost) if anchor is not None]
