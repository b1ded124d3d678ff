"""Feeds of files: each file is taken whole, once; archived, loaded in a transaction of its own, then moved away."""

import logging
from collections.abc import Callable
from datetime import datetime

import psycopg

from tieout.errors import MalformedPayload
from tieout.landing import taken_files
from tieout.landing.attempts import Attempt, record_rejection
from tieout.landing.land import Landed, Landing, PullFacts, land
from tieout.landing.manifest import Entry, Pull
from tieout.landing.outcome import FeedOutcome
from tieout.landing.profile import Feed
from tieout.operations import raise_incident, resolve_incidents
from tieout.sources import files as source_files
from tieout.sources.files import FileInfo, FileRead, Files, NotStable

log = logging.getLogger(__name__)
RUNBOOK = "extract"


class FileFeed:
    """One attempt at one feed of files."""

    def __init__(
        self,
        connection: psycopg.Connection,
        landing: Landing,
        feed: Feed,
        attempt: Attempt,
        files: Files,
        now: Callable[[], datetime],
    ) -> None:
        if not isinstance(feed.read, FileRead):
            raise TypeError("The feed does not read files.")
        self._connection = connection
        self._landing = landing
        self._feed = feed
        self._read = feed.read
        self._attempt = attempt
        self._files = files
        self._now = now

    def take(self, pull: Pull, pause: Callable[[float], None], outcome: FeedOutcome) -> None:
        """Finish what an earlier attempt archived, then take what is ready."""
        for number, entry in enumerate(pull.entries):
            if not pull.entry_finished(number):
                self._land(pull, number, entry, outcome)
        for info in source_files.ready(self._files, self._read, pause):
            self._take(pull, info, outcome)
        pull.complete()
        pull.close("landed")

    def _take(self, pull: Pull, info: FileInfo, outcome: FeedOutcome) -> None:
        path = source_files.path_of(self._read, info.name)
        known = taken_files.file_outcome(self._connection, self._attempt, path, info.size, info.modified_at)
        self._connection.rollback()
        if known:
            # Taken before and still here: where a folder is configured, moving it did not work then.
            self._put_away(info.name, rejected=known == "rejected", suffix=info.modified_at.strftime("%Y%m%d%H%M%S"))
            return
        payload = source_files.payload(self._files, self._read, info)
        try:
            stored = self._landing.archive.put(payload.chunks, compress=not payload.compressed)
        except NotStable as waiting:
            log.info("%s", waiting)
            return
        state = {"path": path, "size": info.size}
        entry = Entry(stored.sha256, stored.size, info.name, info.modified_at.isoformat(), state)
        pull.add(entry)
        self._land(pull, len(pull.entries) - 1, entry, outcome)

    def _land(self, pull: Pull, number: int, entry: Entry, outcome: FeedOutcome) -> None:
        """Load one archived file; note that it was taken in the same transaction; then move it."""
        rejected = False
        try:
            outcome.landed += self._load(pull, entry)
        except MalformedPayload as error:
            self._connection.rollback()
            self._reject(entry, error)
            rejected = True
            outcome.rejected.append(MalformedPayload(f"{entry.name}: {error.message}", error.advice))
        self._connection.commit()
        pull.finish_entry(number, "rejected" if rejected else "landed")
        self._put_away(entry.name, rejected=rejected, suffix=entry.sha256)

    def _load(self, pull: Pull, entry: Entry) -> list[Landed]:
        repeated = taken_files.content_landed(self._connection, self._attempt, entry.sha256)
        facts = PullFacts(self._attempt.interval, pull.path, entry.sha256, [entry])
        landed = land(self._connection, self._landing, self._feed, facts, self._now())
        nothing_new = not any(one.rows_landed for one in landed)
        self._record(entry, "repeated" if repeated and nothing_new else "landed", None)
        resolve_incidents(self._connection, [self._fingerprint(entry)], at=self._now())
        return landed

    def _reject(self, entry: Entry, error: MalformedPayload) -> None:
        self._record(entry, "rejected", error.message)
        record_rejection(self._connection, self._attempt, entry.sha256, error, self._now())
        raise_incident(
            self._connection,
            fingerprint=self._fingerprint(entry),
            incident_class=error.incident_class,
            message=f"{entry.name}: {error}",
            runbook=RUNBOOK,
            at=self._now(),
            source_system=self._attempt.source_system,
            object_name=", ".join(mapping.object for mapping in self._feed.objects),
            state="dead",
        )

    def _record(self, entry: Entry, outcome: str, message: str | None) -> None:
        taken_files.record_file(
            self._connection,
            self._attempt,
            path=entry.state["path"],
            size=entry.state["size"],
            modified_at=datetime.fromisoformat(entry.modified_at),
            sha256=entry.sha256,
            outcome=outcome,
            message=message,
            at=self._now(),
        )

    def _put_away(self, name: str, *, rejected: bool, suffix: str) -> None:
        folder = self._read.reject if rejected else self._read.done
        source_files.put_away(self._files, self._read, name, folder, suffix)

    def _fingerprint(self, entry: Entry) -> str:
        return f"extract:{self._attempt.source_system}:{self._feed.name}:{entry.state['path']}"
