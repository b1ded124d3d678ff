"""Everything that ``config/`` says about sources, read and checked together."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tieout.errors import ConfigurationError
from tieout.landing.agreement import check, check_derivations
from tieout.landing.entities import Entity, read_entities
from tieout.landing.grammar import read_profile
from tieout.landing.marked_yaml import load
from tieout.landing.problems import Node, Problem
from tieout.landing.profile import Profile
from tieout.landing.routes import routing_problems
from tieout.warehouse.contracts import Contract, load_contracts

# Our own configuration is a source of this name.
OWN_SYSTEM = "tieout"
POLICY_OBJECTS = ("policy", "match_type_rule", "routing", "approval_matrix", "delegation", "sla")


@dataclass(frozen=True)
class Configuration:
    """Contracts, source profiles by system, and entities."""

    contracts: Mapping[str, Contract]
    profiles: Mapping[str, Profile]
    entities: list[Entity]

    def profile(self, system: str) -> Profile:
        """Return a system's profile.

        Raises:
            ConfigurationError: there is none.
        """
        if system not in self.profiles:
            raise ConfigurationError(f"There is no source {system!r}.", f"Add config/sources/{system}.yml.")
        return self.profiles[system]


def load_configuration(directory: Path) -> Configuration:
    """Read and check a configuration folder.

    Raises:
        ConfigurationError: something is wrong; the message names each file, line and field.
    """
    configuration, problems = inspect(directory)
    if problems:
        listed = "\n".join(str(problem) for problem in problems)
        raise ConfigurationError(f"The configuration is wrong:\n{listed}\n", "`make validate-config` checks it.")
    return configuration


def inspect(directory: Path) -> tuple[Configuration, list[Problem]]:
    """Read a configuration folder and return it with everything that is wrong in it, by file and line."""
    problems: list[Problem] = []
    contracts = load_contracts(directory / "objects")
    for missing in check_derivations(contracts):
        problems.append(Problem(str(directory / "objects"), 1, missing, "derives with an unknown function"))
    profiles = {}
    for path in sorted((directory / "sources").glob("*.yml")):
        profile = _profile(path, contracts, problems)
        if profile:
            profiles[profile.system] = profile
    systems = frozenset(profiles) if profiles else frozenset()
    entities: list[Entity] = []
    if "entity" in contracts:
        entities = read_entities(directory / "entities", contracts["entity"], systems, problems)
    for name in POLICY_OBJECTS:
        path = directory / "policies" / f"{name}.csv"
        if path.exists():
            problems += _policy_problems(path, contracts[name])
    return Configuration(contracts, profiles, entities), sorted(set(problems))


def _profile(path: Path, contracts: Mapping[str, Contract], problems: list[Problem]) -> Profile | None:
    try:
        node = Node(load(path.read_text(), str(path)), str(path), problems)
    except ConfigurationError as error:
        problems.append(Problem(str(path), 1, "", error.message))
        return None
    profile = read_profile(node)
    if profile is None:
        return None
    if profile.system != path.stem:
        node.child("system").problem(f"is not the file's name, {path.stem!r}")
    if profile.system == OWN_SYSTEM:
        node.child("system").problem("is the name of our own configuration as a source")
    check(node, profile, contracts)
    return profile


def _policy_problems(path: Path, contract: Contract) -> list[Problem]:
    rows = list(csv.reader(io.StringIO(path.read_text(), newline="")))
    header = rows[0] if rows else []
    names = {field.name for field in contract.fields}
    wrong = [Problem(str(path), 1, name, f"{contract.name} has no such field") for name in header if name not in names]
    if contract.name == "routing":
        wrong += routing_problems(path, [dict(zip(header, row, strict=False)) for row in rows[1:] if row])
    required = [field.name for field in contract.fields if field.required]
    wrong += [Problem(str(path), 1, name, "the column is missing") for name in required if name not in header]
    for line, row in enumerate(rows[1:], start=2):
        if row and len(row) != len(header):
            wrong.append(Problem(str(path), line, "", f"has {len(row)} fields where {len(header)} are expected"))
            continue
        record = dict(zip(header, row, strict=False))
        for field in contract.fields:
            value = record.get(field.name, "").strip()
            if field.values and value and value not in field.values:
                wrong.append(Problem(str(path), line, field.name, f"{value!r} is not one of {', '.join(field.values)}"))
            if row and field.required and field.name in record and not value:
                wrong.append(Problem(str(path), line, field.name, "is required"))
    return wrong
