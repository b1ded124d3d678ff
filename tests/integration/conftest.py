"""Listeners on loopback with Airflow connections that lead to them."""

import json

import pytest

from tests.support.listeners import Chat, MailServer, serving


@pytest.fixture
def mail(monkeypatch):
    """A mail server that the connection smtp_default leads to."""
    with serving(MailServer()) as server:
        plain = {"disable_tls": True, "disable_ssl": True, "retry_limit": 1, "from_email": "tieout@hospital.example"}
        where = {"conn_type": "smtp", "host": "127.0.0.1", "port": server.server_address[1], "extra": plain}
        monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", json.dumps(where))
        yield server


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
