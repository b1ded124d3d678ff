"""Lands again what the archive received after the backup from which the warehouse was restored.

The sources are not asked: what they sent is in the archive, also the files that were moved away since. Each pull is
landed as it was, so that its batches have the ids that they had. Doing it again adds nothing.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg

from tieout.archive.keys import Keys
from tieout.archive.store import Archive
from tieout.errors import TieoutError
from tieout.landing import taken_files
from tieout.landing.attempts import Attempt
from tieout.landing.configuration_files import Configuration
from tieout.landing.land import Landed, Landing, PullFacts, land
from tieout.landing.manifest import Entry, Interval, Pull
from tieout.landing.outcome import FeedOutcome, Outcome
from tieout.landing.profile import Feed
from tieout.sources.files import FileRead
from tieout.warehouse.connection import connect

log = logging.getLogger(__name__)

MARGIN = timedelta(days=1)
"""Business time before the last extraction that the warehouse knows, in which pulls are looked at, too."""
_KNOWN_UNTIL = "select max(started_at) from ops.interface_run where direction = 'extract'"


@dataclass(frozen=True)
class Lost:
    """A pull that the warehouse may not know: where its manifest is, and when it was opened (business time)."""

    system: str
    feed: str
    interval: Interval
    path: str
    opened_at: datetime


@dataclass(frozen=True)
class Recovery:
    """How many pulls were landed, or were found to be there, and what came of each source."""

    pulls: int
    outcomes: list[Outcome]


def recover(
    dsn: str, configuration: Configuration, archive_root: Any, keys: Keys, *, trace_id: str, now: datetime
) -> Recovery:
    """Land what the archive has and the warehouse does not know, in the order in which it was received.

    ``now`` is the business clock: rows are known from the next run of the gate on, not from when they were first.

    A pull that fails does not stop the others; the outcomes say so.
    """
    archive = Archive(archive_root, keys)
    with connect(dsn) as connection:
        outcomes: dict[str, dict[str, FeedOutcome]] = {}
        pulls = 0
        for lost in _lost(connection, archive):
            profile = configuration.profiles.get(lost.system)
            feed = next((one for one in profile.feeds if one.name == lost.feed), None) if profile else None
            if profile is None or feed is None:
                log.warning("%s: no source has this feed any more", lost.path)
                continue
            landing = Landing(configuration, profile, archive, keys, "manual", trace_id)
            outcome = outcomes.setdefault(lost.system, {}).setdefault(
                lost.feed, FeedOutcome(lost.feed, [one.object for one in feed.objects])
            )
            try:
                outcome.landed += _land(connection, landing, feed, lost, now)
                connection.commit()
                pulls += 1
            except TieoutError as error:
                connection.rollback()
                log.warning("%s: %s", lost.path, error)
                outcome.error = error
    whole = Interval(now, now)
    return Recovery(pulls, [Outcome(name, whole, list(feeds.values())) for name, feeds in sorted(outcomes.items())])


def _lost(connection: psycopg.Connection, archive: Archive) -> Sequence[Lost]:
    row = connection.execute(_KNOWN_UNTIL).fetchone()
    since = row[0] - MARGIN if row and row[0] else None
    connection.rollback()
    found = [lost for lost in _pulls(archive) if since is None or lost.opened_at >= since]
    return sorted(found, key=lambda lost: (lost.opened_at, lost.interval.end, lost.path))


def _pulls(archive: Archive) -> Iterator[Lost]:
    for name in archive.names("pulls"):
        parts = name.split("/")
        if len(parts) != 6 or parts[-1] != "opened.json":
            continue
        opened = archive.recall(name) or {}
        if "opened_at" in opened:
            path = "/".join(parts[:-1])
            opened_at = datetime.fromisoformat(opened["opened_at"])
            yield Lost(parts[1], parts[2], Interval.parse(parts[3]), path, opened_at)


def _land(connection: psycopg.Connection, landing: Landing, feed: Feed, lost: Lost, now: datetime) -> list[Landed]:
    pull = Pull.at(landing.archive, lost.path)
    if not isinstance(feed.read, FileRead):
        facts = PullFacts(lost.interval, pull.path, pull.content_sha256, pull.entries)
        return land(connection, landing, feed, facts, now) if pull.landed else []
    landed: list[Landed] = []
    for number, entry in enumerate(pull.entries):
        if pull.entry_landed(number):
            landed += land(connection, landing, feed, PullFacts(lost.interval, pull.path, entry.sha256, [entry]), now)
            _note_file(connection, landing, lost, entry, now)
    return landed


def _note_file(connection: psycopg.Connection, landing: Landing, lost: Lost, entry: Entry, now: datetime) -> None:
    """Note that the file was taken, so that it is not awaited, nor taken where it is still in its folder."""
    taken_files.record_file(
        connection,
        Attempt(lost.system, lost.feed, lost.interval, None, None, landing.trace_id),
        path=entry.state["path"],
        size=entry.state["size"],
        modified_at=datetime.fromisoformat(entry.modified_at),
        sha256=entry.sha256,
        outcome="landed",
        message="landed from the archive after a restore",
        at=now,
    )
