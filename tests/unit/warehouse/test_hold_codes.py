"""Seeds and routing know each hold code."""

import csv

import pytest

from tieout import settings
from tieout.codes import HOLD_CODES
from tieout.quality.root_causes import ROOT_CAUSES

ROOT = settings.dbt_project_dir().parent


def _rows(path: str) -> list[dict[str, str]]:
    with (ROOT / path).open(newline="") as file:
        return list(csv.DictReader(file))


RAISED = [row["code"] for row in _rows("dbt_project/seeds/hold_codes.csv")]


def test_a_code_that_is_raised_is_one_of_the_group_and_there_once() -> None:
    assert set(RAISED) <= set(HOLD_CODES)
    assert len(set(RAISED)) == len(RAISED)


@pytest.mark.parametrize("code", RAISED)
def test_a_code_that_is_raised_has_a_route_of_its_own_that_escalates(code: str) -> None:
    routes = [row for row in _rows("config/policies/routing.csv") if row["code"] == code and not row["entity_id"]]
    assert any(row["owner"] and row["escalate_after_days"] and row["escalate_to"] for row in routes)


@pytest.mark.parametrize("code", HOLD_CODES)
def test_each_code_has_a_word_in_each_vocabulary(code: str) -> None:
    (row,) = (row for row in _rows("dbt_project/seeds/hold_code_crosswalk.csv") if row["code"] == code)
    assert all(row[name] for name in row if name != "sap_tolerance_key")  # SAP has no tolerance for many


def test_root_causes_are_those_of_the_list_and_their_conditions_name_codes() -> None:
    rules = _rows("dbt_project/seeds/root_cause_rules.csv")
    assert {row["root_cause"] for row in [*rules, *_rows("dbt_project/seeds/hold_codes.csv")]} <= set(ROOT_CAUSES)
    facts = {"no policy fits", "differs by a pack", "booked in time", "ordered at the contract price"}
    assert {row["condition"] for row in rules} <= facts | {f"with {code}" for code in RAISED}
    assert {row["code"] for row in rules} <= set(RAISED)
