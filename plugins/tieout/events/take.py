"""Lands the events that wait: archive, raw and outcome (docs/reference/feedback.md, Events in).

It can be killed anywhere and run again: what was not committed waits still, what was is settled. Rows that raw has
already are not landed again, whether an event or an extraction brought them first.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from tieout import settings
from tieout.archive.keys import Keys
from tieout.archive.store import Archive
from tieout.events import inbox
from tieout.events.round import Round, Taken
from tieout.landing.configuration_files import Configuration
from tieout.landing.land import Landing
from tieout.warehouse.connection import connect

# Events of a system that are landed in one transaction.
MOST = 500


def take_events(
    dsn: str,
    configuration: Configuration,
    archive: Archive,
    keys: Keys,
    *,
    trace_id: str,
    now: Callable[[], datetime] = settings.business_now,
    systems: Sequence[str] | None = None,
    origin: str = "scheduled",
) -> Taken:
    """Land every event that waits, oldest first; systems one after the other.

    Args:
        dsn: of the warehouse.
        configuration: profiles with their events, contracts, entities.
        archive: where payloads are kept.
        keys: that decrypt bodies, and encrypt sensitive fields.
        trace_id: of the run; on each row.
        now: the business clock.
        systems: whose events; all where none are given.
        origin: of the batches.

    Returns:
        what became of them. An event that does not map is rejected and a technical exception; no other waits for it.

    Raises:
        Transient: the warehouse cannot be reached.
    """
    taken = Taken()
    with connect(dsn) as connection:
        for system in inbox.systems_waiting(connection) if systems is None else systems:
            profile = configuration.profiles.get(system)
            landing = Landing(configuration, profile, archive, keys, origin, trace_id) if profile else None
            while Round(connection, system, landing, keys, now(), taken).run(MOST):
                connection.commit()
            connection.rollback()
    return taken
