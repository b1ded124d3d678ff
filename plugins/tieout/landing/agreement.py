"""Whether a profile agrees with the interface objects' contracts."""

from collections.abc import Iterator, Mapping

from tieout.formats.csv import CsvFormat
from tieout.landing.functions import DERIVATIONS
from tieout.landing.mapping_grammar import PSEUDO_PATHS
from tieout.landing.problems import Node
from tieout.landing.profile import Condition, Feed, ObjectMapping, Profile, Rule
from tieout.warehouse.contracts import Contract
from tieout.warehouse.contracts import Field as ContractField

NUMBERS = frozenset({"integer", "money", "price", "quantity", "number", "limit"})
DATES = frozenset({"date", "timestamp"})


def check(node: Node, profile: Profile, contracts: Mapping[str, Contract]) -> None:
    """Record where a profile's mappings and the contracts disagree."""
    for objects, feed in _mapped(node, profile):
        for mapping in feed.objects:
            where = objects.child(mapping.object)
            contract = contracts.get(mapping.object)
            if contract is None:
                where.problem("is not an interface object: there is no config/objects file of this name")
                continue
            _check_object(where, mapping, contract, profile)
            _check_columns(where, mapping, feed)


def _mapped(node: Node, profile: Profile) -> Iterator[tuple[Node, Feed]]:
    """Yield each feed with the node of its objects: of `feeds`, and of `events` that map by themselves."""
    for index, feed in enumerate(profile.feeds):
        yield node.child("feeds").child(index).child("objects"), feed
    for index, record in enumerate(profile.events.records if profile.events else ()):
        where = node.child("events").child("records").child(index)
        if where.has("objects"):
            yield where.child("objects"), record.feed


def _check_object(node: Node, mapping: ObjectMapping, contract: Contract, profile: Profile) -> None:
    known = {field.name: field for field in contract.fields}
    for name, rule in mapping.fields.items():
        where = node.child("fields").child(name)
        if name not in known:
            where.problem(f"{contract.name} has no such field")
        elif known[name].derive:
            where.problem(f"is derived by the contract: {known[name].derive}")
        else:
            _check_rule(where, rule, known[name], contract, profile)
    for field in contract.fields:
        if (field.required or field.name in contract.key) and not field.derive and field.name not in mapping.fields:
            node.child("fields").problem(f"{field.name!r} is missing: {contract.name} requires it")
    if mapping.updated_at:
        _check_spelling(node.child("updated_at"), mapping.updated_at, "timestamp")


def _check_rule(node: Node, rule: Rule, field: ContractField, contract: Contract, profile: Profile) -> None:
    _check_spelling(node, rule, field.type)
    if rule.map is not None and rule.map not in profile.maps:
        node.child("map").problem(f"there is no code map {rule.map!r}")
    if field.sensitivity != "none":
        if rule != Rule(paths=rule.paths) or len(rule.paths) != 1:
            node.problem("is sensitive and takes only a plain path")
        if field.name in contract.key:
            node.problem("is sensitive and cannot be part of a key")
    if not field.values:
        return
    words = set(profile.maps.get(rule.map or "", {}).values()) - {"keep", ""}
    words |= {word for word in (rule.constant, rule.default) if word} if rule.map is None else set()
    for word in sorted(words - set(field.values)):
        node.problem(f"gives {word!r}, which is not one of {', '.join(field.values)}")


def _check_spelling(node: Node, rule: Rule, kind: str) -> None:
    misplaced = {
        "format": rule.format is not None and kind not in DATES,
        "time_zone": rule.time_zone is not None and kind != "timestamp",
        "decimal": rule.decimal != "." and kind not in NUMBERS,
        "thousands": bool(rule.thousands) and kind not in NUMBERS,
        "sign": rule.sign is not None and kind not in NUMBERS,
        "entity": rule.entity and kind != "text",
    }
    for key, wrong in misplaced.items():
        if wrong:
            node.child(key).problem(f"does not fit a field of type {kind}")


def _check_columns(node: Node, mapping: ObjectMapping, feed: Feed) -> None:
    """Where the columns of a file are listed, every path is one of them."""
    if not isinstance(feed.format, CsvFormat) or feed.format.columns is None:
        return
    columns = {*feed.format.columns, *PSEUDO_PATHS}
    rules = [(node.child("fields").child(name), rule) for name, rule in mapping.fields.items()]
    if mapping.updated_at:
        rules.append((node.child("updated_at"), mapping.updated_at))
    for where, rule in rules:
        for path in rule.paths:
            if path not in columns:
                where.problem(f"{path!r} is not one of the format's columns")
    for key, conditions in (("where", mapping.where), ("deleted", mapping.deleted)):
        for path in _paths(conditions) - columns:
            node.child(key).problem(f"{path!r} is not one of the format's columns")


def _paths(conditions: tuple[Condition, ...]) -> set[str]:
    return {condition.path for condition in conditions}


def check_derivations(contracts: Mapping[str, Contract]) -> list[str]:
    """Return what contracts derive with functions that do not exist."""
    return [
        f"{contract.name}.{field.name}: {field.derive}"
        for contract in contracts.values()
        for field in contract.fields
        if field.derive and field.derive.partition("(")[0] not in DERIVATIONS
    ]
