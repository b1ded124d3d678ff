"""A warehouse behind an Airflow connection, and a way to look after time has passed."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from psycopg.conninfo import conninfo_to_dict

from tieout.alerts.alerting import Alerting, Recipients
from tieout.alerts.tell import Telling
from tieout.operators.notifiers import AlertNotifier
from tieout.warehouse.connection import connect

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
MAIL = ("engineers@hospital.example",)


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
