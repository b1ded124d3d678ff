"""The suites as a whole."""

import re
from pathlib import Path

import pytest

from tieout import settings
from tieout.quality.suites import rules_of
from tieout.warehouse.contracts import load_contracts

CONTRACTS = load_contracts(settings.objects_dir())
RULES = {name: rules_of(contract, ["H1"]) for name, contract in CONTRACTS.items()}
SHARED = {"__init__", "common"}


def test_there_is_one_suite_per_interface_object():
    suites = {path.stem for path in (settings.CHECKOUT / "expectations").glob("*.py")} - SHARED

    assert suites == set(CONTRACTS)


@pytest.mark.parametrize("name", CONTRACTS)
def test_each_rule_is_a_sentence_and_named_in_words(name):
    for rule in RULES[name]:
        assert re.fullmatch(rf"{name}(\.[a-z0-9_]+)+", rule.id)
        assert rule.description.endswith(".")
        assert not re.search("[<>$&]", rule.description), "it is shown as it stands"


@pytest.mark.parametrize("name", CONTRACTS)
def test_no_rule_casts_a_text_that_it_did_not_test(name):
    for rule in RULES[name]:
        for match in re.finditer(r"::(numeric|date|timestamptz)", rule.predicate):
            before = rule.predicate[: match.start()]
            assert re.search(r"\(case when [^;]* then \"\w+\"$", before), rule.id


@pytest.mark.parametrize("name", CONTRACTS)
def test_no_rule_looks_at_an_account_number_or_a_tax_id(name):
    sensitive = {field.name for field in CONTRACTS[name].fields if field.sensitivity != "none"}

    for rule in RULES[name]:
        assert not {column for column in rule.columns for field in sensitive if column == f"{field}_encrypted"}
        assert not [field for field in sensitive if f'"{field}_encrypted"' in rule.predicate]


def test_suites_do_no_input_or_output():
    for path in (settings.CHECKOUT / "expectations").glob("*.py"):
        imported = set(re.findall(r"^from ([\w.]+) import", Path(path).read_text(), re.MULTILINE))
        assert imported <= {
            "expectations.common", "tieout.codes", "tieout.quality.predicates", "tieout.quality.rules",
        }  # fmt: skip
