"""The estate as a whole: days, clock, files, labels, restart, credentials."""

import csv
import json
import os
import signal
import stat
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import psycopg
import pytest

from sandbox.__main__ import main
from sandbox.scenario.model import DayPlay, FileDrop, Label
from sandbox.settings import Config, EstateError, load_config
from tests.integration.sandbox.served import Days, Running, at_hour, running

LABEL = Label("PRICE_OVER", "invoice_line", "ap:I1:1", date(2026, 3, 1), date(2026, 3, 2), case="c1")


def read_clock(config: Config) -> datetime:
    return datetime.fromisoformat(config.clock.read_text().strip())


def test_days_are_played_in_order_and_the_clock_file_follows(estate: Running, days: Days) -> None:
    days.write(1, "ap", "suppliers", "S1", {"supplierId": "S1", "name": "Acme"})
    days.write(2, "ap", "suppliers", "S1", {"supplierId": "S1", "name": "Acme Ltd"}, hour=9)
    assert read_clock(estate.config) == datetime(2026, 3, 1, tzinfo=UTC)

    answer = estate.advance()
    assert answer["now"] == "2026-03-02T00:00:00+00:00"
    assert answer["played"] == [{"day": 1, "writes": 1, "files": 0, "labels": 0, "releases": 0, "posted": 0}]
    with estate.client("ap") as ap:
        assert ap.get("/v1/suppliers/S1").json()["name"] == "Acme"
        estate.advance(2)
        assert ap.get("/v1/suppliers/S1").json()["name"] == "Acme Ltd"
    assert read_clock(estate.config) == datetime(2026, 3, 4, tzinfo=UTC)
    assert estate.control.get("/clock").json() == {"day": 3, "now": "2026-03-04T00:00:00+00:00"}


def test_files_appear_with_their_simulated_time_and_labels_are_written_once(estate: Running, days: Days) -> None:
    drops = [
        FileDrop("supply", "outgoing/receipts/receipts_20260301.csv", b"a,b\n", at_hour(1, 20)),
        FileDrop("contracts", "prices/local.csv", b"item;price\n", at_hour(1, 3)),
    ]
    days.days[1] = DayPlay(1, files=drops, labels=[LABEL])
    estate.advance(2)

    received = estate.config.sftp_root("supply") / "outgoing/receipts/receipts_20260301.csv"
    assert received.read_bytes() == b"a,b\n"
    assert received.stat().st_mtime == at_hour(1, 20).timestamp()
    assert (received.parent / "done").is_dir()
    assert (Path(estate.connection("contracts")["extra"]["path"]) / "prices/local.csv").exists()
    extracts = Path(estate.connection("adventureworks")["extra"]["path"])
    assert {"Vendor.csv", "PurchaseOrderDetail.csv"} <= {path.name for path in extracts.iterdir()}
    with estate.config.labels.open() as file:
        assert [(row["code"], row["subject"], row["cleared_on"]) for row in csv.DictReader(file)] == [
            ("PRICE_OVER", "ap:I1:1", "")
        ]


def test_a_day_that_cannot_be_played_leaves_nothing_and_can_be_played_later(estate: Running, days: Days) -> None:
    days.write(1, "ap", "suppliers", "S1", {"supplierId": "S1"})
    for wrong in ({"name": "N30", "colour": "red"}, {"name": "N30", "due_days": "many"}):
        days.write(1, "erp_main", "ap_terms", "N30", wrong)
        answer = estate.control.post("/advance", json={"days": 1})
        assert (answer.status_code, answer.json()["error"]["code"]) == (500, "failed")
        with estate.client("ap") as ap:
            assert ap.get("/v1/suppliers").json()["data"] == []
        assert read_clock(estate.config) == datetime(2026, 3, 1, tzinfo=UTC)
        days.days[1].writes.pop()
    assert estate.advance()["played"][0]["writes"] == 1
    assert estate.control.post("/advance", json={"days": 0}).status_code == 422


def test_an_estate_continues_after_a_restart_with_the_same_ports_and_credentials(config: Config) -> None:
    days = Days({1: DayPlay(1, labels=[LABEL])})
    with running(config, days) as first:
        first.advance()
    assert not config.state.exists()
    config.labels.unlink()
    config.clock.unlink()
    with running(config, days) as second:
        assert second.state["connections"] == first.state["connections"]
        assert config.labels.read_text().count("PRICE_OVER") == 1
        assert read_clock(config) == datetime(2026, 3, 2, tzinfo=UTC)
        assert second.advance()["day"] == 2


def test_state_and_secrets_can_be_read_by_their_owner_only(estate: Running) -> None:
    for path in (estate.config.state, estate.config.secrets_file):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(estate.config.state.read_text()) == estate.state


def test_a_second_process_on_the_same_database_is_refused(estate: Running) -> None:
    with pytest.raises(EstateError, match="end it first"), running(estate.config, Days()):
        pass
    assert estate.config.state.exists()


def test_another_seed_on_the_same_database_is_refused(config: Config) -> None:
    with running(config, Days()):
        pass
    changed = Config(**{**{name: getattr(config, name) for name in config.__dataclass_fields__}, "seed": 8})
    with pytest.raises(EstateError, match="seed"), running(changed, Days()):
        pass


def test_no_system_answers_without_credentials(estate: Running) -> None:
    for system in ("ap", "erp_main_api", "erp_west", "supply_api"):
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"X-Api-Key": "wrong"}):
            assert httpx.get(f"{estate.url(system)}/v1/invoices", headers=headers).status_code == 401
    assert httpx.post(f"{estate.state['control']['url']}/advance", json={"days": 1}).status_code == 401


def test_the_erp_database_shows_its_tables_to_the_reader_and_nothing_else(estate: Running, days: Days) -> None:
    days.write(1, "erp_main", "ap_terms", "N30", {"name": "N30", "due_days": 30})
    estate.advance()
    facts = estate.connection("erp_main")
    with psycopg.connect(
        host=facts["host"],
        port=facts["port"],
        user=facts["login"],
        password=facts["password"],
        dbname=facts["schema"],
        autocommit=True,
    ) as reader:
        row = reader.execute("select name, due_days, last_update_date from ap_terms").fetchone()
        assert row == ("N30", 30, at_hour(1, 8))
        for forbidden in ("select * from estate.docs", "delete from ap_terms"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                reader.execute(forbidden)


def test_the_served_process_says_that_it_is_ready_and_ends_cleanly(config: Config, tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"home": str(config.home), "dsn": config.dsn, "volume": 0.1}))
    command = [sys.executable, "-m", "sandbox", "serve", "--config", str(path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == f"The estate is ready; its state is in {config.state}\n"
        assert json.loads(config.state.read_text())["pid"] == process.pid
        assert main(["advance", "--days", "1", "--config", str(path)]) == 0
        assert read_clock(load_config(path)) == datetime(2026, 3, 2, tzinfo=UTC)
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(timeout=20) == 0
    finally:
        process.kill()
        process.wait()
    assert not config.state.exists()
    assert main(["advance", "--config", str(path)]) == 1


@pytest.mark.parametrize("content", ["{", '{"home": "/x"}', '{"home": "/x", "dsn": "", "colour": 1}'])
def test_a_wrong_config_file_ends_with_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture, content: str
) -> None:
    path = tmp_path / "config.json"
    path.write_text(content)
    assert main(["advance", "--config", str(path)]) == 1
    assert capsys.readouterr().err.count("\n") == 1
