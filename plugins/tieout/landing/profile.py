"""Source profiles as values: what ``config/sources/<system>.yml`` says (docs/reference/sources.md)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, timedelta, tzinfo
from typing import Literal

from tieout.formats.csv import CsvFormat
from tieout.formats.iso20022 import CamtFormat
from tieout.formats.json import JsonFormat
from tieout.sources.database import DatabaseRead
from tieout.sources.files import FileRead
from tieout.sources.rest import RestRead

Origin = Literal["path", "constant", "join", "first", "function"]
Format = CsvFormat | JsonFormat | CamtFormat
Read = DatabaseRead | RestRead | FileRead


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
class Profile:
    """A source system. `unit_codes` names code lists of units that its map of units need not repeat."""

    system: str
    kind: str
    version: int
    feeds: tuple[Feed, ...]
    maps: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    unit_codes: tuple[str, ...] = ()
    description: str = ""
