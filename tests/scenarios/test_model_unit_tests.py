"""dbt's own unit tests of models. They read the types of their inputs from a warehouse, so one is built, empty."""

from tests.scenarios.warehouse import Warehouse, at


def test_the_unit_tests_of_all_models_pass(models: Warehouse) -> None:
    models.build(at("2026-03-31"), select=["fqn:*"])
    models.dbt("test", "--select", "test_type:unit")
