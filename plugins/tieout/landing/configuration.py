"""Our own configuration as a source: entities, systems of record and policies, landed like anything else.

Source system `tieout`. A row lands when it is new or changed; one that vanished from its file gets a tombstone. The
time of the change is the business clock's, so that a replay uses the policies of its day.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tieout.archive.keys import Keys
from tieout.archive.store import Archive
from tieout.formats.csv import CsvFormat
from tieout.formats.json import JsonFormat
from tieout.landing.configuration_files import OWN_SYSTEM, POLICY_OBJECTS, load_configuration
from tieout.landing.departures import departures
from tieout.landing.entity import Entity
from tieout.landing.known_values import unknown_values
from tieout.landing.land import Landing, PullFacts, land
from tieout.landing.manifest import Entry, Interval
from tieout.landing.problems import refuse
from tieout.landing.profile import Feed, Format, ObjectMapping, Profile, Rule
from tieout.sources.files import FileRead
from tieout.warehouse.connection import connect
from tieout.warehouse.contracts import Contract

# Raised with each change of how the files below become rows.
VERSION = 1


@dataclass(frozen=True)
class OwnFile:
    """A part of our configuration: the object that it feeds, its text, how it is read."""

    object: str
    name: str
    content: bytes
    format: Format


def land_configuration(
    dsn: str, *, config: Path, archive_root: Any, keys: Keys, now: datetime, dag_run_id: str
) -> dict[str, int]:
    """Land what is new or changed in ``config/entities`` and ``config/policies``, in one transaction.

    Args:
        dsn: of the warehouse.
        config: the configuration's folder.
        archive_root, keys: of the archive.
        now: the business clock: the time of the change.
        dag_run_id: of the run; the rows' trace id.

    Returns:
        rows landed by object, tombstones among them. Where nothing changed there is no batch either.

    Raises:
        ConfigurationError: something is wrong in it; the message names each file, line and field.
    """
    configuration = load_configuration(config)
    archive = Archive(archive_root, keys)
    landed: dict[str, int] = {}
    with connect(dsn) as connection:
        names = {entity.entity_id for entity in configuration.entities}
        refuse([*unknown_values(connection, config), *departures(connection, config, names)])
        for file in [*_entity_files(configuration.entities), *_policy_files(config)]:
            feed = _feed(file, configuration.contracts[file.object])
            profile = Profile(OWN_SYSTEM, "files", VERSION, (feed,))
            landing = Landing(configuration, profile, archive, keys, "configuration", dag_run_id)
            stored = archive.put([file.content])
            entry = Entry(stored.sha256, stored.size, file.name)
            pull = PullFacts(Interval(now, now), f"objects/{stored.sha256[:2]}/{stored.sha256}", stored.sha256, [entry])
            results = land(connection, landing, feed, pull, now, own=True)
            landed[file.object] = sum(result.rows_landed for result in results)
    return landed


def _entity_files(entities: list[Entity]) -> Iterator[OwnFile]:
    """Yield entities and their roles as documents: the YAML says several objects at once."""
    records = [
        {
            **entity.fields,
            "system_codes": json.dumps(entity.codes, sort_keys=True),
            "control_accounts": json.dumps(entity.controls, sort_keys=True) if entity.controls else "",
        }
        for entity in entities
    ]
    roles = [{"entity_id": entity.entity_id, **asdict(role)} for entity in entities for role in entity.roles]
    for name, listed in (("entity", records), ("system_of_record", roles)):
        content = json.dumps(listed, ensure_ascii=False, indent=0, sort_keys=True).encode()
        yield OwnFile(name, f"{name}.json", content, JsonFormat())


def _policy_files(directory: Path) -> Iterator[OwnFile]:
    for name in POLICY_OBJECTS:
        path = directory / "policies" / f"{name}.csv"
        if path.exists():
            yield OwnFile(name, path.name, path.read_bytes(), CsvFormat())


def _feed(file: OwnFile, contract: Contract) -> Feed:
    """Return a feed that maps each field from the column of its name."""
    fields = {field.name: Rule(paths=(field.name,)) for field in contract.fields}
    mapping = ObjectMapping(object=file.object, fields=fields, sweep=True)
    read = FileRead(directory=".", pattern=file.name)
    return Feed(file.object, "folder", OWN_SYSTEM, read, file.format, (mapping,))
