"""What reading and writing over HTTP share: addresses, waits, tokens."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tieout.errors import Refused, Throttled, Transient
from tieout.http import ClientCredentials, base_url, retry_after
from tieout.sources.endpoint import Endpoint

NOW = datetime(2026, 4, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("host", "port", "schema", "url"),
    [
        ("127.0.0.1", 8080, "http", "http://127.0.0.1:8080"),
        ("ap.example.org", None, "https", "https://ap.example.org"),
        ("https://ap.example.org/", 8443, "", "https://ap.example.org:8443"),
        ("ap.example.org", 80, "", "http://ap.example.org:80"),
    ],
)
def test_an_address_is_made_of_the_connections_parts(host, port, schema, url):
    assert base_url(Endpoint(host=host, port=port, schema=schema)) == url


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("7", timedelta(seconds=7)),
        ("Wed, 01 Apr 2026 00:00:09 GMT", timedelta(seconds=9)),
        ("Tue, 31 Mar 2026 00:00:00 GMT", timedelta()),
        ("999999999", timedelta(days=1)),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_never_more_than_a_day(value, wait):
    assert retry_after(httpx.Response(429, headers={"Retry-After": value}), NOW) == wait


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(400), Refused),
        (httpx.Response(401), Refused),
        (httpx.Response(429, headers={"Retry-After": "3"}), Throttled),
        (httpx.Response(503), Throttled),
        (httpx.Response(500), Transient),
        (httpx.Response(200, text="no json"), Transient),
        (httpx.Response(200, json={"token": "T"}), Transient),
    ],
)
def test_a_token_endpoint_that_gives_no_token_says_whether_waiting_helps(answer, error):
    auth = ClientCredentials("http://ap.test/oauth/token", "id", "secret", lambda: NOW)
    client = httpx.Client(auth=auth, transport=httpx.MockTransport(lambda request: answer))
    with pytest.raises(error):
        client.get("http://ap.test/v1/x")


def test_two_requests_whose_token_ended_under_way_both_go_on_with_one_new_token():
    auth = ClientCredentials("http://ap.test/oauth/token", "id", "secret", lambda: NOW)
    first, second = (auth.sync_auth_flow(httpx.Request("GET", f"http://ap.test/v1/{name}")) for name in "ab")
    assert next(first).url.path == "/oauth/token"
    assert first.send(token("T1")).headers["Authorization"] == "Bearer T1"
    assert next(second).headers["Authorization"] == "Bearer T1"
    assert first.send(httpx.Response(401)).url.path == "/oauth/token"
    assert first.send(token("T2")).headers["Authorization"] == "Bearer T2"
    assert second.send(httpx.Response(401)).headers["Authorization"] == "Bearer T2"


def token(name: str) -> httpx.Response:
    """An answer of the token endpoint."""
    return httpx.Response(200, json={"access_token": name, "expires_in": 300})
