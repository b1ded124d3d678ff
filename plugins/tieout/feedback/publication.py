"""Publishing as a whole: what was taken over is confirmed, what differs becomes messages, the archive knows of them.

While a restore of the warehouse is not over, no message is made and none is sent (``restore``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import psycopg

from tieout.archive.store import Archive
from tieout.audit.upkeep import keep_up
from tieout.feedback import journal, reconcile, restore
from tieout.feedback.confirmation import Confirmed, confirm
from tieout.feedback.exceptions import enqueue_exceptions
from tieout.feedback.publish import enqueue
from tieout.feedback.published import Published
from tieout.feedback.targets import Target
from tieout.feedback.unsent import report_unsent

# Due by the wall clock, or soon enough that a delivering run may wait for it.
_WAITS = """
    select exists (
        select 1 from feedback.queue where target = %s and due_at <= clock_timestamp() + interval '1 minute'
    )
"""


@dataclass(frozen=True)
class Publication:
    """What a publication did. ``off``: what must happen before anything is published again after a restore."""

    confirmed: Confirmed = field(default_factory=lambda: Confirmed(0, 0))
    published: Sequence[Published] = ()
    off: Sequence[str] = ()

    @property
    def live(self) -> int:
        """Messages to be sent."""
        return sum(each.live for each in self.published)

    @property
    def shadow(self) -> int:
        """Messages that are kept and not sent."""
        return sum(each.shadow for each in self.published)


def publish(
    connection: psycopg.Connection,
    archive: Archive,
    run_ids: Sequence[str],
    *,
    targets_config: Mapping[str, Target],
    now: datetime,
) -> Publication:
    """Confirm, make messages of what the runs concluded, keep them in the archive, chain the audit trail. Commits.

    Raises:
        ConfigurationError: a run failed or does not exist, or the archive is another warehouse's.
    """
    found = restore.look(connection, archive, now)
    if found is not None and (off := reconcile.unread(connection, found, targets_config)):
        connection.rollback()
        return Publication(off=off)
    confirmed = confirm(connection, now, targets_config=targets_config)
    published = [enqueue(connection, run_id=run_id, now=now, targets_config=targets_config) for run_id in run_ids]
    if found is not None:
        reconcile.settle(connection, found, now)
    report_unsent(connection, now, targets_config)
    published.append(enqueue_exceptions(connection, now=now, targets_config=targets_config))
    connection.commit()
    with journal.held(connection):
        journal.write(connection, archive, now)
    keep_up(connection, now)
    return Publication(confirmed, published)


def tell_exceptions(
    connection: psycopg.Connection, archive: Archive, *, targets_config: Mapping[str, Target], now: datetime
) -> Published | None:
    """Make messages of the technical exceptions that changed, for the archive too; None while that is off. Commits.

    Raises:
        ConfigurationError: the archive is another warehouse's.
    """
    if restore.look(connection, archive, now) is not None:
        return None
    published = enqueue_exceptions(connection, now=now, targets_config=targets_config)
    connection.commit()
    if published.messages:
        with journal.held(connection):
            journal.write(connection, archive, now)
    return published


def may_send(connection: psycopg.Connection, archive: Archive, target: str, now: datetime) -> bool:
    """Whether a delivering run may send to a target; where something waits, the archive is told before. Commits.

    Raises:
        ConfigurationError: the archive is another warehouse's.
    """
    if restore.look(connection, archive, now) is not None:
        return False
    row = connection.execute(_WAITS, (target,)).fetchone()
    connection.rollback()
    if row and row[0]:
        with journal.held(connection):
            journal.write(connection, archive, now, sends=True)
    return True
