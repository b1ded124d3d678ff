"""An HTTP client for reading that knows when to wait.

429 and 503 wait as `Retry-After` says, else with exponential back-off and full
jitter, until the deadline; other 5xx and lost connections are tried a few times; 401 and 403 fail at once.
"""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import tenacity

from tieout import settings
from tieout.errors import ConfigurationError, Refused, Throttled, TieoutError, Transient
from tieout.http import AuthKind, authentication, base_url, retry_after
from tieout.sources.endpoint import Endpoint

log = logging.getLogger(__name__)
BROKEN_ATTEMPTS = 5
WAIT = tenacity.wait_random_exponential(multiplier=0.5, max=30)
TIMEOUT = httpx.Timeout(60.0, connect=10.0)


@dataclass(frozen=True)
class Auth:
    """How requests are authenticated: a profile's `auth` and what belongs to it."""

    kind: AuthKind = "none"
    token_path: str = "/oauth/token"  # noqa: S105 (a path)
    api_key_header: str = "X-Api-Key"


@dataclass
class HttpClient:
    """Requests to one system. Connects on use; close it, or use it as a context manager.

    Args:
        endpoint: host, port, login and password; ``schema`` is the scheme (default http), ``extra`` may hold `path`,
            a prefix of all paths, and `verify`, a file of certificates.
        auth: how to authenticate.
        deadline_seconds: how long waiting may last altogether for one request.
        sleep: waits; given by tests.
        transport: given by tests.
    """

    endpoint: Endpoint
    auth: Auth = field(default_factory=Auth)
    deadline_seconds: float = 600
    sleep: Callable[[float], None] = time.sleep
    transport: httpx.BaseTransport | None = None

    def __post_init__(self) -> None:
        self.retries = 0
        root = base_url(self.endpoint, self.endpoint.extra.get("path", ""))
        self._client = httpx.Client(
            base_url=root,
            timeout=TIMEOUT,
            verify=self.endpoint.extra.get("verify", True),
            transport=self.transport,
        )
        self._client.auth = authentication(  # type: ignore[assignment]
            self.auth.kind,
            self.endpoint,
            token_url=str(self.url(self.auth.token_path)),
            header=self.auth.api_key_header,
            wall_now=lambda: settings.wall_now(),
        )

    def __enter__(self) -> "HttpClient":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def url(self, path: str, parameters: Mapping[str, Any] | None = None) -> httpx.URL:
        """Return the full URL of a path with parameters, or of an absolute URL on the same host.

        Raises:
            Refused: the URL is on another host, which would be sent our credentials.
        """
        target = self._client.base_url.join(path) if "://" in path else _below(self._client.base_url, path)
        if (target.scheme, target.host, target.port) != (
            self._client.base_url.scheme,
            self._client.base_url.host,
            self._client.base_url.port,
        ):
            raise Refused(f"A link leads to another host: {target.host}.", "Only links on the same host are followed.")
        return target.copy_merge_params(dict(parameters)) if parameters else target

    def get(self, url: httpx.URL | str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        """Return the answer to a GET: 2xx or 304.

        Raises:
            Refused: 401 or 403.
            Throttled: 429 or 503 beyond the deadline.
            Transient: 5xx, lost connections and time-outs beyond the attempts or the deadline.
            ConfigurationError: any other status.
        """
        return self.send("GET", url, headers=headers)

    def send(
        self, method: str, url: httpx.URL | str, *, headers: Mapping[str, str] | None = None, json: Any = None
    ) -> httpx.Response:
        """Return the answer to a request that may be repeated; errors as ``get``."""
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(Transient),
            wait=self._wait,
            stop=tenacity.stop_any(tenacity.stop_before_delay(self.deadline_seconds), _TooOften()),
            sleep=self.sleep,
            before_sleep=self._count,
            reraise=True,
        )
        return retrying(self._once, method, url, headers or {}, json)

    def _once(self, method: str, url: httpx.URL | str, headers: Mapping[str, str], json: Any) -> httpx.Response:
        try:
            return _checked(self._client.request(method, url, headers=dict(headers), json=json))
        except httpx.TransportError as error:
            raise Transient(
                f"{self._client.base_url.host} does not answer ({type(error).__name__}).", "It is tried again."
            ) from error

    def _wait(self, state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, Throttled) and error.retry_after is not None:
            return error.retry_after.total_seconds()
        return WAIT(state)

    def _count(self, state: tenacity.RetryCallState) -> None:
        self.retries += 1
        log.info(
            "waiting %.1f s for %s: attempt %d", state.upcoming_sleep, self._client.base_url.host, state.attempt_number
        )


def _checked(response: httpx.Response) -> httpx.Response:
    code = response.status_code
    if response.is_success or code == httpx.codes.NOT_MODIFIED:
        return response
    where = f"{response.request.method} {response.request.url.path} at {response.request.url.host} answered {code}."
    raise _error(code, where, response)


def _error(code: int, where: str, response: httpx.Response) -> TieoutError:
    if code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        return Refused(where, "Check the connection's credentials and rights.")
    if code in (httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE):
        return Throttled(where, "It is tried again later.", retry_after(response, settings.wall_now()))
    if code >= httpx.codes.INTERNAL_SERVER_ERROR or code == httpx.codes.REQUEST_TIMEOUT:
        return Transient(where, "It is tried again.")
    return ConfigurationError(where, "Compare path and parameters of the profile with the platform.")


def _below(base: httpx.URL, path: str) -> httpx.URL:
    """Return a path below the base, whose own path is kept also for paths that start with a slash."""
    route, _, query = path.partition("?")
    raw = f"{base.raw_path.decode().rstrip('/')}/{route.lstrip('/')}"
    return base.copy_with(raw_path=f"{raw}?{query}".encode() if query else raw.encode())


class _TooOften(tenacity.stop.stop_base):
    """Stop for broken answers after a few attempts; throttling is waited out until the deadline."""

    def __call__(self, retry_state: tenacity.RetryCallState) -> bool:
        """Whether to give up."""
        error = retry_state.outcome.exception() if retry_state.outcome else None
        return not isinstance(error, Throttled) and retry_state.attempt_number >= BROKEN_ATTEMPTS
