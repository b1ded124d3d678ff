"""Faults: what clients meet, for how long, and that nothing is lost by them."""

import httpx
import psycopg
import pytest

from tests.integration.sandbox.served import Days, Running
from tests.integration.sandbox.test_feedback import order_of

ORDER = order_of("PO9", "ISSUED")


def statuses(client: httpx.Client, path: str, times: int) -> list[int]:
    return [client.get(path).status_code for _ in range(times)]


def test_a_status_comes_in_the_middle_of_paging_and_goes_by_itself(estate: Running) -> None:
    estate.fault(system="ap", kind="status", status=500, path="/v1/invoices", after=1, times=2)
    with estate.client("ap") as ap:
        assert statuses(ap, "/v1/receipts", 2) == [200, 200]
        assert statuses(ap, "/v1/invoices", 4) == [200, 500, 500, 200]
    assert estate.control.get("/faults").json() == []


def test_a_storm_of_429_says_when_to_come_again(estate: Running) -> None:
    estate.fault(system="erp_west", kind="rate", times=2, retry_after=3)
    with estate.client("erp_west") as west:
        first = west.get("/api/materials")
        assert (first.status_code, first.headers["Retry-After"]) == (429, "3")
        assert statuses(west, "/api/materials", 2) == [429, 200]


def test_an_expired_token_must_be_fetched_again(estate: Running) -> None:
    estate.fault(system="ap", kind="expired_token", times=1)
    with estate.client("ap") as ap:
        assert statuses(ap, "/v1/invoices", 2) == [401, 401]
    with estate.client("ap") as ap:
        assert statuses(ap, "/v1/invoices", 1) == [200]


def test_an_answer_that_is_cut_leaves_the_effect_and_the_repetition_has_none(estate: Running) -> None:
    estate.fault(system="ap", kind="reset_mid_body", path="/v1/purchase-orders", times=1)
    with estate.client("ap") as ap:
        with pytest.raises(httpx.RemoteProtocolError):
            ap.post("/v1/purchase-orders", json=ORDER, headers={"Idempotency-Key": "k"})
        again = ap.post("/v1/purchase-orders", json=ORDER, headers={"Idempotency-Key": "k"})
        assert again.headers["Idempotent-Replayed"] == "true"
    assert estate.control.get("/counters").json()["ap"]["purchase_order"] == {"received": 2, "effective": 1}


def test_an_answer_that_comes_too_late_leaves_the_effect_and_the_repetition_has_none(estate: Running) -> None:
    estate.fault(system="ap", kind="late_answer", path="/v1/purchase-orders", seconds=0.5, times=1)
    with estate.client("ap") as ap:
        with pytest.raises(httpx.ReadTimeout):
            ap.post("/v1/purchase-orders", json=ORDER, headers={"Idempotency-Key": "late"}, timeout=0.2)
        again = ap.post("/v1/purchase-orders", json=ORDER, headers={"Idempotency-Key": "late"})
        assert again.headers["Idempotent-Replayed"] == "true"
    effects = [effect for effect in estate.control.get("/effects").json() if effect["key"] == "late"]
    assert [(effect["target"], effect["operation"], effect["body"]) for effect in effects] == [
        ("ap", "purchase_order", ORDER)
    ]


def test_a_clock_that_is_two_minutes_ahead_ends_tokens_two_minutes_sooner(estate: Running) -> None:
    with estate.client("ap") as early:
        estate.fault(system="ap", kind="clock", seconds=120)
        assert statuses(early, "/v1/invoices", 1) == [200]
        skewed = estate.client("ap")
        estate.fault(system="ap", kind="clock", seconds=estate.config.token_seconds - 120)
        assert statuses(early, "/v1/invoices", 1) == [401]
    with skewed:
        assert statuses(skewed, "/v1/invoices", 1) == [200]


def test_a_slow_answer_runs_into_the_clients_time_limit(estate: Running) -> None:
    estate.fault(system="supply_api", kind="slow", seconds=0.5, times=1)
    with estate.client("supply_api") as supply:
        with pytest.raises(httpx.ReadTimeout):
            supply.get("/items", timeout=0.1)
        assert supply.get("/items").status_code == 200


def test_a_system_that_is_down_refuses_connections_until_the_fault_is_deleted(estate: Running) -> None:
    with estate.client("erp_west") as west, estate.client("supply_api") as supply:
        assert statuses(west, "/api/materials", 1) == [200]
        fault = estate.fault(system="erp_west", kind="down")
        with pytest.raises(httpx.ConnectError):
            west.get("/api/materials")
        assert statuses(supply, "/items", 1) == [200]
        assert estate.control.delete(f"/faults/{fault}").json()[0]["kind"] == "down"
        assert statuses(west, "/api/materials", 1) == [200]


def test_the_erp_database_that_is_down_ends_sessions_and_lets_nobody_in(estate: Running, days: Days) -> None:
    facts = estate.connection("erp_main")
    url = "postgresql://{login}:{password}@{host}:{port}/{schema}".format(**facts)
    with psycopg.connect(url, autocommit=True) as before:
        estate.fault(system="erp_main", kind="down")
        with pytest.raises(psycopg.OperationalError):
            before.execute("select 1")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
    # The ERP itself goes on.
    days.write(1, "erp_main", "ap_terms", "N30", {"name": "N30"})
    estate.advance()
    estate.control.delete("/faults")
    with psycopg.connect(url) as after:
        assert after.execute("select name from ap_terms").fetchall() == [("N30",)]


def test_a_fault_that_a_system_cannot_have_is_refused(estate: Running) -> None:
    for fault in (
        {"system": "ap"},
        {"system": "nobody", "kind": "status"},
        {"system": "erp_west", "kind": "expired_token"},
        {"system": "ap", "kind": "cut"},
        {"system": "contracts", "kind": "down"},
        {"system": "ap", "kind": "status", "colour": "red"},
        {"system": "ap", "kind": "status", "times": "often"},
    ):
        assert estate.control.post("/faults", json=fault).status_code == 422
