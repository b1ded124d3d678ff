"""Contracts of the interface objects: ``config/objects/<object>.yml`` as values."""

from dataclasses import dataclass
from pathlib import Path

import yaml

from tieout.errors import ConfigurationError

TYPES = frozenset({"text", "integer", "boolean", "date", "timestamp", "money", "price", "quantity", "number", "limit"})
SENSITIVITIES = frozenset({"none", "bank", "tax"})


@dataclass(frozen=True)
class Field:
    """A field of an interface object."""

    name: str
    type: str
    description: str
    required: bool = False
    sensitivity: str = "none"
    values: tuple[str, ...] = ()
    derive: str | None = None

    @property
    def raw_columns(self) -> tuple[str, ...]:
        """Names of the raw columns that hold the field. A sensitive one is kept as token, last four and cipher."""
        if self.sensitivity == "none":
            return (self.name,)
        return (f"{self.name}_token", f"{self.name}_last4", f"{self.name}_encrypted")


@dataclass(frozen=True)
class QuarantineLimit:
    """More quarantined rows than this stop the batch: a broken feed must not look like a quiet day.

    ``percent`` counts only for batches of at least ``min_rows`` rows.
    """

    percent: int
    rows: int
    min_rows: int


@dataclass(frozen=True)
class DepartureLimit:
    """More records than this that left a list at once stop the batch: a list that was cut short must not clear anybody.

    ``percent`` is of what was or is on the list, and counts only from ``min_rows`` of these on.
    """

    percent: int
    min_rows: int


@dataclass(frozen=True)
class Contract:
    """The contract of an interface object: what every source's rows of it look like.

    A record's key is its ``key`` fields, and behind them its ``optional_key`` fields up to the last that is given.
    """

    name: str
    version: int
    domain: str
    owner: str
    description: str
    key: tuple[str, ...]
    quarantine_limit: QuarantineLimit
    fields: tuple[Field, ...]
    optional_key: tuple[str, ...] = ()
    departure_limit: DepartureLimit | None = None

    @property
    def raw_columns(self) -> tuple[str, ...]:
        """Names of the raw columns that hold the object's fields, in order."""
        return tuple(column for field in self.fields for column in field.raw_columns)

    def field(self, name: str) -> Field:
        """Return the field of that name.

        Raises:
            KeyError: the object has no such field.
        """
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(name)


def load_contracts(directory: Path) -> dict[str, Contract]:
    """Read every contract in a folder, by name of object.

    Raises:
        ConfigurationError: a file is wrong; the message names file and field.
    """
    contracts = (_read(path) for path in sorted(directory.glob("*.yml")))
    return {contract.name: contract for contract in contracts}


def _read(path: Path) -> Contract:
    try:
        document = yaml.load(path.read_text(), Loader=yaml.CSafeLoader)
        fields = tuple(_field(entry, path) for entry in document["fields"])
        contract = Contract(
            name=document["object"],
            version=document["version"],
            domain=document["domain"],
            owner=document["owner"],
            description=document["description"],
            key=tuple(document["key"]),
            quarantine_limit=QuarantineLimit(**document["quarantine_limit"]),
            fields=fields,
            optional_key=tuple(document.get("optional_key", ())),
            departure_limit=DepartureLimit(**document["departure_limit"]) if "departure_limit" in document else None,
        )
    except (KeyError, TypeError, yaml.YAMLError) as error:
        raise ConfigurationError(
            f"{path}: not a contract: {error!r}.", "Compare it with a neighbouring file."
        ) from error
    if contract.name != path.stem:
        raise ConfigurationError(f"{path}: object is {contract.name!r}.", "Name the file after its object.")
    unknown = {*contract.key, *contract.optional_key} - {field.name for field in fields}
    if unknown:
        raise ConfigurationError(f"{path}: key names {sorted(unknown)}.", "Name fields of the object in its key.")
    return contract


def _field(entry: dict, path: Path) -> Field:
    field = Field(**{**entry, "values": tuple(entry.get("values", ()))})
    if field.type not in TYPES:
        raise ConfigurationError(f"{path}: {field.name}: type {field.type!r}.", f"Use one of {sorted(TYPES)}.")
    if field.sensitivity not in SENSITIVITIES:
        raise ConfigurationError(
            f"{path}: {field.name}: sensitivity {field.sensitivity!r}.", f"Use one of {sorted(SENSITIVITIES)}."
        )
    return field
