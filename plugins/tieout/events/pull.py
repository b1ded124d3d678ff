"""Events as a pull: one payload of the archive that holds their bodies as received, under a manifest."""

from collections.abc import Sequence

from tieout.archive.store import Archive
from tieout.events.examine import joined
from tieout.events.inbox import Waiting
from tieout.landing.land import PullFacts
from tieout.landing.manifest import Entry, Interval, Pull
from tieout.landing.profile import EVENTS


def interval_of(events: Sequence[Waiting]) -> Interval:
    """Return the business time from the first to the last arrival: the same for the same events."""
    return Interval(min(event.received_at for event in events), max(event.received_at for event in events))


def archived(archive: Archive, system: str, events: Sequence[Waiting]) -> PullFacts:
    """Archive events of one kind; the same again are kept once.

    The entry's name is their first type: by it a later parsing finds the mapping (landing/reparse.py).
    """
    stored = archive.put([joined([event.body for event in events])])
    interval = interval_of(events)
    pull = Pull.at(archive, f"pulls/{system}/{EVENTS}/{interval}/{stored.sha256[:16]}")
    if not pull.entries:
        pull.add(Entry(stored.sha256, stored.size, events[0].event_type))
    return PullFacts(interval, pull.path, stored.sha256, tuple(pull.entries))
