"""What reading from and writing to a system over HTTP share: its address, how it knows us, how long it asks to wait."""

import threading
from collections.abc import Callable, Generator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Literal, Protocol

import httpx

from tieout.errors import Refused, Throttled, Transient

AuthKind = Literal["oauth2_client_credentials", "basic", "api_key", "none"]
AUTH_KINDS: tuple[AuthKind, ...] = ("oauth2_client_credentials", "basic", "api_key", "none")
Clock = Callable[[], datetime]
LONGEST_WAIT = timedelta(days=1)
# A token is renewed this long before it ends, so that it does not end under way.
RENEW_BEFORE = timedelta(seconds=30)


class Address(Protocol):
    """Where a system is and what it knows us by: the plain values of an Airflow connection."""

    @property
    def host(self) -> str:
        """Name or address; it may carry the scheme."""

    @property
    def port(self) -> int | None:
        """TCP port; None for the scheme's own."""

    @property
    def login(self) -> str:
        """User or client id."""

    @property
    def password(self) -> str:
        """Password, client secret or API key."""

    @property
    def schema(self) -> str:
        """``http`` or ``https``; http where the host carries none."""


def base_url(address: Address, path: str = "") -> str:
    """Return the URL that paths are relative to; ``path`` is a prefix of them all."""
    host = address.host.rstrip("/")
    root = host if "://" in host else f"{address.schema or 'http'}://{host}"
    return f"{root}:{address.port}{path}" if address.port else f"{root}{path}"


def retry_after(response: httpx.Response, wall_now: datetime) -> timedelta | None:
    """Return the wait that ``Retry-After`` asks for, in seconds or as a date (RFC 9110, section 10.2.3).

    At most a day; None where the response does not say.
    """
    value = response.headers.get("Retry-After", "").strip()
    if value.isdecimal():
        return timedelta(seconds=min(int(value), LONGEST_WAIT.total_seconds()))
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max(at - wall_now, timedelta()), LONGEST_WAIT)


def authentication(
    kind: AuthKind, address: Address, *, token_url: str, header: str, wall_now: Clock
) -> httpx.Auth | None:
    """Return what signs the requests to a system; None where nothing does.

    Args:
        kind: how the system knows us.
        address: holds login and password, client id and secret, or the API key as password.
        token_url: of OAuth2.
        header: of an API key.
        wall_now: real time, for the life of tokens.
    """
    if kind == "basic":
        return httpx.BasicAuth(address.login, address.password)
    if kind == "api_key":
        return ApiKey(header, address.password)
    if kind == "oauth2_client_credentials":
        return ClientCredentials(token_url, address.login, address.password, wall_now)
    return None


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

    A token that is refused was revoked or ended early, perhaps before it was used at all, or while others used it, too:
    each request is tried once more with a newer one. The second refusal is the system's last word.
    """

    def __init__(self, token_url: str, client_id: str, client_secret: str, wall_now: Clock) -> None:
        self._token_url = token_url
        self._client = httpx.BasicAuth(client_id, client_secret)
        self._wall_now = wall_now
        self._lock = threading.Lock()
        self._token = ""
        self._renew_at: datetime | None = None

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign the request; where the token is refused, try once more with a newer one."""
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
            ended = self._renew_at is not None and self._wall_now() >= self._renew_at
            if not self._token or ended or self._token == refused:
                response = yield from self._ask()
                self._token, self._renew_at = self._read(response)
            return self._token

    def _ask(self) -> Generator[httpx.Request, httpx.Response, httpx.Response]:
        request = httpx.Request("POST", self._token_url, data={"grant_type": "client_credentials"})
        return (yield next(self._client.auth_flow(request)))

    def _read(self, response: httpx.Response) -> tuple[str, datetime | None]:
        """Return token and time of renewal from the answer.

        Raises:
            Refused: the credentials are wrong.
            Throttled, Transient: the token endpoint is busy or down.
        """
        status = response.status_code
        says = f"The token endpoint {self._token_url} answered {status}."
        if status in (httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE):
            raise Throttled(says, "It is asked again later.", retry_after(response, self._wall_now()))
        if status >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise Transient(says, "It is asked again later.")
        if status != httpx.codes.OK:
            raise Refused(says, "Check login and password of the connection.")
        return self._token_of(response)

    def _token_of(self, response: httpx.Response) -> tuple[str, datetime | None]:
        try:
            response.read()
            content: dict[str, Any] = response.json()
            token, seconds = str(content["access_token"]), content.get("expires_in")
            life = None if seconds is None else timedelta(seconds=float(seconds))
        except (ValueError, KeyError, TypeError) as error:
            raise Transient(f"{self._token_url} answered no token.", "It is asked again later.") from error
        # A life shorter than twice the margin would be renewed for each request: half of it is used then.
        return token, None if life is None else self._wall_now() + max(life - RENEW_BEFORE, life / 2)
