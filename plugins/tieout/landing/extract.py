"""Extraction of a source: archive first, then raw. One feed that fails does not stop the others.

Running it again for the same interval lands nothing twice. A retry of the same run goes on where the archive's manifest
ends: pages that are there are not read again, payloads that were archived but not loaded are loaded.
"""

import errno
import logging

import psycopg

from tieout.archive.store import Archive
from tieout.errors import MalformedPayload, TieoutError, Transient
from tieout.landing import attempts
from tieout.landing.context import Context
from tieout.landing.file_feeds import FileFeed
from tieout.landing.land import Landing, PullFacts, land
from tieout.landing.manifest import Entry, Interval, Pull
from tieout.landing.outcome import FeedOutcome, Outcome
from tieout.landing.profile import Feed
from tieout.landing.reading import FeedReader
from tieout.operations import raise_incident, resolve_incidents
from tieout.sources.endpoint import Window
from tieout.sources.files import FileRead
from tieout.warehouse.connection import connect

log = logging.getLogger(__name__)
RUNBOOK = "extract"
NO_SPACE = (errno.ENOSPC, errno.EDQUOT)


def extract_source(system: str, interval: Interval, *, context: Context) -> Outcome:
    """Extract every feed of a source over an interval.

    Args:
        system: name of the source.
        interval: [start, end).
        context: where everything is.

    Returns:
        what came of each feed. ``Outcome.raise_failures`` raises what failed; everything else is in raw by then.

    Raises:
        ConfigurationError: there is no such source.
        Transient: the warehouse cannot be reached.
    """
    profile = context.configuration.profile(system)
    archive = Archive(context.archive_root, context.keys)
    landing = Landing(context.configuration, profile, archive, context.keys, context.origin, context.trace_id)
    with connect(context.warehouse_dsn) as connection:
        feeds = [_Extraction(context, connection, landing, interval, feed).run() for feed in profile.feeds]
    return Outcome(system, interval, feeds)


class _Extraction:
    """One attempt at one feed."""

    def __init__(
        self, context: Context, connection: psycopg.Connection, landing: Landing, interval: Interval, feed: Feed
    ) -> None:
        self._context = context
        self._connection = connection
        self._landing = landing
        self._interval = interval
        self._feed = feed
        self._reader = FeedReader(context, landing, feed)
        self._attempt = attempts.Attempt(
            landing.profile.system, feed.name, interval, context.dag_id, context.dag_run_id, context.trace_id
        )
        self._outcome = FeedOutcome(feed.name, [mapping.object for mapping in feed.objects])

    def run(self) -> FeedOutcome:
        """Extract the feed and note how it went; only a lost warehouse is raised."""
        ids = attempts.start_attempt(self._connection, self._attempt, self._outcome.objects, self._context.now())
        self._connection.commit()
        try:
            self._extract()
        except TieoutError as error:
            self._connection.rollback()
            self._outcome.error = error
        except Exception as error:
            log.exception("feed %s of %s failed", self._feed.name, self._attempt.source_system)
            self._connection.rollback()
            self._outcome.error = _unexpected(error)
        self._note(ids)
        return self._outcome

    def _extract(self) -> None:
        pull = Pull.open(
            self._landing.archive,
            self._attempt.source_system,
            self._feed.name,
            self._interval,
            self._context.dag_run_id or self._context.trace_id,
            self._context.now(),
        )
        if pull.closed:
            log.info("%s of %s: landed by this run already", self._feed.name, self._attempt.source_system)
            return
        if isinstance(self._feed.read, FileRead):
            with self._reader.files() as files:
                feed = FileFeed(self._connection, self._landing, self._feed, self._attempt, files, self._context.now)
                feed.take(pull, self._context.pause, self._outcome)
        else:
            self._pull(pull)

    def _pull(self, pull: Pull) -> None:
        """Archive what the source has, then load it."""
        if not pull.completed:
            for payload in self._reader.payloads(self._window(), pull, self._outcome):
                stored = self._landing.archive.put(payload.chunks)
                pull.add(Entry(stored.sha256, stored.size, payload.name, "", payload.state))
            pull.complete()
        facts = PullFacts(self._interval, pull.path, pull.content_sha256, pull.entries)
        try:
            landed = land(self._connection, self._landing, self._feed, facts, self._context.now())
        except MalformedPayload as error:
            # Parsing the same bytes again would not help: the next attempt reads the source again.
            self._connection.rollback()
            attempts.record_rejection(self._connection, self._attempt, pull.content_sha256, error, self._context.now())
            self._connection.commit()
            pull.close("rejected")
            raise
        self._connection.commit()
        pull.close("landed")
        self._outcome.landed += landed

    def _window(self) -> Window:
        if not self._feed.cursor:
            return Window(self._interval.start, self._interval.end)
        start = attempts.window_start(self._connection, self._attempt)
        return Window(start - self._feed.cursor.overlap, self._interval.end)

    def _note(self, ids: dict[str, int]) -> None:
        """Write down how the attempt went: a row per object, and the technical exception or its end."""
        error = self._outcome.errors[0] if self._outcome.errors else None
        now = self._context.now()
        for name, interface_run_id in ids.items():
            attempts.end_attempt(
                self._connection,
                interface_run_id,
                rows_read=self._outcome.rows_read(name),
                rows_landed=self._outcome.rows_landed(name),
                retries=self._outcome.retries,
                error=error,
                at=now,
            )
        fingerprint = f"extract:{self._attempt.source_system}:{self._feed.name}"
        failure = self._outcome.error
        if failure:
            raise_incident(
                self._connection,
                fingerprint=fingerprint,
                incident_class=failure.incident_class,
                message=str(failure),
                runbook=RUNBOOK,
                at=now,
                source_system=self._attempt.source_system,
                object_name=", ".join(self._outcome.objects),
                state="retrying" if failure.incident_class in ("unavailable", "throttled") else "dead",
            )
        else:
            resolve_incidents(self._connection, [fingerprint], at=now)
        self._connection.commit()


def _unexpected(error: Exception) -> TieoutError:
    """Return what nobody expected as an error of ours. Its text may hold data, so only its kind is kept."""
    wrapped: TieoutError
    if isinstance(error, OSError) and error.errno in NO_SPACE:
        wrapped = Transient(f"The archive cannot be written: {error.strerror}.", "Make room; it is tried again.")
    else:
        wrapped = TieoutError(f"Landing failed: {type(error).__name__}.", "The task's log has the whole story.")
    wrapped.__cause__ = error
    return wrapped
