"""What came of an extraction."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tieout.errors import MalformedPayload, TieoutError, Transient
from tieout.landing.land import Landed
from tieout.landing.manifest import Interval


@dataclass
class FeedOutcome:
    """What came of one feed.

    Attributes:
        landed: per object and pull (or file).
        retries: requests that were repeated.
        error: what ended the feed early.
        rejected: files that could not be read; the feed went on with the others.
    """

    feed: str
    objects: Sequence[str]
    landed: list[Landed] = field(default_factory=list)
    retries: int = 0
    error: TieoutError | None = None
    rejected: list[MalformedPayload] = field(default_factory=list)

    @property
    def errors(self) -> list[TieoutError]:
        """Everything that failed, what ended the feed first."""
        return [*([self.error] if self.error else []), *self.rejected]

    def rows_read(self, object_name: str) -> int:
        """Rows that payloads yielded for an object."""
        return sum(landed.rows_read for landed in self.landed if landed.object == object_name)

    def rows_landed(self, object_name: str) -> int:
        """Rows of an object that were new."""
        return sum(landed.rows_landed for landed in self.landed if landed.object == object_name)


@dataclass(frozen=True)
class Outcome:
    """What came of an extraction of a source over an interval."""

    system: str
    interval: Interval
    feeds: Sequence[FeedOutcome]

    @property
    def rows_landed(self) -> int:
        """Rows that were new, over all feeds and objects."""
        return sum(landed.rows_landed for feed in self.feeds for landed in feed.landed)

    @property
    def errors(self) -> list[TieoutError]:
        """What failed, over all feeds."""
        return [error for feed in self.feeds for error in feed.errors]

    def raise_failures(self) -> None:
        """Raise what failed: an error that waiting helps against, where there is one, since a retry mends it.

        Feeds that landed are not read again by the retry of the same run.

        Raises:
            TieoutError: something failed.
        """
        if not self.errors:
            return
        error = next((error for error in self.errors if isinstance(error, Transient)), self.errors[0])
        failed = [feed.feed for feed in self.feeds if feed.errors]
        error.add_note(f"{len(failed)} of {len(self.feeds)} feeds of {self.system} failed: {', '.join(failed)}.")
        raise error
