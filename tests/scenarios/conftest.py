"""A migrated warehouse with dbt at hand, under one name, so that the project is parsed once."""

from collections.abc import Iterator

import pytest

from launcher.postgres import EmbeddedPostgres
from tests.scenarios.warehouse import DATABASE, Dbt, Warehouse, fresh_warehouse


@pytest.fixture(scope="session")
def dbt(postgres: EmbeddedPostgres) -> Iterator[Dbt]:
    """dbt, with the project parsed."""
    runner = Dbt(postgres.dsn(DATABASE))
    yield runner
    runner.close()


@pytest.fixture
def models(postgres: EmbeddedPostgres, warehouse_template: str, dbt: Dbt) -> Iterator[Warehouse]:
    """A fresh warehouse to land records in and to build."""
    with fresh_warehouse(postgres, warehouse_template, dbt) as warehouse:
        yield warehouse
