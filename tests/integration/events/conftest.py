"""What the tests of events share: keys of no value, arrivals, a warehouse that receipts land in."""

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from launcher.postgres import EmbeddedPostgres
from tests.integration.events.receipts import NOW, Bench
from tieout import settings
from tieout.archive.keys import Keys
from tieout.archive.store import Archive
from tieout.events.inbox import Arrival
from tieout.landing.configuration_files import Configuration, load_configuration


@pytest.fixture
def keys() -> Keys:
    """Keys of no value."""
    return Keys([b"k" * 32], b"t" * 32)


@pytest.fixture
def arrival() -> Callable[..., Arrival]:
    """Make an event that arrived."""

    def make(event_id: str, body: bytes = b"{}", **changes: Any) -> Arrival:
        values: dict[str, Any] = {
            "source_system": "supply",
            "event_type": "receipt.posted",
            "occurred_at": NOW,
            "received_at": NOW,
            "arrived_at": NOW,
            "trace_id": "trace-1",
        }
        return Arrival(event_id=event_id, body=body, **{**values, **changes})

    return make


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    """The configuration as it is shipped."""
    return load_configuration(settings.config_dir())


@pytest.fixture(scope="module")
def module_warehouse(postgres: EmbeddedPostgres, warehouse_template: str) -> Iterator[str]:
    """One warehouse for the module: every test has receipts of its own."""
    name = f"events_{secrets.token_hex(6)}"
    yield postgres.create_database(name, template=warehouse_template)
    postgres.drop_database(name)


@pytest.fixture(scope="module")
def archive_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive that belongs to the warehouse."""
    return tmp_path_factory.mktemp("archive")


@pytest.fixture
def bench(module_warehouse: str, configuration: Configuration, keys: Keys, archive_folder: Path) -> Bench:
    """A bench with receipts of its own."""
    return Bench(module_warehouse, configuration, Archive(archive_folder, keys), keys)
