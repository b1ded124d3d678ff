"""The service desk takes what is signed, once, and keeps a ticket for each thing."""

import hashlib
import hmac
import json
import time
from typing import Any

import httpx
import pytest

from tests.integration.sandbox.served import Running

REQUEST = {
    "requestId": "7",
    "status": "awaiting",
    "system": "ap",
    "object": "invoice",
    "recordKey": "I1",
    "owner": "ap_clerk",
    "finding": "no vendor",
}


def signed(estate: Running, body: bytes, *, ago: float = 0, secret: str = "") -> dict[str, str]:
    timestamp = str(int(time.time() - ago))
    key = (secret or estate.connection("service_desk")["password"]).encode()
    digest = hmac.new(key, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {"X-Desk-Timestamp": timestamp, "X-Desk-Signature": f"v1={digest}"}


def send(estate: Running, body: dict[str, Any], key: str, **how: Any) -> httpx.Response:
    content = json.dumps(body).encode()
    headers = {**signed(estate, content, **how), "Idempotency-Key": key}
    return httpx.post(f"{estate.url('service_desk')}/hooks/correction-requests", content=content, headers=headers)


def tickets(estate: Running) -> list[dict[str, Any]]:
    answer = httpx.get(f"{estate.url('service_desk')}/tickets", headers=signed(estate, b""))
    return answer.raise_for_status().json()["tickets"]


def test_a_later_webhook_about_the_same_thing_changes_its_ticket(estate: Running) -> None:
    assert send(estate, REQUEST, "k1").json() == {"ticket": "correction_request/7"}
    assert send(estate, REQUEST | {"status": "corrected"}, "k2").status_code == 202
    assert [(ticket["ticket"], ticket["status"]) for ticket in tickets(estate)] == [
        ("correction_request/7", "corrected")
    ]


def test_the_same_webhook_again_has_no_second_effect(estate: Running) -> None:
    assert send(estate, REQUEST, "k1").content == send(estate, REQUEST, "k1").content
    assert estate.control.get("/counters").json()["service_desk"]["correction_request"] == {
        "received": 2,
        "effective": 1,
    }


@pytest.mark.parametrize("how", [{"secret": "another"}, {"ago": 400}, {"ago": -400}])
def test_what_is_forged_or_stale_is_refused_and_counts_for_nothing(estate: Running, how: dict[str, Any]) -> None:
    assert send(estate, REQUEST, "k1", **how).status_code == 401
    assert "service_desk" not in estate.control.get("/counters").json()
    assert tickets(estate) == []
