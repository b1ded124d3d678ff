"""A migrated warehouse with dbt at hand, in which the match was built before anything landed."""

from collections.abc import Iterator

import pytest

from launcher.postgres import EmbeddedPostgres
from tests.scenarios.warehouse import DATABASE, MATCH, Dbt, Warehouse, at, fresh_warehouse

TEMPLATE = "models_template"
STANDING = ["path:models/staging", "resource_type:seed", *MATCH]


@pytest.fixture(scope="session")
def dbt(postgres: EmbeddedPostgres) -> Iterator[Dbt]:
    """dbt for the one database that the tests have after one another."""
    runner = Dbt(postgres.dsn(DATABASE))
    yield runner
    runner.close()


@pytest.fixture(scope="session")
def models_template(postgres: EmbeddedPostgres, warehouse_template: str, dbt: Dbt) -> str:
    """The name of a database in which what most tests build stands empty, so that they stage only what they land.

    It remembers no run: the first build of a test takes everything for new.
    """
    with fresh_warehouse(postgres, warehouse_template, dbt) as warehouse:
        warehouse.build(at("2000-01-01"), select=STANDING, data_tests=False)
        warehouse.connection.execute("delete from ops.run")
        warehouse.close()
        postgres.create_database(TEMPLATE, template=DATABASE)
    return TEMPLATE


@pytest.fixture
def models(postgres: EmbeddedPostgres, models_template: str, dbt: Dbt) -> Iterator[Warehouse]:
    """A fresh warehouse to land records in and to build."""
    with fresh_warehouse(postgres, models_template, dbt) as warehouse:
        yield warehouse
