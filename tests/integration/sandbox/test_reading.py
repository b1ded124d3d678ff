"""How the estate's APIs page, filter and answer what has not changed."""

from dataclasses import replace

import httpx
import pytest

from sandbox.settings import Config
from tests.integration.sandbox.served import Days, Running, at_hour, running

KEYS = [f"R{number:02d}" for number in range(10)]


@pytest.fixture
def filled(estate: Running, days: Days) -> Running:
    """An estate with ten records in one collection of each API, all of one instant."""
    days.write(1, "ap", "suppliers", "S", {"supplierId": "S", "rate": 0.1, "since": at_hour(1, 3)})
    for key in KEYS:
        days.write(1, "ap", "receipts", key, {"receiptId": key, "quantity": 1.10})
        days.write(1, "erp_west", "materials", key, {"MATNR": key})
        days.write(1, "supply_api", "items", key, {"item": key})
    estate.advance()
    return estate


def test_ap_pages_by_cursor_without_losing_or_repeating_records_of_one_instant(filled: Running) -> None:
    found, pages = [], 0
    parameters: dict[str, str | int] = {"limit": 3, "updatedFrom": "2026-03-01T00:00:00+00:00"}
    with filled.client("ap") as ap:
        while True:
            page = ap.get("/v1/receipts", params=parameters).raise_for_status().json()
            found += [row["receiptId"] for row in page["data"]]
            pages += 1
            if page["meta"]["nextCursor"] is None:
                break
            parameters = {"limit": 3, "cursor": page["meta"]["nextCursor"]}
        assert ap.get("/v1/receipts", params={"cursor": "nonsense"}).status_code == 400
    assert (found, pages) == (KEYS, 4)


@pytest.mark.parametrize(
    ("start", "end", "count"),
    [
        ("2026-03-01T08:00:00Z", "2026-03-01T08:00:01Z", 10),
        ("2026-03-01T07:00:00Z", "2026-03-01T08:00:00Z", 0),
        ("2026-03-01T09:00:00+01:00", "2026-03-01T09:30:00+01:00", 10),
        ("2026-03-01T08:00:00", "", 10),
    ],
)
def test_a_window_includes_its_start_and_not_its_end(filled: Running, start: str, end: str, count: int) -> None:
    with filled.client("ap") as ap, filled.client("erp_west") as west, filled.client("supply_api") as supply:
        of_ap = ap.get("/v1/receipts", params={"updatedFrom": start, "updatedTo": end}).json()
        of_west = west.get("/api/materials", params={"changedFrom": start, "changedTo": end}).json()
        of_supply = supply.get("/items", params={"modifiedFrom": start, "modifiedTo": end}).json()
    assert (len(of_ap["data"]), len(of_west["value"]), of_supply["total"]) == (count, count, count)


def test_the_second_erp_links_to_the_next_page(filled: Running) -> None:
    link, found = "/api/materials?limit=4&changedFrom=2026-03-01T00:00:00%2B00:00", []
    with filled.client("erp_west") as west:
        while link:
            page = west.get(link).raise_for_status().json()
            found += [row["MATNR"] for row in page["value"]]
            link = page["nextLink"]
    assert found == KEYS


def test_the_supply_system_pages_by_offset_and_says_the_total(filled: Running) -> None:
    with filled.client("supply_api") as supply:
        pages = [supply.get("/items", params={"offset": offset, "limit": 6}).json() for offset in (0, 6, 12)]
    assert [row["item"] for page in pages for row in page["items"]] == KEYS
    assert {page["total"] for page in pages} == {10}


def test_what_has_not_changed_is_answered_304(filled: Running) -> None:
    with filled.client("ap") as ap:
        first = ap.get("/v1/receipts")
        known = {"If-None-Match": first.headers["ETag"]}
        again = ap.get("/v1/receipts", headers=known)
        other = ap.get("/v1/receipts", params={"limit": 5}, headers=known)
    assert (again.status_code, again.content, other.status_code) == (304, b"", 200)


def test_what_is_not_there_or_not_understood_is_refused(filled: Running) -> None:
    for system, path, status in (
        ("ap", "/v1/nothing", 404),
        ("ap", "/v1/receipts/nothing", 404),
        ("ap", "/v1/receipts?limit=many", 400),
        ("ap", "/v1/receipts?updatedFrom=yesterday", 400),
        ("erp_west", "/api/nothing", 404),
        ("supply_api", "/nothing", 404),
    ):
        with filled.client(system) as client:
            answer = client.get(path)
        assert (answer.status_code, answer.json()["error"].keys()) == (status, {"code", "message"})


def test_a_token_expires(config: Config) -> None:
    with running(replace(config, token_seconds=0.2), Days()) as estate, estate.client("ap") as ap:
        answers = [ap.get("/v1/receipts").status_code]
        while answers[-1] == 200:
            answers.append(ap.get("/v1/receipts").status_code)
    assert answers[-1] == 401


def test_a_wrong_client_gets_no_token(filled: Running) -> None:
    url = f"{filled.url('ap')}/oauth/token"
    grant = {"grant_type": "client_credentials"}
    login, password = filled.connection("ap")["login"], filled.connection("ap")["password"]
    assert httpx.post(url, data=grant, auth=(login, "wrong")).status_code == 401
    assert httpx.post(url, data={"grant_type": "password"}, auth=(login, password)).status_code == 400
    in_form = httpx.post(url, data={**grant, "client_id": login, "client_secret": password}).json()
    assert in_form["token_type"] == "Bearer"
    assert in_form["expires_in"] == 900


def test_requests_above_the_rate_are_told_when_to_come_again(config: Config) -> None:
    limited = replace(config, requests_per_second={"supply_api": 2})
    with running(limited, Days()) as estate, estate.client("supply_api") as supply:
        answers = [supply.get("/items") for _ in range(4)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert {answer.headers["Retry-After"] for answer in refused} == {"1"}


def test_numbers_are_served_exactly_as_the_scenario_wrote_them(filled: Running) -> None:
    with filled.client("ap") as ap:
        text = ap.get("/v1/suppliers/S").text
    assert text == '{"rate": 0.1, "since": "2026-03-01 03:00:00+00:00", "supplierId": "S"}'
