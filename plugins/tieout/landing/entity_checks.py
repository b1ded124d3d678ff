"""What entities must be by themselves, over time and together (docs/reference/sources.md, the entity file)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

from tieout.codes import CURRENCIES
from tieout.landing.entity import Entity, Role
from tieout.landing.marked_yaml import load
from tieout.landing.problems import Node, Problem
from tieout.landing.profile import Profile
from tieout.landing.values import boolean
from tieout.warehouse.contracts import Contract


def check_fields(node: Node, contract: Contract) -> None:
    """Record values that are not of their field's type, or that nothing can be computed with."""
    for declared in contract.fields:
        where = node.child(declared.name)
        if declared.values:
            where.choice(declared.values)
        elif declared.type == "date":
            where.checked(date.fromisoformat, "a date such as 2026-03-31", None)
        elif declared.type == "boolean" and where.text() and boolean(where.text()) not in ("true", "false"):
            where.problem(f"{where.text()!r} is neither true nor false")
    if node.has("time_zone"):
        node.child("time_zone").checked(ZoneInfo, "a time zone such as America/New_York", None)
    if node.has("currency") and node.child("currency").text() not in CURRENCIES:
        node.child("currency").problem(f"{node.child('currency').text()!r} is no currency of ISO 4217")


def check_periods(nodes: Sequence[Node], roles: Sequence[Role]) -> None:
    """Record days on which two systems are of record for one object, or between two systems none is."""
    dated = sorted(zip(roles, nodes, strict=True), key=lambda pair: pair[0].valid_from)
    for role, node in dated:
        if role.valid_to and role.valid_to < role.valid_from:
            node.child("to").problem(f"is before the first day, {role.valid_from}")
    for (earlier, _), (later, node) in pairwise(dated):
        if not earlier.valid_to or earlier.valid_to >= later.valid_from:
            node.problem(
                f"{later.source_system!r} is of record from {later.valid_from} on, {earlier.source_system!r} up to"
                f" {earlier.valid_to or 'no end'}: end one the day before the other begins"
            )
        elif date.fromisoformat(earlier.valid_to) + timedelta(days=1) < date.fromisoformat(later.valid_from):
            node.problem(f"no system is of record between {earlier.valid_to} and {later.valid_from}")


def check_payment_origin(node: Node, roles: Sequence[Role], pays_through_us: bool) -> None:
    """Record payments whose last system of record is not the one that ``payment_origin`` says: never both pay."""
    last = max(roles, key=lambda role: role.valid_from)
    if (last.source_system == "tieout") is not pays_through_us:
        node.problem(
            f"{last.source_system!r} is of record in the end, and payment_origin says"
            f" {'tieout' if pays_through_us else 'erp'}: make them agree"
        )


def check_paying(node: Node) -> None:
    """Record what an entity that pays through us does not say: from which account, or what its bank takes."""
    for name in ("paying_account", "payment_profile"):
        if not node.has(name):
            node.problem(f"payment_origin says tieout, so {name} is needed")


def paying_bank_problems(directory: Path, entities: Iterable[Entity], profiles: Mapping[str, Profile]) -> list[Problem]:
    """Return which entities pay through us at a bank whose profile does not say where it takes payments."""
    problems: list[Problem] = []
    for entity in entities:
        if entity.fields.get("payment_origin") != "tieout":
            continue
        answering = [role for role in entity.roles if role.object == "payment_status" and role.role == "record"]
        bank = max(answering, key=lambda role: role.valid_from).source_system if answering else ""
        node = _file(directory, entity, problems)
        if node is None or bank not in profiles or profiles[bank].payments:
            continue
        node.child("payment_origin").problem(
            f"says tieout, but config/sources/{bank}.yml does not say where the bank takes payments"
        )
    return problems


def check_parents(nodes: Mapping[str, Node]) -> None:
    """Record parents that do not exist, and entities that are their own ancestor."""
    parents = {entity_id: node.child("parent_entity_id").text() for entity_id, node in nodes.items()}
    for entity_id, node in nodes.items():
        parent, seen = parents[entity_id], {entity_id}
        if parent and parent not in parents:
            node.child("parent_entity_id").problem(f"there is no entity {parent!r}: add config/entities/{parent}.yml")
        while parent in parents and parent not in seen:
            seen.add(parent)
            parent = parents[parent]
        if parent in seen:
            node.child("parent_entity_id").problem("the entity is its own ancestor")


def own_map_problems(
    directory: Path, entities: Iterable[Entity], profiles: Mapping[str, Profile], contracts: Mapping[str, Contract]
) -> list[Problem]:
    """Return what is wrong with the codes that entities spell otherwise than their sources' profiles say."""
    problems: list[Problem] = []
    for entity in entities:
        node = _file(directory, entity, problems)
        if not entity.maps or node is None:
            continue
        for system, named in node.child("maps").items():
            profile = profiles.get(system)
            if profile is None:
                named.problem(f"{system!r} is not a source system: there is no config/sources/{system}.yml")
                continue
            for name, codes in named.items():
                _check_own_map(codes, name, profile, contracts)
    return problems


def _file(directory: Path, entity: Entity, problems: list[Problem]) -> Node | None:
    """Return an entity's file; none where the file has another name, which is a problem of its own."""
    path = directory / f"{entity.entity_id}.yml"
    if not path.exists():
        return None
    return Node(load(path.read_text(), str(path)), str(path), problems)


def _check_own_map(node: Node, name: str, profile: Profile, contracts: Mapping[str, Contract]) -> None:
    if name not in profile.maps:
        node.problem(f"there is no code map {name!r} in config/sources/{profile.system}.yml")
        return
    closed = [set(values) for values in _closed_lists(name, profile, contracts)]
    for code, word in node.items():
        if any(word.text() not in values for values in closed):
            node.child(code).problem(f"{word.text()!r} is not one of {', '.join(sorted(set.intersection(*closed)))}")


def _closed_lists(name: str, profile: Profile, contracts: Mapping[str, Contract]) -> list[tuple[str, ...]]:
    """Return the canonical words of the fields that a code map is for, where they are a closed list."""
    rules = [
        (contracts[mapping.object], field, rule)
        for feed in profile.feeds
        for mapping in feed.objects
        if mapping.object in contracts
        for field, rule in mapping.fields.items()
    ]
    fields = [declared for contract, field, rule in rules if rule.map == name for declared in contract.fields
              if declared.name == field]  # fmt: skip
    return [declared.values for declared in fields if declared.values]
