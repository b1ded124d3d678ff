"""Random purchase orders: the models give what a slow and independent reading of the rules gives, to the row."""

from datetime import timedelta
from random import Random

import pytest

from launcher.postgres import EmbeddedPostgres
from tests.properties.cases import CASES
from tests.properties.engine import AS_OF, Engine
from tests.properties.generator import case
from tests.scenarios.warehouse import Dbt


@pytest.fixture
def engine(postgres: EmbeddedPostgres, warehouse_template: str, dbt: Dbt) -> Engine:
    """The models, ready to judge many cases at once."""
    return Engine(postgres, warehouse_template, dbt)


@pytest.mark.parametrize(
    ("first_seed", "orders"),
    [(0, 1600), *(pytest.param(10_000 * n, 4000, marks=pytest.mark.slow) for n in range(1, 5))],
)
def test_the_models_agree_with_the_rules_on_random_purchase_orders(
    engine: Engine, first_seed: int, orders: int
) -> None:
    cases = [case(Random(seed)) for seed in range(first_seed, first_seed + orders)]
    counter_example = engine.counter_example(cases)
    assert counter_example is None, counter_example


def test_the_models_agree_with_the_rules_as_time_passes_and_graces_end(engine: Engine) -> None:
    cases = [case(Random(seed)) for seed in range(50_000, 50_400)]
    moments = [AS_OF, AS_OF + timedelta(hours=13), AS_OF + timedelta(days=4)]
    found = {seed: differs for seed, differs in enumerate(engine.differences(cases, moments)) if differs}
    assert found == {}


def test_the_models_agree_with_the_rules_on_every_case_that_once_told_them_apart(engine: Engine) -> None:
    found = dict(zip(CASES, engine.differences(list(CASES.values())), strict=True))
    assert {name: differs for name, differs in found.items() if differs} == {}
