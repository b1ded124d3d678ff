"""Source profiles as values: what ``config/sources/<system>.yml`` says (docs/reference/sources.md)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, timedelta, tzinfo
from typing import Literal

from tieout.formats.csv import CsvFormat
from tieout.formats.documents import DocumentFormat
from tieout.formats.json import JsonFormat
from tieout.sources.database import DatabaseRead
from tieout.sources.files import FileRead, Paying
from tieout.sources.rest import RestRead

Origin = Literal["path", "constant", "join", "first", "function"]
Format = CsvFormat | JsonFormat | DocumentFormat
EVENTS = "events"  # the feed's name under which events are landed


@dataclass(frozen=True)
class Sent:
    """Nothing is read: the system sends events by itself."""


Read = DatabaseRead | RestRead | FileRead | Sent


@dataclass(frozen=True)
class Rule:
    """Where a field's value comes from and how it is spelled."""

    origin: Origin = "path"
    paths: tuple[str, ...] = ()
    constant: str = ""
    function: str = ""
    separator: str = "-"
    skip_blank: bool = False
    split: str | None = None
    part: int = 0
    default: str = ""
    map: str | None = None
    entity: bool = False
    format: str | None = None
    time_zone: tzinfo | None = None
    decimal: str = "."
    thousands: str = ""
    sign: str | None = None


@dataclass(frozen=True)
class Condition:
    """A test of one path: among values, not among them, present or blank."""

    path: str
    test: Literal["in", "not_in", "present"]
    values: frozenset[str] = frozenset()
    present: bool = True


@dataclass(frozen=True)
class ObjectMapping:
    """How records become rows of one interface object."""

    object: str
    fields: Mapping[str, Rule]
    each: str | None = None
    where: tuple[Condition, ...] = ()
    deleted: tuple[Condition, ...] = ()
    updated_at: Rule | None = None
    sweep: bool = False


@dataclass(frozen=True)
class Cursor:
    """Incremental reading: the source's column of change, and how far before the interval it is read again."""

    field: str | None
    overlap: timedelta = timedelta(0)


@dataclass(frozen=True)
class Feed:
    """One thing that is read of a source, and what it feeds."""

    name: str
    protocol: str
    connection: str
    read: Read
    format: Format
    objects: tuple[ObjectMapping, ...]
    cursor: Cursor | None = None
    time_zone: tzinfo = UTC
    ignore: tuple[str, ...] = ()
    encrypt_extra: bool = False


@dataclass(frozen=True)
class EventRecord:
    """Types of event whose records map alike: as the feed says, whose payload is a list of events."""

    types: tuple[str, ...]
    feed: Feed


@dataclass(frozen=True)
class Events:
    """What a system sends by webhook: the connection with its secrets, a body's limit, its types."""

    connection: str
    max_bytes: int
    records: tuple[EventRecord, ...]

    @property
    def objects(self) -> list[str]:
        """The interface objects that events feed."""
        return sorted({mapping.object for record in self.records for mapping in record.feed.objects})

    def record_of(self, event_type: str) -> EventRecord | None:
        """Return how events of a type map, or nothing where the type is unknown."""
        return next((record for record in self.records if event_type in record.types), None)


@dataclass(frozen=True)
class Profile:
    """A source system. `unit_codes` names code lists of units that its map of units need not repeat."""

    system: str
    kind: str
    version: int
    feeds: tuple[Feed, ...]
    maps: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    unit_codes: tuple[str, ...] = ()
    description: str = ""
    events: Events | None = None
    payments: Paying | None = None
