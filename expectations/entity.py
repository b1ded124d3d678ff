"""Expectations of a legal entity or facility."""

from expectations.common import iso_currency
from tieout.quality.rules import Check, critical

CHECKS: tuple[Check, ...] = (
    iso_currency(),
    critical(
        "time_zone_is_known",
        ["time_zone"],
        fails_when="not quality.is_valid('2026-01-01 00:00:00 ' || time_zone, 'timestamptz')",
        says="time_zone is a name of the IANA time zone database.",
    ),
    critical(
        "entity_is_not_its_own_parent",
        ["entity_id", "parent_entity_id"],
        fails_when="entity_id = parent_entity_id",
        says="An entity is not its own parent.",
    ),
)
