"""What should be known by when: the promises of ``config/policies/sla.csv``, and which of them are broken.

Pure: given the moment, the promises, who is served by what, and up to when each source is known
(docs/reference/alerts.md, section 1).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from itertools import groupby, product
from zoneinfo import ZoneInfo

KNOWN, ARRIVED, HOLD = "known", "arrived", "hold"


@dataclass(frozen=True)
class Promise:
    """A row of the file. Blank is for any; ``hours`` is how old something may be.

    Attributes:
        subject: ``known`` (the system was read), ``arrived`` (rows of the facility came), ``hold``.
        by_time: where given, the promise is looked at from this local time of each day on; without, always.
        owner_role: of a ``hold``.
    """

    sla_id: str
    subject: str
    hours: Decimal
    object: str = ""
    source_system: str = ""
    entity_id: str = ""
    owner_role: str = ""
    by_time: time | None = None


@dataclass(frozen=True, order=True)
class Served:
    """A system that is of record for an object of a facility, and the facility's time zone."""

    entity_id: str
    source_system: str
    object: str
    time_zone: str = "UTC"


@dataclass(frozen=True)
class Late:
    """A broken promise. ``known_to`` is up to when the object is known, ``needed`` up to when it had to be."""

    promise: Promise
    source_system: str
    object: str
    entity_ids: tuple[str, ...]
    known_to: datetime
    needed: datetime

    @property
    def fingerprint(self) -> str:
        """Name of the failing thing, for ``ops.incident``."""
        of_one = self.promise.subject == ARRIVED or self.promise.entity_id
        scope = f":{self.entity_ids[0]}" if of_one else ""
        return f"late:{self.promise.sla_id}:{self.source_system}:{self.object}{scope}"


# (system, object, entity) → up to when it is known; entity is blank for what is known of the system as a whole.
Ages = Mapping[tuple[str, str, str], datetime]


def late(now: datetime, promises: Sequence[Promise], served: Iterable[Served], ages: Ages) -> list[Late]:
    """Return the broken promises, one per promise, system and object, and for ``arrived`` per facility.

    What counts always and what counts from a time of day on are promises of their own; of each the closest one counts.
    What has no age is not late: a system that nobody has asked yet has not broken a promise.
    """
    found = []
    always = [promise for promise in promises if promise.by_time is None]
    timed = [promise for promise in promises if promise.by_time is not None]
    for one in sorted(set(served)):
        for subject, kind in product((KNOWN, ARRIVED), (always, timed)):
            promise = of_scope(kind, subject, one)
            known_to = ages.get((one.source_system, one.object, one.entity_id if subject == ARRIVED else ""))
            if promise is None or known_to is None:
                continue
            needed = needed_at(now, promise, one.time_zone)
            if known_to < needed:
                found.append(Late(promise, one.source_system, one.object, (one.entity_id,), known_to, needed))
    return [_together([*same]) for _, same in groupby(sorted(found, key=_name), key=_name)]


def of_scope(promises: Iterable[Promise], subject: str, one: Served) -> Promise | None:
    """Return the promise on a subject that is most closely about this system, object and facility."""
    fitting = [promise for promise in promises if promise.subject == subject and _fits(promise, one)]
    return min(fitting, key=lambda promise: (-_specificity(promise), promise.sla_id), default=None)


def needed_at(now: datetime, promise: Promise, time_zone: str) -> datetime:
    """Return up to when something must be known now: ``hours`` ago, or ``hours`` before the last ``by_time``."""
    if promise.by_time is None:
        return now - timedelta(hours=float(promise.hours))
    zone = ZoneInfo(time_zone)
    local = now.astimezone(zone)
    looked_at = datetime.combine(local.date(), promise.by_time, tzinfo=zone)
    if looked_at > local:
        looked_at = datetime.combine(local.date() - timedelta(days=1), promise.by_time, tzinfo=zone)
    return looked_at.astimezone(now.tzinfo) - timedelta(hours=float(promise.hours))


def _fits(promise: Promise, one: Served) -> bool:
    return (
        promise.object == one.object
        and promise.source_system in ("", one.source_system)
        and promise.entity_id in ("", one.entity_id)
    )


def _specificity(promise: Promise) -> int:
    return 2 * bool(promise.entity_id) + bool(promise.source_system)


def _name(found: Late) -> tuple[str, ...]:
    facility = found.entity_ids if found.promise.subject == ARRIVED else ()
    return (found.promise.sla_id, found.source_system, found.object, *facility)


def _together(same: list[Late]) -> Late:
    """One broken promise for all facilities that it is broken to; the time is the strictest of theirs."""
    first = same[0]
    entities = tuple(entity for found in same for entity in found.entity_ids)
    needed = max(found.needed for found in same)
    return Late(first.promise, first.source_system, first.object, entities, first.known_to, needed)
