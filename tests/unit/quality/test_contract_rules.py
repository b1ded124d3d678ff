"""Rules that a contract implies."""

import pytest

from tieout.quality.contract_rules import contract_checks
from tieout.quality.rules import Severity
from tieout.warehouse.contracts import Contract, Field, QuarantineLimit


def contract(*fields: Field, name: str = "thing") -> Contract:
    return Contract(name, 1, "domain", "ap", "A thing.", (), QuarantineLimit(10, 1000, 20), fields)


def names(*fields: Field, name: str = "thing") -> list[str]:
    return [check.name for check in contract_checks(contract(*fields, name=name), ["H1", "H2"])]


def test_a_text_that_is_not_required_has_no_rule():
    assert names(Field("lot", "text", "Lot.")) == []


def test_a_required_field_must_be_given():
    (check,) = contract_checks(contract(Field("lot", "text", "Lot.", required=True)), ["H1"])

    assert (check.name, check.severity, check.columns) == ("lot.required", Severity.CRITICAL, ("lot",))
    assert check.description == "lot is given."


@pytest.mark.parametrize("kind", ["integer", "date", "timestamp", "money", "price", "quantity", "number", "limit"])
def test_a_field_of_a_type_must_read_as_it(kind):
    assert names(Field("f", kind, "F.")) == ["f.type"]


def test_a_field_with_a_list_must_be_in_it():
    (check,) = contract_checks(contract(Field("kind", "text", "Kind.", values=("a", "it's"))), ["H1"])

    assert check.name == "kind.allowed"
    assert check.predicate == """not "kind" in ('a', 'it''s')"""


def test_a_limit_may_be_unlimited():
    (check,) = contract_checks(contract(Field("f", "limit", "F.")), ["H1"])

    assert "'unlimited'" in check.predicate


def test_a_boolean_is_true_or_false():
    assert names(Field("f", "boolean", "F.")) == ["f.allowed"]


def test_of_a_sensitive_field_only_the_token_is_looked_at():
    (check,) = contract_checks(contract(Field("iban", "text", "I.", required=True, sensitivity="bank")), ["H1"])

    assert check.columns == ("iban_token",)


def test_an_entity_must_be_configured_except_where_entities_are_defined():
    field = Field("entity_id", "text", "Entity.")

    assert names(field) == ["entity_id.configured"]
    assert names(field, name="entity") == []
