"""Reading the archive again after a profile was corrected or an entity added: new versions of rows, the old ones stay.

The sources are not asked.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tieout.archive.keys import Keys
from tieout.archive.store import Archive
from tieout.errors import ConfigurationError, TieoutError
from tieout.landing.configuration_files import Configuration
from tieout.landing.land import Landed, Landing, PullFacts, land
from tieout.landing.manifest import Interval, Pull
from tieout.landing.outcome import FeedOutcome, Outcome
from tieout.landing.profile import EVENTS, Feed, Profile
from tieout.warehouse.connection import connect

log = logging.getLogger(__name__)

_PARSED_BEFORE = """
    select distinct feed, interval_start, interval_end, archive_manifest, payload_sha256
    from ops.batch
    where source_system = %(system)s
        and profile_version <= %(version)s
        and (profile_version < %(version)s or entity_codes_sha256 is distinct from %(entity_codes)s)
        and interval_end > %(start)s
        and interval_start < %(end)s
        and feed = any(%(feeds)s)
    order by interval_start, interval_end, archive_manifest, payload_sha256
"""


def reparse_source(
    system: str,
    interval: Interval,
    *,
    dsn: str,
    configuration: Configuration,
    archive_root: Any,
    keys: Keys,
    trace_id: str,
    now: datetime,
    feeds: Sequence[str] | None = None,
) -> Outcome:
    """Parse what was landed for intervals that touch this one with the profile's present version and today's entities.

    Args:
        system: name of the source.
        interval: what is parsed again.
        dsn: of the warehouse.
        configuration: with the corrected profile, whose version was counted up, or with entities that are new.
        archive_root, keys: of the archive.
        trace_id: of the run.
        now: the business clock.
        feeds: names of feeds; all where none are given.

    Returns:
        what came of each feed; a pull that fails does not stop the others. Doing it again adds nothing.

    Raises:
        ConfigurationError: there is no such source or feed.
    """
    profile = configuration.profile(system)
    archive = Archive(archive_root, keys)
    landing = Landing(configuration, profile, archive, keys, "reparse", trace_id)
    chosen = {feed.name: feed for feed in profile.feeds if feeds is None or feed.name in feeds}
    outcomes = {name: FeedOutcome(name, [one.object for one in feed.objects]) for name, feed in chosen.items()}
    if profile.events and (feeds is None or EVENTS in feeds):
        outcomes[EVENTS] = FeedOutcome(EVENTS, profile.events.objects)
    unknown = set(feeds or ()) - set(outcomes)
    if unknown:
        raise ConfigurationError(f"{system} has no feed {', '.join(sorted(unknown))}.", "See its profile.")
    with connect(dsn) as connection:
        parsed = connection.execute(
            _PARSED_BEFORE,
            {
                "system": system,
                "version": profile.version,
                "entity_codes": landing.entity_codes_sha256,
                "start": interval.start,
                "end": interval.end,
                "feeds": list(outcomes),
            },
        ).fetchall()
        connection.commit()
        for name, start, end, manifest, sha256 in parsed:
            try:
                pull = _facts(archive, manifest, sha256, Interval(start, end))
                feed = chosen.get(name) or _feed_of_events(profile, pull)
                outcomes[name].landed += _land(connection, landing, feed, pull, now)
            except TieoutError as error:
                connection.rollback()
                log.warning("%s: %s", manifest, error)
                outcomes[name].error = error
    return Outcome(system, interval, list(outcomes.values()))


def _feed_of_events(profile: Profile, pull: PullFacts) -> Feed:
    """Return how events that were landed together map now: their entry is named by their type."""
    event_type = pull.entries[0].name
    record = profile.events.record_of(event_type) if profile.events else None
    if record is None:
        raise ConfigurationError(f"{profile.system} has no event {event_type}.", "See `events` in its profile.")
    return record.feed


def _land(connection: Any, landing: Landing, feed: Feed, pull: PullFacts, now: datetime) -> list[Landed]:
    landed = land(connection, landing, feed, pull, now)
    connection.commit()
    return landed


def _facts(archive: Archive, manifest: str, content_sha256: str, interval: Interval) -> PullFacts:
    """Return the whole pull, or the one file of it that made the batch."""
    entries = Pull.at(archive, manifest).entries
    one = [entry for entry in entries if entry.sha256 == content_sha256]
    return PullFacts(interval, manifest, content_sha256, one[:1] or entries)
