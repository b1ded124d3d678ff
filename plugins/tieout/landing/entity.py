"""An entity as its file says it (docs/reference/sources.md, the entity file)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

FIRST_DAY = "2000-01-01"


@dataclass(frozen=True)
class Role:
    """A system is of record for an object of an entity, or holds a copy, over days (both inclusive)."""

    object: str
    source_system: str
    role: str
    valid_from: str = FIRST_DAY
    valid_to: str = ""


@dataclass(frozen=True)
class Entity:
    """A legal entity or facility: the fields of the object `entity`, its codes and its roles.

    ``maps`` are codes that it spells otherwise than its sources' profiles say: system → code map → code → word.
    ``controls`` are accounts of which its ERP does not say what they control: account → control_type.
    """

    entity_id: str
    fields: Mapping[str, str]
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    roles: tuple[Role, ...] = ()
    maps: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    controls: Mapping[str, str] = field(default_factory=dict)
