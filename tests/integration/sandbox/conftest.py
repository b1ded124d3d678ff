"""Fixtures of the estate's tests. One estate serves a module; each test finds it before its first day."""

import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from launcher.postgres import EmbeddedPostgres
from sandbox.settings import Config, make_config
from tests.integration.sandbox.served import Days, Running, running


@pytest.fixture(scope="module")
def served(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, Days]]:
    """A running estate and the scenario that decides its days."""
    name = f"estate_{secrets.token_hex(6)}"
    given = {"home": str(tmp_path_factory.mktemp("estate")), "dsn": postgres.create_database(name)}
    days = Days()
    with running(make_config({**given, "requests_per_second": {}}), days) as estate:
        yield estate, days
    postgres.drop_database(name)


@pytest.fixture
def days(served: tuple[Running, Days]) -> Days:
    """The scenario that the test fills."""
    _, days = served
    days.days.clear()
    return days


@pytest.fixture
def estate(served: tuple[Running, Days], days: Days) -> Running:
    """A running estate before its first day."""
    estate, _ = served
    estate.start_over()
    return estate


@pytest.fixture
def config(served: tuple[Running, Days], empty_database: str, tmp_path: Path) -> Config:
    """The config of an estate of the test's own, on a fresh database.

    Roles belong to the whole database server, so it has the passwords of the estate that serves the module.
    """
    estate, _ = served
    config = make_config({"home": str(tmp_path), "dsn": empty_database, "requests_per_second": {}})
    config.directory.mkdir()
    shutil.copy(estate.config.secrets_file, config.secrets_file)
    return config
