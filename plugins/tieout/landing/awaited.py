"""Which files an extraction waits for, and for how long (docs/reference/sources.md, `read` by protocol)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tieout.landing.manifest import Interval
from tieout.landing.profile import Feed, Profile
from tieout.sources.files import FileRead


@dataclass(frozen=True)
class Awaited:
    """A feed whose file is waited for: what is read, the earliest time of the file, and the patience that is left."""

    feed: Feed
    read: FileRead
    since: datetime
    patience: timedelta


def awaited_files(
    profile: Profile, interval: Interval, now: datetime, has_come: Callable[[Awaited], bool]
) -> list[Awaited]:
    """Return the feeds whose file has not come and whose patience is not over.

    Args:
        profile: of the source.
        interval: [start, end) that is extracted. A file is its own when it was modified at the start or later.
        now: the business clock. Patience counts from the interval's end.
        has_come: says whether a feed's file is there; asked only where there is patience left.
    """
    asked = [_awaited(feed, feed.read, interval, now) for feed in profile.feeds if isinstance(feed.read, FileRead)]
    return [one for one in asked if one and not has_come(one)]


def _awaited(feed: Feed, read: FileRead, interval: Interval, now: datetime) -> Awaited | None:
    if read.awaited is None:
        return None
    patience = interval.end + read.awaited - now
    return Awaited(feed, read, interval.start, patience) if patience > timedelta(0) else None
