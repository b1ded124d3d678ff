"""When the HTTP client waits, how long, and when it does not."""

import random
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tieout import settings
from tieout.errors import ConfigurationError, Refused, Throttled, Transient
from tieout.sources.endpoint import Endpoint
from tieout.sources.http import Auth, HttpClient

ENDPOINT = Endpoint(host="ap.test", port=8080, login="id", password="secret")


class Server:
    """Answers in order; the last answer goes on. Remembers what it was asked and how long was waited."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []
        self.waits: list[float] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content, request=request)

    def client(self, **changes) -> HttpClient:
        values = {"endpoint": ENDPOINT, "sleep": self.waits.append, "transport": httpx.MockTransport(self), **changes}
        return HttpClient(**values)


OK = httpx.Response(200, json={"ok": True})


def test_it_waits_as_long_as_the_server_says():
    server = Server(
        httpx.Response(429, headers={"Retry-After": "7"}), httpx.Response(503, headers={"Retry-After": "2"}), OK
    )
    client = server.client()
    assert client.get("/v1/x").json() == {"ok": True}
    assert server.waits == [7, 2]
    assert client.retries == 2


def test_without_a_word_it_backs_off_with_jitter():
    random.seed(1)
    server = Server(*[httpx.Response(429)] * 6, OK)
    server.client().get("/v1/x")
    assert len(server.waits) == 6
    assert all(0 <= wait <= min(0.5 * 2**attempt, 30) for attempt, wait in enumerate(server.waits))
    assert len(set(server.waits)) == 6


def test_a_storm_beyond_the_deadline_is_given_up_with_the_servers_word():
    server = Server(httpx.Response(429, headers={"Retry-After": "3600"}))
    with pytest.raises(Throttled) as thrown:
        server.client(deadline_seconds=60).get("/v1/x")
    assert thrown.value.retry_after == timedelta(hours=1)
    assert server.waits == []


@pytest.mark.parametrize("code", [401, 403])
def test_a_refusal_fails_at_once(code):
    server = Server(httpx.Response(code))
    with pytest.raises(Refused):
        server.client().get("/v1/x")
    assert len(server.requests) == 1
    assert server.waits == []


@pytest.mark.parametrize("broken", [httpx.Response(500), httpx.ConnectError("down"), httpx.ReadTimeout("slow")])
def test_a_broken_answer_is_tried_five_times(broken):
    server = Server(broken)
    with pytest.raises(Transient):
        server.client().get("/v1/x")
    assert len(server.requests) == 5


def test_another_error_says_that_the_profile_is_wrong():
    with pytest.raises(ConfigurationError, match="answered 404"):
        Server(httpx.Response(404)).client().get("/v1/x")


def test_a_token_is_asked_for_once_and_again_before_it_ends(monkeypatch):
    now = datetime(2026, 1, 1, tzinfo=UTC)
    monkeypatch.setattr(settings, "wall_now", lambda: now)
    token = httpx.Response(200, json={"access_token": "T", "expires_in": 300})
    server = Server(token, OK, OK, token, OK)
    client = server.client(auth=Auth("oauth2_client_credentials"))
    client.get("/v1/x")
    client.get("/v1/x")
    now += timedelta(seconds=280)
    client.get("/v1/x")
    assert [request.url.path for request in server.requests] == [
        "/oauth/token",
        "/v1/x",
        "/v1/x",
        "/oauth/token",
        "/v1/x",
    ]
    assert server.requests[1].headers["Authorization"] == "Bearer T"
    assert b"grant_type=client_credentials" in server.requests[0].content


def test_a_token_that_ended_early_is_renewed_once():
    token = httpx.Response(200, json={"access_token": "T", "expires_in": 300})
    server = Server(token, OK, httpx.Response(401), token, OK)
    client = server.client(auth=Auth("oauth2_client_credentials"))
    client.get("/v1/x")
    assert client.get("/v1/x").is_success
    assert len(server.requests) == 5


def test_a_token_that_ended_before_it_was_used_is_renewed_once_and_then_refused_for_good():
    token = httpx.Response(200, json={"access_token": "T", "expires_in": 300})
    client = Server(token, httpx.Response(401), token, OK).client(auth=Auth("oauth2_client_credentials"))
    assert client.get("/v1/x").is_success
    server = Server(token, httpx.Response(401), token, httpx.Response(401))
    with pytest.raises(Refused):
        server.client(auth=Auth("oauth2_client_credentials")).get("/v1/x")
    assert len(server.requests) == 4


def test_a_client_that_the_token_endpoint_does_not_know_is_refused():
    with pytest.raises(Refused, match="token endpoint"):
        Server(httpx.Response(400)).client(auth=Auth("oauth2_client_credentials")).get("/v1/x")


def test_keys_and_passwords_go_into_their_headers_and_into_no_message():
    server = Server(OK)
    server.client(auth=Auth("api_key", api_key_header="X-Key")).get("/v1/x")
    server.client(auth=Auth("basic")).get("/v1/x")
    assert server.requests[0].headers["X-Key"] == "secret"
    assert server.requests[1].headers["Authorization"].startswith("Basic ")
    assert "secret" not in repr(ENDPOINT)


def test_a_link_to_another_host_is_not_followed():
    with pytest.raises(Refused, match="another host"):
        Server(OK).client().url("http://evil.test/v1/x")


def test_paths_are_below_the_endpoints_own_path():
    client = Server(OK).client(endpoint=Endpoint(host="https://ap.test", extra={"path": "/api"}))
    assert str(client.url("/v1/x?a=1", {"b": 2})) == "https://ap.test/api/v1/x?a=1&b=2"
