"""Random situations between a hospital and its bank: the models reconcile them as a plain reading of the rules does."""

from random import Random

import pytest

from launcher.postgres import EmbeddedPostgres
from tests.properties.bank.cases import CASES
from tests.properties.bank.engine import Engine
from tests.properties.bank.stories import situation
from tests.scenarios.warehouse import Dbt


@pytest.mark.parametrize(
    ("first_seed", "count"),
    [(0, 800), *(pytest.param(10_000 * n, 4000, marks=pytest.mark.slow) for n in range(1, 5))],
)
def test_the_ladder_agrees_with_the_rules_takes_nothing_twice_and_adds_up_whatever_comes_first(
    postgres: EmbeddedPostgres, warehouse_template: str, dbt: Dbt, first_seed: int, count: int
) -> None:
    random = [situation(Random(seed)) for seed in range(first_seed, first_seed + count)]
    counter_example = Engine(postgres, warehouse_template, dbt).counter_example([*CASES.values(), *random])
    assert counter_example is None, counter_example
