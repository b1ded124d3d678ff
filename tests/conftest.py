"""Real parts for tests: one embedded PostgreSQL for the session, a fresh warehouse for each test that asks."""

import secrets
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

from launcher.postgres import EmbeddedPostgres
from tieout import settings
from tieout.warehouse.migrate import migrate

TEMPLATE = "warehouse_template"
# Tests of a folder that share a warehouse, which takes a minute to build, are run by one worker.
TOGETHER = "tests/integration/marts/"


def pytest_configure() -> None:
    """Let a run that is told to end stop what it started, as one that is interrupted does."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)


class ByFile(LoadFileScheduling):
    """Gives each worker whole files of tests, and all files of ``TOGETHER`` to the same."""

    def _split_scope(self, nodeid: str) -> str:
        return TOGETHER if nodeid.startswith(TOGETHER) else super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    """Let ``ByFile`` deal the tests out."""
    return ByFile(config, log)


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL server of this session's own, on a free port. Its folder is one that everybody may enter."""
    directory = Path(tempfile.mkdtemp(prefix="tieout-test-"))
    directory.chmod(0o755)
    server = EmbeddedPostgres(directory / "postgres", durable=False)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def warehouse_template(postgres: EmbeddedPostgres) -> str:
    """The name of a migrated database that fresh warehouses are copied from."""
    migrate(postgres.create_database(TEMPLATE), settings.objects_dir())
    return TEMPLATE


@pytest.fixture
def warehouse(postgres: EmbeddedPostgres, warehouse_template: str) -> Iterator[str]:
    """The URL of a fresh, migrated warehouse."""
    name = f"warehouse_{secrets.token_hex(6)}"
    yield postgres.create_database(name, template=warehouse_template)
    postgres.drop_database(name)


@pytest.fixture
def empty_database(postgres: EmbeddedPostgres) -> Iterator[str]:
    """The URL of a fresh, empty database."""
    name = f"empty_{secrets.token_hex(6)}"
    yield postgres.create_database(name)
    postgres.drop_database(name)
