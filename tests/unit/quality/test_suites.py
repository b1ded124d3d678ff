"""Binding rules to objects."""

from types import SimpleNamespace

import pytest

from tieout.errors import ConfigurationError
from tieout.quality import suites
from tieout.quality.rules import Rule, Severity, critical, warning
from tieout.warehouse.contracts import Contract, Field, QuarantineLimit

CONTRACT = Contract(
    "thing", 1, "domain", "ap", "A thing.", (), QuarantineLimit(10, 1000, 20),
    (Field("qty", "quantity", "Quantity."),),
)  # fmt: skip


def suite(monkeypatch, *checks):
    monkeypatch.setattr(suites, "import_module", lambda name: SimpleNamespace(CHECKS=checks))
    return suites.rules_of(CONTRACT, ["H1"])


def test_a_rule_is_named_after_its_object_and_owned_by_the_objects_owner(monkeypatch):
    rules = suite(monkeypatch, warning("odd", ["qty"], fails_when="false", says="It is even."))

    assert [rule.id for rule in rules] == ["thing.qty.type", "thing.odd"]
    assert rules[1] == Rule("thing.odd", "thing", Severity.WARNING, "false", ("qty",), "ap", "It is even.")


def test_a_rule_may_name_an_owner_of_its_own(monkeypatch):
    rules = suite(monkeypatch, critical("odd", ["qty"], fails_when="false", says="Even.", owner="buyer"))

    assert rules[1].owner == "buyer"


def test_a_rule_that_is_given_twice_is_refused(monkeypatch):
    check = critical("odd", ["qty"], fails_when="false", says="Even.")

    with pytest.raises(ConfigurationError, match=r"given twice: thing.odd"):
        suite(monkeypatch, check, check)


def test_a_rule_on_a_column_that_the_object_has_not_is_refused(monkeypatch):
    with pytest.raises(ConfigurationError, match=r"thing.odd looks at colour"):
        suite(monkeypatch, critical("odd", ["colour"], fails_when="false", says="Even."))


def test_an_object_without_a_suite_is_refused():
    with pytest.raises(ConfigurationError, match=r"expectations/thing.py"):
        suites.rules_of(CONTRACT, ["H1"])
