"""How a target knows us: OAuth2 client credentials, basic, or a key in a header."""

import threading
from collections.abc import Callable, Generator
from datetime import datetime, timedelta
from typing import Any, Protocol

import httpx

from tieout.errors import ConfigurationError, Refused, Throttled, Transient
from tieout.feedback.answers import retry_after
from tieout.feedback.targets import Authentication

Clock = Callable[[], datetime]
EARLY = timedelta(seconds=30)  # a token is renewed before it ends, so that it does not end on the way


class Endpoint(Protocol):
    """Where a target is and what it knows us by: the plain values of an Airflow connection."""

    @property
    def host(self) -> str | None:
        """Name or address."""

    @property
    def port(self) -> int | None:
        """TCP port; None for the scheme's own."""

    @property
    def login(self) -> str | None:
        """User or client id."""

    @property
    def password(self) -> str | None:
        """Password, client secret or API key."""

    @property
    def schema(self) -> str | None:
        """``http`` or ``https``."""


def authentication_of(settings: Authentication, endpoint: Endpoint, base_url: str, wall_now: Clock) -> httpx.Auth:
    """Return what signs the requests to a target.

    Raises:
        ConfigurationError: the connection has no password.
    """
    login, secret = endpoint.login or "", endpoint.password or ""
    if not secret:
        raise ConfigurationError(f"The connection to {base_url} has no password.", "Set it in Airflow's connections.")
    if settings.kind == "basic":
        return httpx.BasicAuth(login, secret)
    if settings.kind == "api_key":
        return ApiKey(settings.header, secret)
    return ClientCredentials(base_url + settings.token_path, login, secret, wall_now)


class ApiKey(httpx.Auth):
    """A key in a header."""

    def __init__(self, header: str, key: str) -> None:
        self._header = header
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the header."""
        request.headers[self._header] = self._key
        yield request


class ClientCredentials(httpx.Auth):
    """OAuth2 client credentials (RFC 6749, section 4.4): one token for all threads, renewed before it ends.

    An answer 401 renews the token once; a second one is the target's last word.
    """

    def __init__(self, token_url: str, client_id: str, client_secret: str, wall_now: Clock) -> None:
        self._token_url = token_url
        self._client = httpx.BasicAuth(client_id, client_secret)
        self._wall_now = wall_now
        self._lock = threading.Lock()
        self._token: str | None = None
        self._ends_at: datetime | None = None

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign the request; renew the token and try once more where it is refused."""
        token = yield from self._valid_token(refused=None)
        request.headers["Authorization"] = f"Bearer {token}"
        response = yield request
        if response.status_code == httpx.codes.UNAUTHORIZED:
            token = yield from self._valid_token(refused=token)
            request.headers["Authorization"] = f"Bearer {token}"
            yield request

    def _valid_token(self, refused: str | None) -> Generator[httpx.Request, httpx.Response, str]:
        """Return the token at hand, or a new one where it ends or is the one that was refused."""
        with self._lock:
            ended = self._ends_at is not None and self._wall_now() >= self._ends_at
            if self._token is None or ended or self._token == refused:
                response = yield from self._ask()
                self._token, self._ends_at = self._read(response)
            return self._token

    def _ask(self) -> Generator[httpx.Request, httpx.Response, httpx.Response]:
        request = httpx.Request("POST", self._token_url, data={"grant_type": "client_credentials"})
        return (yield next(self._client.auth_flow(request)))

    def _read(self, response: httpx.Response) -> tuple[str, datetime | None]:
        """Return token and end from the answer.

        Raises:
            Refused: the credentials are wrong.
            Throttled, Transient: the token service is busy or down.
        """
        status = response.status_code
        if status == httpx.codes.TOO_MANY_REQUESTS:
            wait = retry_after(response, self._wall_now())
            raise Throttled(f"{self._token_url} answered 429.", "It is asked again later.", wait)
        if status >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise Transient(f"{self._token_url} answered {status}.", "It is asked again later.")
        if status != httpx.codes.OK:
            raise Refused(f"{self._token_url} answered {status}.", "Check login and password of the connection.")
        return self._token_of(response)

    def _token_of(self, response: httpx.Response) -> tuple[str, datetime | None]:
        try:
            response.read()
            content: dict[str, Any] = response.json()
            token, seconds = str(content["access_token"]), content.get("expires_in")
            ends_at = None if seconds is None else self._wall_now() + timedelta(seconds=float(seconds)) - EARLY
        except (ValueError, KeyError, TypeError) as error:
            raise Transient(f"{self._token_url} answered no token.", "It is asked again later.") from error
        return token, ends_at
