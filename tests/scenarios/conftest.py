"""A migrated warehouse with dbt at hand, under one name, so that the project is parsed once."""

from collections.abc import Iterator

import pytest

from launcher.postgres import EmbeddedPostgres
from tests.scenarios.warehouse import Dbt, Warehouse

DATABASE = "models"


@pytest.fixture(scope="session")
def dbt(postgres: EmbeddedPostgres) -> Iterator[Dbt]:
    """dbt, with the project parsed."""
    runner = Dbt(postgres.dsn(DATABASE))
    yield runner
    runner.close()


@pytest.fixture
def models(postgres: EmbeddedPostgres, warehouse_template: str, dbt: Dbt) -> Iterator[Warehouse]:
    """A fresh warehouse to land records in and to build."""
    postgres.drop_database(DATABASE)
    warehouse = Warehouse(postgres.create_database(DATABASE, template=warehouse_template), dbt)
    yield warehouse
    warehouse.close()
    postgres.drop_database(DATABASE)
