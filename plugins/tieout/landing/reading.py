"""Reads a feed from its source, whatever protocol it speaks."""

from collections.abc import Iterator
from contextlib import contextmanager

from tieout.landing.context import Context
from tieout.landing.land import Landing
from tieout.landing.manifest import Pull
from tieout.landing.outcome import FeedOutcome
from tieout.landing.page_cache import ArchivedPages
from tieout.landing.profile import Feed
from tieout.sources import database, rest
from tieout.sources.database import DatabaseRead
from tieout.sources.endpoint import Endpoint, Payload, Window
from tieout.sources.files import Files
from tieout.sources.folder import FolderFiles
from tieout.sources.http import HttpClient
from tieout.sources.rest import RestRead
from tieout.sources.sftp import SftpFiles, connect, entered


class FeedReader:
    """One reading of one feed."""

    def __init__(self, context: Context, landing: Landing, feed: Feed) -> None:
        self._context = context
        self._landing = landing
        self._feed = feed

    def payloads(self, window: Window, pull: Pull, outcome: FeedOutcome) -> Iterator[Payload]:
        """Yield what the source has in a window, from where an earlier attempt at the pull ended.

        Requests that were repeated are counted in the outcome.
        """
        endpoint = self._context.resolve(self._feed.connection)
        read = self._feed.read
        if isinstance(read, DatabaseRead):
            cursor = self._feed.cursor.field if self._feed.cursor else None
            yield from database.read(endpoint, read, self._feed.name, cursor, window)
        elif isinstance(read, RestRead):
            yield from self._pages(endpoint, read, window, pull, outcome)

    @contextmanager
    def files(self) -> Iterator[Files]:
        """Give the files of a source that has a folder or speaks SFTP."""
        connection_id = self._feed.connection
        if self._feed.protocol == "folder":
            yield FolderFiles(self._context.resolve(connection_id))
            return
        endpoint = self._context.resolve(connection_id)
        opened = self._context.open_sftp(connection_id) if self._context.open_sftp else connect(endpoint)
        with entered(opened) as client:
            yield SftpFiles(client, str(endpoint.extra.get("path", "")))

    def _pages(
        self, endpoint: Endpoint, read: RestRead, window: Window, pull: Pull, outcome: FeedOutcome
    ) -> Iterator[Payload]:
        resume = pull.entries[-1].state if pull.entries else None
        cache = ArchivedPages(self._landing.archive, self._landing.profile.system) if read.etag else None
        with HttpClient(
            endpoint, read.auth, deadline_seconds=self._context.deadline_seconds, sleep=self._context.pause
        ) as client:
            try:
                yield from rest.read(client, read, window, resume, cache)
            finally:
                outcome.retries += client.retries
