"""What entities must be by themselves, over time and together (docs/reference/sources.md, the entity file)."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from expectations.vocabulary import CURRENCIES
from tieout.landing.problems import Node
from tieout.landing.values import boolean
from tieout.warehouse.contracts import Contract

if TYPE_CHECKING:
    from tieout.landing.entities import Role


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


def check_periods(nodes: Sequence[Node], roles: "Sequence[Role]") -> None:
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
