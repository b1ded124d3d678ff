"""Everything in ``config/`` at once: what ``make validate-config`` prints and what every task refuses to run with.

One check, so that nothing passes here and fails there: objects, sources, entities, policies, schedules, feedback,
alerts, screening; and, where a warehouse is at hand, what it knows of vendors, item categories and entities that went.
"""

from collections.abc import Collection, Mapping
from functools import reduce
from pathlib import Path

from tieout.alerts.configuration import alerting_problems
from tieout.alerts.promise_file import owner_roles, promise_problems
from tieout.errors import ConfigurationError
from tieout.feedback.targets import first_mistake, load_targets
from tieout.landing.configuration_files import OWN_SYSTEM, Configuration, inspect
from tieout.landing.departures import departures
from tieout.landing.known_values import unknown_values
from tieout.landing.marked_yaml import load
from tieout.landing.problems import Node, Problem
from tieout.landing.schedule_file import schedule_problems
from tieout.screening.configuration import screening_problems
from tieout.warehouse.connection import connect
from tieout.warehouse.contracts import Contract


def inspect_all(directory: Path, dsn: str | None = None) -> tuple[Configuration, list[Problem]]:
    """Read a configuration folder whole and return it with everything that is wrong in it, by file and line.

    Args:
        directory: the folder.
        dsn: of a warehouse that has taken configuration in; without it, what only a warehouse knows is not checked.
    """
    configuration, problems = inspect(directory)
    problems += schedule_problems(directory / "schedules.yml")
    roles = owner_roles(directory)
    problems += alerting_problems(directory, roles) + promise_problems(directory, configuration, roles)
    problems += screening_problems(directory)
    names = {entity.entity_id for entity in configuration.entities}
    problems += target_problems(directory / "feedback", configuration.contracts, {*configuration.profiles}, names)
    if dsn is not None:
        with connect(dsn) as connection:
            problems += [*unknown_values(connection, directory), *departures(connection, directory, names)]
    return configuration, sorted(set(problems))


def target_problems(
    directory: Path, contracts: Mapping[str, Contract], systems: Collection[str], entities: Collection[str]
) -> list[Problem]:
    """Return what is wrong with ``targets.yml`` and its schemas (docs/reference/feedback.md); none where it is not."""
    path = directory / "targets.yml"
    problems: list[Problem] = []
    if not path.exists():
        return problems
    try:
        node = Node(load(path.read_text(), str(path)), str(path), problems)
        wrong = first_mistake(node.value)
        if wrong is not None:
            reduce(Node.child, wrong[0], node).problem(wrong[1])
            return problems
        load_targets(directory)
    except ConfigurationError as error:
        return [Problem(str(path), 1, "", error.message)]
    for _, target in node.child("targets").items():
        for _, operation in target.child("operations").items():
            _check_operation(operation, contracts, systems, entities)
    return problems


def _check_operation(
    node: Node, contracts: Mapping[str, Contract], systems: Collection[str], entities: Collection[str]
) -> None:
    by_entity = dict(node.child("entities").items()) if node.has("entities") else {}
    for name, mode in by_entity.items():
        if name not in entities:
            mode.problem(f"there is no entity {name!r}")
    if "live" in {node.child("mode").text(), *(mode.text() for mode in by_entity.values())}:
        _check_read_back(node.child("read_back"), contracts, systems)


def _check_read_back(node: Node, contracts: Mapping[str, Contract], systems: Collection[str]) -> None:
    """What is sent must be seen to have been taken over, or the file says that nothing shows it."""
    if node.value == "none":
        return
    if node.child("system").text() not in {*systems, OWN_SYSTEM}:
        node.child("system").problem("is not a source system: there is no config/sources file of this name")
    if node.child("object").text() not in contracts:
        node.child("object").problem("is not an interface object: there is no config/objects file of this name")
