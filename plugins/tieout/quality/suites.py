"""All rules of an interface object: those its contract implies and those of its suite in ``expectations/``."""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import yaml

from tieout.errors import ConfigurationError
from tieout.quality.contract_rules import contract_checks
from tieout.quality.rules import Check, Rule
from tieout.warehouse.contracts import Contract


def rules_of(contract: Contract, entities: Sequence[str]) -> tuple[Rule, ...]:
    """Return the object's rules, by id unique.

    Raises:
        ConfigurationError: the object has no suite, a rule names a column that the object has not, or an id twice.
    """
    checks = contract_checks(contract, entities) + domain_checks(contract.name)
    rules = tuple(check.bind(contract.name, contract.owner) for check in checks)
    _check_ids(rules)
    _check_columns(rules, contract)
    return rules


def domain_checks(object_name: str) -> tuple[Check, ...]:
    """Return the checks of ``expectations/<object>.py``.

    Raises:
        ConfigurationError: there is no such file.
    """
    try:
        return tuple(import_module(f"expectations.{object_name}").CHECKS)
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f"expectations/{object_name}.py: the suite of {object_name!r} cannot be imported: {error}.",
            "Add it; a tuple CHECKS that is empty will do. The checkout must be on PYTHONPATH.",
        ) from error


def configured_entities(directory: Path) -> tuple[str, ...]:
    """Return the ids of the entities in ``config/entities``, sorted.

    Raises:
        ConfigurationError: there is none, or a file names none.
    """
    entities = sorted(_entity_id(path) for path in directory.glob("*.yml"))
    if not entities:
        raise ConfigurationError(f"{directory}: no entity is configured.", "Add one file per entity.")
    return tuple(entities)


def _entity_id(path: Path) -> str:
    try:
        return str(yaml.safe_load(path.read_text())["entity_id"])
    except (KeyError, TypeError, yaml.YAMLError) as error:
        raise ConfigurationError(f"{path}: entity_id: {error!r}.", "Compare it with a neighbouring file.") from error


def _check_ids(rules: Sequence[Rule]) -> None:
    ids = [rule.id for rule in rules]
    repeated = sorted({rule_id for rule_id in ids if ids.count(rule_id) > 1})
    if repeated:
        raise ConfigurationError(f"Rules are given twice: {', '.join(repeated)}.", "Keep each rule once.")


def _check_columns(rules: Sequence[Rule], contract: Contract) -> None:
    known = set(contract.raw_columns)
    for rule in rules:
        unknown = sorted(set(rule.columns) - known)
        if unknown:
            raise ConfigurationError(
                f"Rule {rule.id} looks at {', '.join(unknown)}, which {contract.name} has not.",
                f"Compare expectations/{contract.name}.py with config/objects/{contract.name}.yml.",
            )
