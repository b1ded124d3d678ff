"""Rows of policies that would judge wrongly are refused, each with its line, its field and what to do."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tieout import settings
from tieout.landing.policy_files import policy_problems
from tieout.warehouse.contracts import load_contracts

CONTRACTS = load_contracts(settings.objects_dir())
POLICY = (
    "policy_id,entity_id,vendor_key,item_category,match_type,currency,valid_from,valid_to,price_over_pct,tax_blocks\n"
)
RULES = "rule_id,entity_id,vendor_key,item_category,match_type\n"
ROUTES = "route_id,code,entity_id,item_category,owner_role,owner\n"

Problems = Callable[[str, str], list[tuple[int, str, str]]]


@pytest.fixture
def problems(tmp_path: Path) -> Problems:
    """What is wrong with the text of a file: line, field, message."""

    def run(name: str, text: str) -> list[tuple[int, str, str]]:
        path = tmp_path / f"{name}.csv"
        path.write_text(text)
        found = policy_problems(path, CONTRACTS[name], {"H1", "H2"}, {"erp", "ap"})
        return [(problem.line, problem.field, problem.message) for problem in found]

    return run


@pytest.mark.parametrize(
    ("row", "field", "says"),
    [
        ("X,H9,,,,,2025-01-01,,2,true", "entity_id", "there is no entity 'H9': add config/entities/H9.yml"),
        ("X,,V1,,,,2025-01-01,,2,true", "vendor_key", "'V1' is no vendor: write <source system>:<number>"),
        ("X,,sap:1,,,,2025-01-01,,2,true", "vendor_key", "'sap:1' is no vendor"),
        ("X,,,,five_way,,2025-01-01,,2,true", "match_type", "'five_way' is not one of two_way, three_way"),
        ("X,,,,,USX,2025-01-01,,2,true", "currency", "'USX' is no currency of ISO 4217"),
        ("X,,,,,,2025-01-01,,some,true", "price_over_pct", "neither a number of at least zero nor 'unlimited'"),
        ("X,,,,,,2025-01-01,,-1,true", "price_over_pct", "neither a number of at least zero nor 'unlimited'"),
        ("X,,,,,,2025-01-01,,NaN,true", "price_over_pct", "neither a number of at least zero nor 'unlimited'"),
        ("X,,,,,,2025-01-01,,2,perhaps", "tax_blocks", "'perhaps' is neither true nor false"),
        ("X,,,,,,1 January,,2,true", "valid_from", "'1 January' is no date such as 2026-03-01"),
        ("X,,,,,,2025-01-02,2025-01-01,2,true", "valid_to", "is before valid_from, 2025-01-02"),
        ("X,,,,,,,,2,true", "valid_from", "is required"),
        ("X,,,,,,2025-01-01,,2", "", "has not the 10 fields that the first line names"),
    ],
)
def test_a_row_that_would_judge_wrongly_is_named_by_line_and_field(
    problems: Problems, row: str, field: str, says: str
) -> None:
    ((line, found, message),) = problems("policy", f"{POLICY}fits,H1,,,,,2020-01-01,2020-12-31,2,true\n{row}\n")
    assert (line, found) == (3, field)
    assert says in message


def test_what_may_be_said_is_not_refused(problems: Problems) -> None:
    rows = [
        "a,H1,erp:20:1,PHARMA,two_way,EUR,2025-01-01,2025-12-31,unlimited,no",
        "b,,,,,,2025-01-01,,0,true",
        "c,,,,,,2020-01-01,2024-12-31,,",
        "d,H1,,,,,2025-01-01,,2.50,false",
    ]
    assert problems("policy", POLICY + "\n".join(rows) + "\n") == []


@pytest.mark.parametrize(
    ("first", "second", "overlap"),
    [
        ("2025-01-01,2025-06-30", "2025-07-01,", False),
        ("2025-01-01,2025-06-30", "2025-06-30,", True),
        ("2025-01-01,", "2025-07-01,2025-07-02", True),
        ("2025-07-01,", "2025-01-01,2025-06-30", False),
        ("2025-01-01,", "2024-01-01,", True),
    ],
)
def test_two_rows_of_one_scope_may_not_share_a_day(problems: Problems, first: str, second: str, overlap: bool) -> None:
    found = problems("policy", f"{POLICY}a,H1,,,,,{first},2,true\nb,H1,,,,,{second},3,true\n")
    assert [(line, "has the scope of line 2 for the same days" in message) for line, _, message in found] == (
        [(3, True)] if overlap else []
    )


def test_a_key_is_given_once(problems: Problems) -> None:
    found = problems("policy", f"{POLICY}a,H1,,,,,2025-01-01,,2,true\n\na,H2,,,,,2025-01-01,,2,true\n")
    assert found == [(4, "policy_id", "has the key of line 2: give each row one of its own")]


def test_rules_of_match_types_have_one_scope_each(problems: Problems) -> None:
    found = problems("match_type_rule", RULES + "a,,,FOOD,two_way\nb,,,FOOD,three_way\nc,H9,,,none\nd,,,LAB,any\n")
    assert [(line, field) for line, field, _ in found] == [
        (4, "entity_id"),
        (5, "match_type"),
        (3, "entity_id, vendor_key, item_category"),
    ]


def test_routes_name_codes_and_entities_that_exist_and_have_one_scope_each(problems: Problems) -> None:
    rows = ["a,PRICE_OVR,,,buyer,desk", "b,PRICE_OVER,H3,,buyer,desk", "c,QTY_ORDERED,,,buyer,desk"]
    found = problems("routing", ROUTES + "\n".join([*rows, "d,QTY_ORDERED,,,ap,desk", "all,,,,ap,desk"]) + "\n")
    assert [(line, field) for line, field, _ in found] == [
        (2, "code"),
        (3, "entity_id"),
        (5, "code, entity_id, item_category"),
    ]


def test_our_own_policies_are_in_order() -> None:
    policies = settings.config_dir() / "policies"
    entities = {path.stem for path in (settings.config_dir() / "entities").glob("*.yml")}
    for path in policies.glob("*.csv"):
        assert policy_problems(path, CONTRACTS[path.stem], entities, set()) == []


PAYMENT = (
    "policy_id,entity_id,currency,valid_from,valid_to,horizon_days,discount_min_pct,payment_limit,batch_limit,"
    "two_approvers_above,cooling_days,unconfirmed_hours\n"
)


def test_a_payment_policy_says_everything_and_is_alone_in_its_scope_on_a_day(problems: Problems) -> None:
    rest = "5,12,unlimited,100.00,50,10,48"
    assert problems("payment_policy", f"{PAYMENT}a,,,2026-01-01,2026-03-31,{rest}\nb,,,2026-04-01,,{rest}\n") == []
    found = problems("payment_policy", f"{PAYMENT}a,,,2026-01-01,2026-04-01,{rest}\nb,,,2026-04-01,,{rest}\n")
    assert [(line, field) for line, field, _ in found] == [(3, "entity_id, currency")]
    ((line, field, message),) = problems("payment_policy", f"{PAYMENT}a,,,2026-01-01,,5,12,,100.00,50,10,48\n")
    assert (line, field, message) == (2, "payment_limit", "is required")
