"""Fixtures of the estate's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.settings import Config, make_config
from tests.integration.sandbox.served import Days, Running, running


@pytest.fixture
def config(empty_database: str, tmp_path: Path) -> Config:
    """The config of an estate on a fresh database."""
    return make_config({"home": str(tmp_path), "dsn": empty_database, "requests_per_second": {}})


@pytest.fixture
def days() -> Days:
    """The scenario that the test fills."""
    return Days()


@pytest.fixture
def estate(config: Config, days: Days) -> Iterator[Running]:
    """A running estate."""
    with running(config, days) as estate:
        yield estate
