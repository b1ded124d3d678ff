"""Everything that ``config/`` says about sources, read and checked together."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tieout.errors import ConfigurationError
from tieout.landing.agreement import check, check_derivations
from tieout.landing.entities import read_entities
from tieout.landing.entity import Entity
from tieout.landing.entity_checks import own_map_problems, paying_bank_problems
from tieout.landing.grammar import NAME, read_profile
from tieout.landing.marked_yaml import load
from tieout.landing.policy_files import policy_problems
from tieout.landing.problems import Node, Problem, refuse
from tieout.landing.profile import Events, Profile
from tieout.landing.unit_codes import unit_codes, with_unit_codes
from tieout.sources.files import Paying
from tieout.warehouse.contracts import Contract, load_contracts

# Our own configuration is a source of this name.
OWN_SYSTEM = "tieout"
POLICY_OBJECTS = (
    "policy",
    "match_type_rule",
    "routing",
    "approval_matrix",
    "delegation",
    "sla",
    "payment_policy",
)


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

    @property
    def paying_banks(self) -> list[Paying]:
        """Where banks take payments, by system."""
        return [profile.payments for _, profile in sorted(self.profiles.items()) if profile.payments]


def load_configuration(directory: Path) -> Configuration:
    """Read and check a configuration folder.

    Raises:
        ConfigurationError: something is wrong; the message names each file, line and field.
    """
    configuration, problems = inspect(directory)
    refuse(problems)
    return configuration


def load_events(directory: Path, system: str) -> Events | None:
    """Return what a system sends by webhook, nothing where it sends nothing or is no system of ours.

    It reads that one profile only, and leaves what it maps onto to `inspect`: it is asked for each event.

    Raises:
        ConfigurationError: the profile cannot be read.
    """
    path = directory / "sources" / f"{system}.yml"
    if not NAME.fullmatch(system) or not path.exists():
        return None
    problems: list[Problem] = []
    profile = read_profile(Node(load(path.read_text(), str(path)), str(path), problems))
    refuse(problems)
    return profile.events if profile else None


def inspect(directory: Path) -> tuple[Configuration, list[Problem]]:
    """Read a configuration folder and return it with everything that is wrong in it, by file and line."""
    problems: list[Problem] = []
    try:
        contracts = load_contracts(directory / "objects")
    except ConfigurationError as error:
        file, _, message = error.message.partition(": ")
        return Configuration({}, {}, []), [Problem(file, 1, "", message)]
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
        problems += own_map_problems(directory / "entities", entities, profiles, contracts)
        problems += paying_bank_problems(directory / "entities", entities, profiles)
    for name in POLICY_OBJECTS:
        path = directory / "policies" / f"{name}.csv"
        if path.exists():
            names = {entity.entity_id for entity in entities}
            problems += policy_problems(path, contracts[name], names, systems)
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
    for name in sorted(set(profile.unit_codes) - set(unit_codes())):
        node.child("unit_codes").problem(f"{name!r} is not one of {', '.join(unit_codes())}")
    profile = with_unit_codes(profile)
    check(node, profile, contracts)
    return profile
