"""Files that are awaited, on a real server: looked for before an extraction, and seen when they come."""

import asyncio
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.integration.landing.servers import serve_sftp
from tieout import settings
from tieout.landing.extract import extract_source
from tieout.operators.await_files import FilesCame, files_to_await
from tieout.operators.connections import resolve, sftp_client

PROFILE = """
system: supply
kind: supply
version: 1
protocol: sftp
feeds:
  - name: receipts
    read: {directory: out, pattern: "receipts_*", done: out/done, await: PT2H}
    format: {type: csv, header: true}
    objects:
      receipt_line:
        fields: {receipt_ref: ID, entity_id: {path: SITE, entity: true}, po_number: PO, po_line_number: LINE,
          kind: {constant: receipt}, qty: QTY, received_at: {constant: "2026-03-31T10:00:00Z"}}
  - name: prices
    read: {directory: prices, pattern: "*.csv", marker: "*.ok", await: PT1H}
    format: {type: csv, header: true}
    objects:
      contract_price:
        fields: {contract_number: C, item_number: I, unit: U, valid_from: F, price: P, currency: {constant: USD}}
"""
RECEIPTS = "ID,SITE,PO,LINE,QTY\n1,US01,PO1,1,5\n"
NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)


def drop(path: Path, content: str = "", at: datetime = NOON) -> None:
    """Let a file appear with a time."""
    temporary = path.with_name("." + path.name)
    temporary.write_text(content)
    os.utime(temporary, (at.timestamp(), at.timestamp()))
    temporary.rename(path)


@pytest.fixture
def root(tmp_path) -> Path:
    """The server's folder; the files are below `base`."""
    for name in ("out", "out/done", "prices"):
        (tmp_path / "sftp" / "base" / name).mkdir(parents=True)
    return tmp_path / "sftp"


@pytest.fixture
def base(root) -> Path:
    """The folder that the connection names as its path."""
    return root / "base"


@pytest.fixture
def airflow_connections(root, warehouse, tmp_path, monkeypatch):
    """Airflow's connections `supply`, the server, and `warehouse`; the business clock stands at the day's end."""
    (tmp_path / "clock").write_text("2026-04-01T00:00:00+00:00")
    monkeypatch.setenv("TIEOUT_BUSINESS_CLOCK", f"file:{tmp_path / 'clock'}")
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", warehouse)
    with serve_sftp(root) as endpoint:
        values = {"conn_type": "sftp", "host": endpoint.host, "port": endpoint.port, "login": endpoint.login}
        values |= {"password": endpoint.password, "extra": {**endpoint.extra, "path": "base"}}
        monkeypatch.setenv("AIRFLOW_CONN_SUPPLY", json.dumps(values))
        yield


@contextmanager
def refusing(monkeypatch) -> Iterator[None]:
    """Let the connection lead to a port where nobody listens."""
    values = json.loads(os.environ["AIRFLOW_CONN_SUPPLY"])
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setenv("AIRFLOW_CONN_SUPPLY", json.dumps(values | {"port": taken.getsockname()[1]}))
        yield


@pytest.fixture
def configuration(make_configuration):
    """A configuration with two feeds that await their files."""
    return make_configuration(supply=PROFILE)


@pytest.fixture
def look(configuration, day, airflow_connections):
    """Look for the files of 31 March."""
    return lambda: files_to_await(configuration.profile("supply"), day)


def test_what_has_not_come_is_awaited_below_the_connections_folder(look, base):
    drop(base / "out" / "receipts_0330.csv", RECEIPTS, at=NOON - timedelta(days=1))
    drop(base / "prices" / "new.csv")
    receipts, prices = look()
    assert (receipts["path"], receipts["file_pattern"]) == ("base/out", "receipts_*")
    assert (prices["path"], prices["file_pattern"]) == ("base/prices", "*.csv.ok")
    left = datetime.fromisoformat(receipts["until"]) - settings.wall_now()
    assert timedelta(hours=1, minutes=59) < left <= timedelta(hours=2)


def test_what_is_there_is_not_awaited(look, base):
    drop(base / "out" / "receipts_0331.csv", RECEIPTS)
    drop(base / "prices" / "new.csv")
    drop(base / "prices" / "new.csv.ok")
    assert look() == []


def test_what_was_taken_and_moved_away_is_not_awaited(look, base, configuration, make_context, day):
    drop(base / "out" / "receipts_0331.csv", RECEIPTS)
    context = make_context(configuration, {}, resolve=resolve, open_sftp=sftp_client)
    extract_source("supply", day, context=context).raise_failures()
    assert not (base / "out" / "receipts_0331.csv").exists()
    assert [one["feed"] for one in look()] == ["prices"]


def test_a_server_that_refuses_us_is_not_waited_for(look, monkeypatch):
    values = json.loads(os.environ["AIRFLOW_CONN_SUPPLY"])
    monkeypatch.setenv("AIRFLOW_CONN_SUPPLY", json.dumps(values | {"password": "wrong"}))
    assert look() == []


def test_a_file_that_comes_while_it_is_awaited_is_seen(look, base):
    awaited = [one for one in look() if one["feed"] == "receipts"]
    assert awaited

    async def wait():
        seen = asyncio.ensure_future(anext(FilesCame(awaited, poll_seconds=0.2).run()))
        await asyncio.sleep(1)
        drop(base / "out" / "receipts_0330.csv", RECEIPTS, at=NOON - timedelta(days=1))
        await asyncio.sleep(1)
        assert not seen.done(), "a file of the day before is not the one that is awaited"
        drop(base / "out" / "receipts_0331.csv", RECEIPTS)
        return (await asyncio.wait_for(seen, timeout=30)).payload

    assert asyncio.run(wait()) == {"missing": []}


def test_a_file_that_does_not_come_is_named_when_its_time_is_over(look):
    until = (settings.wall_now() + timedelta(seconds=1)).isoformat()
    awaited = [one | {"until": until} for one in look()]
    began = time.monotonic()

    async def wait():
        return [event.payload async for event in FilesCame(awaited, poll_seconds=0.2).run()]

    assert asyncio.run(wait()) == [{"missing": ["receipts", "prices"]}]
    assert time.monotonic() - began < 20


def test_the_wait_ends_when_the_server_goes_down(look, monkeypatch):
    awaited = look()
    with refusing(monkeypatch):
        event = asyncio.run(anext(FilesCame(awaited).run()))
    assert event.payload == {"missing": []}


@pytest.mark.usefixtures("airflow_connections")
def test_a_server_that_is_down_is_said_to_be_unavailable(configuration, make_context, day, monkeypatch):
    with refusing(monkeypatch):
        context = make_context(configuration, {}, resolve=resolve, open_sftp=sftp_client)
        outcome = extract_source("supply", day, context=context)
    assert {error.incident_class for feed in outcome.feeds for error in feed.errors} == {"unavailable"}
