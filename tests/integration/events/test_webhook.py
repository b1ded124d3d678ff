"""The application over a real socket with a real warehouse: what it answers, and what is kept."""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import psycopg
import pytest
import uvicorn
from fastapi import Depends, HTTPException

from tests.integration.events.conftest import NOW
from tieout import settings
from tieout.archive.keys import Keys
from tieout.events import inbox, webhook
from tieout.events.announcer import Announcer
from tieout.events.desk import Desk, Door, Vault
from tieout.events.signature import sign
from tieout.events.webhook import make_application
from tieout.landing.configuration_files import load_events

SECRETS = ("current", "previous")
EVENT = {"id": "E1", "type": "receipt.posted", "occurredAt": "2026-04-01T00:00:00Z", "data": {"receiptId": "R1"}}


@dataclass
class Sender:
    """Posts events to the application as a system does."""

    url: str
    rung: list[int] = field(default_factory=list)

    def post(self, body: bytes, *, key: str = SECRETS[0], system: str = "supply", **headers: str) -> httpx.Response:
        return httpx.post(f"{self.url}/events/{system}", content=body, headers=signed(body, key) | headers)


def signed(body: bytes, key: str = SECRETS[0], away: int = 0) -> dict[str, str]:
    """The headers of an event that is sent now, or some seconds away from it."""
    stamp = str(int(time.time()) + away)
    return {
        "Content-Type": "application/json",
        "Tieout-Timestamp": stamp,
        "Tieout-Signature": sign(key, stamp, body),
    }


def event(**changes: Any) -> bytes:
    return json.dumps({**EVENT, **changes}).encode()


def refuse_people() -> None:
    """Stands in for Airflow's authentication, which lets nobody in here."""
    raise HTTPException(401)


@contextlib.contextmanager
def served(dsn: str, keys: Keys, people: Any = None) -> Iterator[Sender]:
    """Serve the application on a free port."""
    supply = load_events(settings.config_dir(), "supply")
    assert supply is not None
    sender = Sender("")
    desk = Desk({"supply": Door(supply, SECRETS)}.get, lambda: Vault(dsn, keys), lambda: NOW, settings.wall_now)
    announcer = Announcer(lambda: sender.rung.append(1), lambda: False)
    app = make_application(desk, announcer, [Depends(people)] if people else [])
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        sender.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield sender
        finally:
            server.should_exit = True
            thread.join(timeout=10)


@pytest.fixture
def sender(warehouse: str, keys: Keys) -> Iterator[Sender]:
    with served(warehouse, keys) as found:
        yield found


def kept(warehouse: str) -> list[tuple]:
    with psycopg.connect(warehouse) as connection:
        return connection.execute("select event_id, event_type, trace_id from raw.inbox order by 1").fetchall()


def test_an_event_is_kept_before_it_is_answered_and_a_repetition_adds_nothing(
    warehouse: str, keys: Keys, sender: Sender
) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    first = sender.post(event(), traceparent=f"00-{trace}-b7ad6b7169203331-01")
    assert (first.status_code, first.json()) == (202, {"status": "accepted", "id": "E1", "traceId": trace})
    assert kept(warehouse) == [("E1", "receipt.posted", trace)]
    again = sender.post(event(), key="previous")
    assert (again.status_code, again.json()["status"]) == (200, "known")
    assert len(kept(warehouse)) == 1
    with psycopg.connect(warehouse) as connection:
        (waiting,) = inbox.waiting(connection, 10, keys)
    assert (waiting.body, waiting.received_at) == (event(), NOW)
    assert sender.rung


def test_a_known_id_with_other_content_is_a_conflict_and_a_technical_exception(warehouse: str, sender: Sender) -> None:
    assert sender.post(event()).status_code == 202
    assert sender.post(event(data={"receiptId": "R2"})).status_code == 409
    with psycopg.connect(warehouse) as connection:
        found = connection.execute("select fingerprint, class, state from ops.incident").fetchall()
    assert found == [("events:supply:again:E1", "malformed payload", "dead")]
    assert len(kept(warehouse)) == 1


def test_what_is_not_right_is_refused_and_not_kept(warehouse: str, sender: Sender) -> None:
    def post(body: bytes, headers: dict[str, str], system: str = "supply") -> tuple[int, str]:
        answer = httpx.post(f"{sender.url}/events/{system}", content=body, headers=headers)
        return answer.status_code, answer.json()["error"]["code"]

    good, large = event(), event(data={"text": "x" * 65536})
    unsigned = {"Content-Type": "application/json"}
    answers = {
        "forged": post(good, signed(good, "guess")),
        "unsigned": post(good, unsigned),
        "changed": post(good.replace(b"R1", b"R2"), signed(good)),
        "stale": post(good, signed(good, away=-310)),
        "from the future": post(good, signed(good, away=310)),
        "oversized": post(large, signed(large)),
        "not JSON": post(b"{", signed(b"{")),
        "no event": post(b"{}", signed(b"{}")),
        "unknown type": post(event(type="receipt.lost"), signed(event(type="receipt.lost"))),
        "wrong content type": post(good, {**signed(good), "Content-Type": "text/plain"}),
        "unknown system": post(good, signed(good), "ap"),
    }
    assert answers == {
        "forged": (401, "unauthorized"),
        "unsigned": (401, "unauthorized"),
        "changed": (401, "unauthorized"),
        "stale": (401, "unauthorized"),
        "from the future": (401, "unauthorized"),
        "oversized": (413, "too_large"),
        "not JSON": (400, "malformed"),
        "no event": (422, "invalid"),
        "unknown type": (422, "unknown_type"),
        "wrong content type": (415, "unsupported_media_type"),
        "unknown system": (404, "not_found"),
    }
    assert kept(warehouse) == []
    assert not sender.rung


def test_a_body_without_end_is_read_to_the_limit_and_no_further(sender: Sender) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while sent < 1 << 30:
            sent += 1 << 14
            yield b"x" * (1 << 14)

    with contextlib.suppress(httpx.WriteError, httpx.RemoteProtocolError):
        answer = httpx.post(f"{sender.url}/events/supply", content=endless(), headers=signed(b""))
        assert answer.status_code == 413
    assert sent < 1 << 26


def test_while_the_warehouse_is_away_the_source_is_asked_to_send_again(keys: Keys) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        dsn = f"postgresql://u:p@127.0.0.1:{nobody.getsockname()[1]}/w"
        with served(dsn, keys) as sender:
            answer = sender.post(event())
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert not sender.rung


def test_while_the_warehouse_hangs_the_source_is_asked_to_send_again(
    warehouse: str, keys: Keys, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "ANSWER_SECONDS", 0.3)
    with psycopg.connect(warehouse) as other:
        other.execute("lock table raw.inbox in exclusive mode")
        answer = sender.post(event())
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    monkeypatch.undo()
    assert sender.post(event()).status_code in (202, 200)
    assert len(kept(warehouse)) == 1


def test_a_connection_that_was_lost_is_opened_again(warehouse: str, sender: Sender) -> None:
    assert sender.post(event()).status_code == 202
    with psycopg.connect(warehouse, autocommit=True) as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where application_name = 'tieout events' and datname = current_database()"
        )
    assert sender.post(event(id="E2")).status_code == 202
    assert len(kept(warehouse)) == 2


def test_people_see_numbers_and_facts_but_no_body(warehouse: str, sender: Sender) -> None:
    sender.post(event(data={"receiptId": "planted"}))
    (line,) = httpx.get(f"{sender.url}/inbox").json()
    assert (line["source_system"], line["event_type"], line["outcome"], line["events"]) == (
        "supply", "receipt.posted", "waiting", 1,
    )  # fmt: skip
    assert line["waiting_since"]
    shown = httpx.get(f"{sender.url}/inbox/supply/E1")
    assert (shown.status_code, shown.json()["outcome"]) == (200, "waiting")
    assert "planted" not in shown.text
    assert httpx.get(f"{sender.url}/inbox/supply/E2").status_code == 404


def test_nothing_but_a_signed_event_gets_in_without_airflows_authentication(warehouse: str, keys: Keys) -> None:
    with served(warehouse, keys, people=refuse_people) as sender:
        for path in ("/inbox", "/inbox/supply/E1"):
            assert httpx.get(f"{sender.url}{path}").status_code == 401
        for path in ("/docs", "/openapi.json", "/redoc"):
            assert httpx.get(f"{sender.url}{path}").status_code == 404
        assert sender.post(event()).status_code == 202
