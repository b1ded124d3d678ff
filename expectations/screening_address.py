"""Expectations of an address of a listed party."""

from tieout.quality.rules import Check, warning

CHECKS: tuple[Check, ...] = (
    warning(
        "an_address_names_a_place",
        ["address", "city", "region", "country"],
        fails_when="coalesce(address, city, region, country) is null",
        says="An address names a street, a city, a region or a country.",
    ),
)
