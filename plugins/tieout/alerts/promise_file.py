"""The promises of ``config/policies/sla.csv`` that are looked at here: read, and checked by line and field."""

from collections.abc import Iterator
from datetime import time
from decimal import Decimal, InvalidOperation
from pathlib import Path

from tieout.alerts.configuration import clock_time
from tieout.alerts.promises import ARRIVED, HOLD, KNOWN, Promise, Served
from tieout.landing.configuration_files import Configuration
from tieout.landing.policy_files import Row, read_rows
from tieout.landing.problems import Problem
from tieout.warehouse.contracts import Contract

SUBJECTS = (KNOWN, ARRIVED, HOLD)


def load_promises(directory: Path) -> list[Promise]:
    """Return the promises about what is known, what arrives and holds; rows that cannot be read are left out."""
    path = directory / "policies" / "sla.csv"
    rows = read_rows(path)[1] if path.exists() else []
    return [
        Promise(
            row.get("sla_id"), row.get("subject"), Decimal(row.get("hours")), row.get("object"),
            row.get("source_system"), row.get("entity_id"), row.get("owner_role"), _time(row),
        )
        for row in rows
        if row.get("subject") in SUBJECTS and _hours(row) is not None
    ]  # fmt: skip


def served_by(configuration: Configuration, today: str) -> list[Served]:
    """Return which system is of record for which object of which facility on a day (ISO 8601)."""
    return [
        Served(entity.entity_id, role.source_system, role.object, entity.fields.get("time_zone") or "UTC")
        for entity in configuration.entities
        if not entity.fields.get("valid_to") or entity.fields["valid_to"] >= today
        for role in entity.roles
        if role.role == "record" and role.valid_from <= today and (not role.valid_to or role.valid_to >= today)
    ]


def promise_problems(directory: Path, configuration: Configuration, roles: set[str]) -> list[Problem]:
    """Return what is wrong with these promises; what every row must have the contract says."""
    path = directory / "policies" / "sla.csv"
    if not path.exists():
        return []
    rows = [row for row in read_rows(path)[1] if row.get("subject") in SUBJECTS]
    return [Problem(str(path), row.line, *found) for row in rows for found in _mistakes(row, configuration, roles)]


def _mistakes(row: Row, configuration: Configuration, roles: set[str]) -> Iterator[tuple[str, str]]:
    hours = _hours(row)
    if hours is not None and hours <= 0:
        yield "hours", f"{row.get('hours')} is not above zero"
    if row.get("subject") == HOLD:
        if row.get("owner_role") and roles and row.get("owner_role") not in roles:
            yield "owner_role", f"{row.get('owner_role')!r} owns nothing: config/policies/routing.csv has no such role"
        return
    system, contract = row.get("source_system"), configuration.contracts.get(row.get("object"))
    if contract is None:
        yield "object", f"{row.get('object')!r} is not an interface object: name the one that is promised"
    elif row.get("subject") == ARRIVED and not _of_facilities(contract):
        yield "object", f"{contract.name} is not of a facility: promise that it is `known` instead"
    if system and system not in configuration.profiles:
        yield "source_system", f"there is no source {system!r}: there is no config/sources file of this name"
    if row.get("by_time"):
        try:
            clock_time(row.get("by_time"))
        except ValueError:
            yield "by_time", f"{row.get('by_time')!r} is not a time of day such as 07:00"


def _of_facilities(contract: Contract) -> bool:
    return any(declared.name == "entity_id" for declared in contract.fields)


def _hours(row: Row) -> Decimal | None:
    try:
        return Decimal(row.get("hours"))
    except InvalidOperation:
        return None


def _time(row: Row) -> time | None:
    try:
        return clock_time(row.get("by_time")) if row.get("by_time") else None
    except ValueError:
        return None


def owner_roles(directory: Path) -> set[str]:
    """Return the roles that own holds by ``config/policies/routing.csv``."""
    path = directory / "policies" / "routing.csv"
    rows = read_rows(path)[1] if path.exists() else []
    return {row.get("owner_role") for row in rows} - {""}
