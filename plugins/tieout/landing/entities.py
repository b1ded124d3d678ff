"""Entities: ``config/entities/<ID>.yml``, what each system calls them, and which system is of record for what."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from tieout.errors import ConfigurationError
from tieout.landing.entity import FIRST_DAY, Entity, Role
from tieout.landing.entity_checks import check_fields, check_parents, check_paying, check_payment_origin, check_periods
from tieout.landing.marked_yaml import load
from tieout.landing.problems import Node, Problem
from tieout.warehouse.contracts import Contract

# Objects by the system that usually has them (docs/reference/sources.md, the entity file).
GROUPS: dict[str, tuple[str, ...]] = {
    "erp": (
        "vendor",
        "vendor_bank_account",
        "gl_account",
        "cost_center",
        "location",
        "payment_term",
        "tax_code",
        "fx_rate",
        "purchase_order",
        "purchase_order_line",
        "payment",
        "payment_invoice",
        "gl_entry",
    ),
    "ap": ("invoice", "invoice_line", "invoice_event", "approval", "hold_event"),
    "supply": (
        "item",
        "item_unit",
        "item_substitute",
        "requisition",
        "receipt_line",
        "inventory_movement",
        "inventory_count",
        "backorder",
        "receipt_discrepancy",
    ),
    "bank": ("bank_statement", "bank_entry", "bank_notification", "payment_status", "account_correction"),
    "contracts": ("contract_price",),
}
GROUPS["all"] = tuple(name for group in GROUPS.values() for name in group)
# Objects that we are of record for ourselves, where an entity pays through us; and our name as a system.
OUR_PAYMENTS = ("payment", "payment_invoice")
OURSELVES = "tieout"
CONTROL_TYPES = ("ap_control", "grni", "cash", "none")


def read_entities(
    directory: Path, contract: Contract, systems: frozenset[str], problems: list[Problem]
) -> list[Entity]:
    """Read every entity, recording what is wrong.

    Args:
        directory: ``config/entities``.
        contract: of the object `entity`.
        systems: names of the source systems; an empty set leaves names unchecked.
        problems: gets what is wrong.
    """
    nodes: dict[str, Node] = {}
    for path in sorted(directory.glob("*.yml")):
        try:
            nodes[path.stem] = Node(load(path.read_text(), str(path)), str(path), problems)
        except ConfigurationError as error:
            problems.append(Problem(str(path), 1, "", error.message))
    entities = [entity(name, node, contract, systems) for name, node in nodes.items()]
    taken: dict[tuple[str, str], str] = {}
    for found, node in zip(entities, nodes.values(), strict=True):
        for system, codes in found.codes.items():
            for code in codes:
                other = taken.setdefault((system, code), found.entity_id)
                if other != found.entity_id:
                    node.child("codes").child(system).problem(f"{code!r} is {other}'s code already")
    check_parents(nodes)
    return entities


def codes_of(entities: list[Entity], system: str) -> dict[str, str]:
    """Return a system's code map of entities: its code → entity."""
    return {code: found.entity_id for found in entities for code in found.codes.get(system, ())}


def maps_of(entities: list[Entity], system: str) -> dict[str, dict[str, Mapping[str, str]]]:
    """Return what entities spell otherwise in a system: code map → entity → code → word."""
    own: dict[str, dict[str, Mapping[str, str]]] = {}
    for found in entities:
        for name, codes in found.maps.get(system, {}).items():
            own.setdefault(name, {})[found.entity_id] = codes
    return own


def codes_sha256(codes: Mapping[str, str], own_maps: Mapping[str, Mapping[str, Mapping[str, str]]]) -> str:
    """Return the hash of how entities are written in a system.

    Another one where an entity was added, a code means another one, or one spells its codes otherwise.
    """
    said = [codes, own_maps] if own_maps else codes
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def entity(name: str, node: Node, contract: Contract, systems: frozenset[str]) -> Entity:
    """Read one entity's file, whose name is the entity's."""
    names = [declared.name for declared in contract.fields if declared.name not in ("system_codes", "control_accounts")]
    required = [declared.name for declared in contract.fields if declared.required]
    node.keys({*names, "codes", "maps", "control_accounts", "system_of_record", "copies"}, required)
    fields = {field_name: node.child(field_name).text() for field_name in names}
    check_fields(node, contract)
    if fields["payment_origin"] == OURSELVES:
        check_paying(node)
    if fields["entity_id"] != name:
        node.child("entity_id").problem(f"is not the file's name, {name!r}")
    codes = {system: value.texts() for system, value in node.child("codes").items()} if node.has("codes") else {}
    for system in codes:
        _known_system(node.child("codes").child(system), system, systems)
    maps = {
        system: {name: {code: word.text() for code, word in codes.items()} for name, codes in named.items()}
        for system, named in (node.child("maps").items() if node.has("maps") else ())
    }
    roles = (*_records(node, systems), *_copies(node, systems))
    pairs = [(role.object, role.source_system) for role in roles]
    for object_name, system in sorted({pair for pair in pairs if pairs.count(pair) > 1}):
        node.problem(f"{system!r} has two roles for {object_name!r}: it is of record once, or holds a copy")
    return Entity(fields["entity_id"], fields, codes, roles, maps, _controls(node))


def _controls(node: Node) -> dict[str, str]:
    """Return what accounts control: account → control_type."""
    if not node.has("control_accounts"):
        return {}
    listed = dict(node.child("control_accounts").items())
    for account in listed.values():
        account.choice(CONTROL_TYPES)
    return {code: account.text() for code, account in listed.items()}


def _records(node: Node, systems: frozenset[str]) -> Iterator[Role]:
    """Yield who is of record: an object named by itself outranks its group, a group outranks `all`."""
    if not node.has("system_of_record"):
        return
    named = dict(node.child("system_of_record").items())
    for name in sorted(named, key=_rank, reverse=True):
        if name not in GROUPS and name not in GROUPS["all"]:
            named[name].problem("is neither an object nor a group of them")
    pays_through_us = node.child("payment_origin").text() == OURSELVES
    decided: dict[str, str] = {}
    for name in sorted(named, key=_rank):
        for object_name in GROUPS.get(name, (name,)):
            decided.setdefault(object_name, name)
    for object_name, name in decided.items():
        if pays_through_us and object_name in OUR_PAYMENTS and name != object_name:
            yield Role(object_name, OURSELVES, "record")
            continue
        value = named[name]
        periods = value.elements() if isinstance(value.value, list) else [value]
        known = systems | {OURSELVES} if systems and object_name in OUR_PAYMENTS else systems
        roles = [_role(period, object_name, known) for period in periods]
        check_periods(periods, roles)
        if object_name in OUR_PAYMENTS:
            check_payment_origin(value, roles, pays_through_us)
        yield from roles


def _rank(name: str) -> int:
    return 2 if name == "all" else 1 if name in GROUPS else 0


def _role(node: Node, object_name: str, systems: frozenset[str]) -> Role:
    node.keys({"record", "from", "to"}, required=("record",))
    system = node.child("record").text()
    _known_system(node.child("record"), system, systems)
    first = node.child("from").checked(_day, "a date such as 2026-03-01", FIRST_DAY)
    last = node.child("to").checked(_day, "a date such as 2026-03-31", "")
    return Role(object_name, system, "record", first, last)


def _copies(node: Node, systems: frozenset[str]) -> Iterator[Role]:
    for object_name, holders in node.child("copies").items() if node.has("copies") else ():
        if object_name not in GROUPS["all"]:
            holders.problem("is not an object")
        for system in holders.texts():
            _known_system(holders, system, systems)
            yield Role(object_name, system, "copy")


def _known_system(node: Node, system: str, systems: frozenset[str]) -> None:
    if systems and system not in systems:
        node.problem(f"{system!r} is not a source system: there is no config/sources/{system}.yml")


def _day(text: str) -> str:
    return date.fromisoformat(text).isoformat()
