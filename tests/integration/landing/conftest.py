"""What landing's tests share: keys, a context, a window."""

import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from launcher.postgres import EmbeddedPostgres
from tieout import settings
from tieout.archive.keys import Keys
from tieout.landing.configuration_files import Configuration, load_configuration
from tieout.landing.context import Context
from tieout.landing.manifest import Interval
from tieout.sources.endpoint import Endpoint

NOW = datetime(2026, 4, 1, tzinfo=UTC)
DAY = Interval(datetime(2026, 3, 31, tzinfo=UTC), NOW)


EMPTY = """
do $$
declare
    found record;
    filled boolean;
begin
    for found in
        select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('raw', 'ops')
    loop
        execute format('select exists (select 1 from %s)', found.name) into filled;
        if filled then
            execute format('delete from %s', found.name);
        end if;
    end loop;
end $$
"""


@pytest.fixture(scope="session")
def landing_warehouse(postgres: EmbeddedPostgres, warehouse_template: str) -> Iterator[str]:
    """One warehouse for all of landing's tests: emptying what a test filled is quicker than a fresh one."""
    name = f"landing_{secrets.token_hex(6)}"
    yield postgres.create_database(name, template=warehouse_template)
    postgres.drop_database(name)


@pytest.fixture
def warehouse(landing_warehouse: str) -> Iterator[str]:
    """The URL of an empty warehouse."""
    yield landing_warehouse
    with psycopg.connect(landing_warehouse) as connection:
        connection.execute(EMPTY)


@pytest.fixture
def keys() -> Keys:
    """Keys of no value."""
    return Keys([b"k" * 32], b"t" * 32)


@pytest.fixture
def day() -> Interval:
    """31 March 2026."""
    return DAY


@pytest.fixture
def make_context(warehouse: str, tmp_path: Path, keys: Keys) -> Callable[..., Context]:
    """Make a context whose connections are the endpoints given by name."""

    def make(configuration: Configuration, endpoints: dict[str, Endpoint], **changes: Any) -> Context:
        values: dict[str, Any] = {
            "warehouse_dsn": warehouse,
            "configuration": configuration,
            "archive_root": tmp_path / "archive",
            "keys": keys,
            "resolve": endpoints.__getitem__,
            "dag_run_id": "run-1",
            "trace_id": "trace-1",
            "now": lambda: NOW,
            "pause": lambda seconds: None,
        }
        return Context(**{**values, **changes})

    return make


@pytest.fixture
def make_configuration(tmp_path: Path) -> Callable[..., Configuration]:
    """Make a configuration of our contracts, no entities but H1, and profiles given as text."""

    def make(**profiles: str) -> Configuration:
        directory = tmp_path / "config"
        (directory / "sources").mkdir(parents=True, exist_ok=True)
        (directory / "entities").mkdir(exist_ok=True)
        if not (directory / "objects").exists():
            (directory / "objects").symlink_to(settings.objects_dir())
        for system, text in profiles.items():
            (directory / "sources" / f"{system}.yml").write_text(text)
        (directory / "entities" / "H1.yml").write_text(
            ENTITY.format(codes="{" + ", ".join(f"{s}: [US01]" for s in profiles) + "}")
        )
        return load_configuration(directory)

    return make


@pytest.fixture
def rows(warehouse: str) -> Callable[..., list[tuple]]:
    """Run a query in the warehouse."""

    def query(text: str, *parameters: Any) -> list[tuple]:
        with psycopg.connect(warehouse, options="-c timezone=UTC") as connection:
            return connection.execute(text, parameters).fetchall()  # type: ignore[arg-type]

    return query


ENTITY = """
entity_id: H1
name: North Hospital
entity_type: hospital
currency: USD
time_zone: America/New_York
fiscal_calendar: calendar_year
accruals: true
payment_origin: erp
codes: {codes}
"""
