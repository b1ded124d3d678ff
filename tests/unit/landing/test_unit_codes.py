"""Codes of units: each list's own meaning, and what a profile makes of them."""

import csv
from collections import Counter

import pytest

from tieout import settings
from tieout.landing.configuration_files import load_configuration
from tieout.landing.profile import Profile
from tieout.landing.unit_codes import unit_codes, with_unit_codes

SEEDS = settings.dbt_project_dir() / "seeds"


def _rows(name: str) -> list[dict[str, str]]:
    with (SEEDS / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


UNITS = {row["unit"]: row for row in _rows("units")}
CODES = _rows("unit_codes")


def test_a_code_means_one_unit_in_its_list_and_the_unit_is_known() -> None:
    assert Counter((row["code_list"], row["code"]) for row in CODES).most_common(1)[0][1] == 1
    assert {row["unit"] for row in CODES} == set(UNITS)


@pytest.mark.parametrize(
    ("code", "rec20", "x12"),
    [
        ("CA", "XCA", "CS"),
        ("PL", "PL", "PF"),
        ("PA", "PA", "PL"),
        ("RL", "RL", "RO"),
        ("ST", "ST", "SET"),
        ("BX", "BX", "BX"),
        ("BA", None, "BL"),
        ("CS", "CS", None),
    ],
)
def test_a_code_means_what_its_list_says(code: str, rec20: str, x12: str | None) -> None:
    assert unit_codes()["rec20"].get(code) == rec20
    assert unit_codes()["x12_355"].get(code) == x12


def test_the_code_that_is_a_can_here_and_a_case_there_is_no_unit_of_ours() -> None:
    assert "CA" not in UNITS


def test_pack_codes_that_the_recommendation_deleted_are_units_because_suppliers_use_them() -> None:
    status = {row["code"]: row["status"] for row in CODES if row["code_list"] == "rec20"}
    assert {code: status[code] for code in ("BX", "CS", "CT", "PK")} == dict.fromkeys(
        ("BX", "CS", "CT", "PK"), "deleted"
    )
    assert {"BX", "CS", "CT", "PK"} <= set(UNITS)
    assert (status["EA"], status["DZN"]) == ("active", "active")


def test_a_unit_of_the_model_is_written_as_the_recommendation_writes_it() -> None:
    own = {row["code"]: row["unit"] for row in CODES if row["code_list"] == "rec20"}
    assert {unit for unit in UNITS if own.get(unit) != unit} == {"XCA"}


def test_a_profiles_own_words_come_before_its_lists_and_these_in_their_order() -> None:
    profile = Profile("x", "ap", 1, (), {"unit": {"CT": "BX"}, "term": {"N": "N30"}}, ("x12_355", "rec20"))
    maps = with_unit_codes(profile).maps
    assert maps["term"] == {"N": "N30"}
    assert {code: maps["unit"].get(code) for code in ("CT", "CA", "CS", "box")} == {
        "CT": "BX", "CA": "CS", "CS": "CS", "box": None,
    }  # fmt: skip
    assert with_unit_codes(Profile("x", "ap", 1, (), {}, ())).maps == {}


def test_words_may_be_capitalised_in_any_way() -> None:
    assert [unit_codes()["local"][word] for word in ("BOX", "Box", "box", "Ea.")] == ["BX", "BX", "BX", "EA"]


def test_every_unit_that_a_configured_source_maps_to_is_known() -> None:
    profiles = load_configuration(settings.config_dir()).profiles
    mapped = {unit for profile in profiles.values() for unit in profile.maps.get("unit", {}).values()}
    assert mapped <= set(UNITS)
    assert profiles["ap"].maps["unit"]["DZ"] == "DZN"
