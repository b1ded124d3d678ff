"""Listeners with Airflow connections that lead to them, and a way to look after time has passed."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from psycopg.conninfo import conninfo_to_dict

from tests.support.listeners import Chat, MailServer, serving
from tieout.alerts.alerting import Alerting, Recipients
from tieout.alerts.tell import Telling
from tieout.operators.notifiers import AlertNotifier
from tieout.warehouse.connection import connect

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
MAIL = ("engineers@hospital.example",)


@pytest.fixture
def mail(monkeypatch):
    """A mail server that the connection smtp_default leads to."""
    with serving(MailServer()) as server:
        plain = {"disable_tls": True, "disable_ssl": True, "retry_limit": 1, "from_email": "tieout@hospital.example"}
        where = {"conn_type": "smtp", "host": "127.0.0.1", "port": server.server_address[1], "extra": plain}
        monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", json.dumps(where))
        yield server


@pytest.fixture
def airflow_warehouse(warehouse, monkeypatch):
    """The connection warehouse leads to the warehouse."""
    parts = conninfo_to_dict(warehouse)
    where = {
        "conn_type": "postgres", "host": parts["host"], "port": int(parts["port"]), "login": parts["user"],
        "password": parts["password"], "schema": parts["dbname"],
    }  # fmt: skip
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", json.dumps(where))
    return warehouse


@pytest.fixture
def chat(monkeypatch):
    """A chat that the connection chat_webhook leads to."""
    with serving(Chat()) as server:
        where = {
            "conn_type": "http", "schema": "http", "host": "127.0.0.1", "port": server.server_address[1],
            "password": "token", "extra": {"path": "/hooks/tieout"},
        }  # fmt: skip
        monkeypatch.setenv("AIRFLOW_CONN_CHAT_WEBHOOK", json.dumps(where))
        yield server


@pytest.fixture
def look(warehouse, request) -> Callable[..., dict[str, int]]:
    """Tell the engineers, some minutes after noon, by mail and by the chat where the test has one.

    It returns the messages that were sent, by reason.
    """
    chosen = Alerting(technical=Recipients(MAIL, "chat_webhook" if "chat" in request.fixturenames else ""))

    def run(minutes: float = 0) -> dict[str, int]:
        now = NOW + timedelta(minutes=minutes)

        def send(channel, recipients, message):
            AlertNotifier(channel, recipients, message, chosen).notify({})

        with connect(warehouse) as connection:
            telling = Telling(connection, chosen, send, now, now, {"erp_west": "erp"})
            telling.technical()
        return telling.sent

    return run
