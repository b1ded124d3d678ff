"""Code lists of units: which code of which list means which unit (docs/reference/items.md, section 7)."""

import csv
from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from tieout import settings
from tieout.landing.profile import Profile

MAP = "unit"
"""The code map that a profile's lists of codes complete."""
WORDS = "local"
"""The list whose codes are words: how they are capitalised does not matter."""


@cache
def unit_codes() -> Mapping[str, Mapping[str, str]]:
    """Return, by code list and code, the unit that is meant."""
    found: dict[str, dict[str, str]] = {}
    with (settings.dbt_project_dir() / "seeds" / "unit_codes.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            codes = found.setdefault(row["code_list"], {})
            spellings = [row["code"]]
            if row["code_list"] == WORDS:
                spellings += [row["code"].capitalize(), row["code"].lower()]
            codes.update(dict.fromkeys(spellings, row["unit"]))
    return found


def with_unit_codes(profile: Profile) -> Profile:
    """Return the profile with its map of units completed: its own words first, then each list's in its order."""
    if not profile.unit_codes:
        return profile
    codes: dict[str, str] = {}
    for name in reversed(profile.unit_codes):
        codes |= unit_codes().get(name, {})
    return replace(profile, maps={**profile.maps, MAP: codes | dict(profile.maps.get(MAP, {}))})
