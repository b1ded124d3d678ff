"""What the estate's HTTP applications have in common: errors, authentication, rates, serving on a port."""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import math
import secrets
import socket
import threading
import time
from collections.abc import Callable, Generator
from datetime import UTC, datetime

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.faults import TOKEN_PATH, FaultMiddleware, Faults
from sandbox.records.values import Stored, Window
from sandbox.settings import EstateError

# Raises HTTPException where the request does not carry what it must.
Authenticate = Callable[[Request], None]


def make_app(
    system: str,
    routes: list[Route],
    authenticate: Authenticate,
    *,
    faults: Faults,
    requests_per_second: float | None = None,
) -> Starlette:
    """Make a system's application: rate, then faults, then credentials, then routes."""
    middleware = [Middleware(FaultMiddleware, faults=faults, system=system)]
    if requests_per_second:
        middleware.insert(0, Middleware(RateLimit, per_second=requests_per_second))
    middleware.append(Middleware(Credentials, authenticate=authenticate))
    return Starlette(routes=routes, middleware=middleware, exception_handlers={HTTPException: _error_answer})


def refuse(status: int, code: str, message: str, **headers: str) -> HTTPException:
    """An error answer to raise; underscores in header names become hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return HTTPException(status, detail=f"{code}: {message}", headers=named)


async def _error_answer(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    code, _, message = error.detail.partition(": ")
    content = {"error": {"code": code, "message": message or error.detail}}
    return JSONResponse(content, status_code=error.status_code, headers=error.headers)


class Credentials:
    """Answer 401 to requests without the right credentials."""

    def __init__(self, app: ASGIApp, authenticate: Authenticate) -> None:
        self.app = app
        self.authenticate = authenticate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check the request before it reaches a route."""
        if scope["type"] == "http":
            request = Request(scope)
            try:
                self.authenticate(request)
            except HTTPException as error:
                answer = await _error_answer(request, error)
                await answer(scope, receive, send)
                return
        await self.app(scope, receive, send)


class RateLimit:
    """Answer 429 with Retry-After to requests above a rate (a bucket of one second's requests)."""

    def __init__(self, app: ASGIApp, per_second: float) -> None:
        self.app = app
        self.per_second = per_second
        self.capacity = max(1.0, per_second)
        self.tokens = self.capacity
        self.filled_at = time.monotonic()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through where the bucket holds one."""
        if scope["type"] != "http" or self._take():
            await self.app(scope, receive, send)
            return
        wait = max(1, math.ceil((1 - self.tokens) / self.per_second))
        content = {"error": {"code": "rate_limited", "message": f"More than {self.per_second:g} requests per second."}}
        await JSONResponse(content, status_code=429, headers={"Retry-After": str(wait)})(scope, receive, send)

    def _take(self) -> bool:
        now = time.monotonic()
        self.tokens = min(self.capacity, self.tokens + (now - self.filled_at) * self.per_second)
        self.filled_at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


def basic(login: str, password: str) -> Authenticate:
    """Ask for HTTP basic authentication."""
    expected = "Basic " + base64.b64encode(f"{login}:{password}".encode()).decode()

    def authenticate(request: Request) -> None:
        if not hmac.compare_digest(request.headers.get("authorization", "").encode(), expected.encode()):
            raise refuse(401, "unauthorized", "Basic authentication is needed.", WWW_Authenticate="Basic")

    return authenticate


def api_key(key: str) -> Authenticate:
    """Ask for the key in the header X-Api-Key."""

    def authenticate(request: Request) -> None:
        if not hmac.compare_digest(request.headers.get("x-api-key", "").encode(), key.encode()):
            raise refuse(401, "unauthorized", "The header X-Api-Key lacks the right key.")

    return authenticate


def bearer(token: str) -> Authenticate:
    """Ask for a fixed bearer token, except on /health."""

    def authenticate(request: Request) -> None:
        given = request.headers.get("authorization", "")
        if request.url.path != "/health" and not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
            raise refuse(401, "unauthorized", "The control API's token is needed.")

    return authenticate


class Tokens:
    """Short-lived bearer tokens of the OAuth2 client credentials grant (RFC 6749, section 4.4).

    They expire in wall time, and with the process. ``offset`` says by how many seconds the system's clock is ahead.
    """

    def __init__(
        self, client_id: str, client_secret: str, seconds: float, offset: Callable[[], float] = lambda: 0.0
    ) -> None:
        self.client = f"{client_id}:{client_secret}"
        self.seconds = seconds
        self._now = lambda: time.monotonic() + offset()
        self._lock = threading.Lock()
        self._expiry: dict[str, float] = {}

    def issue(self, client_id: str, client_secret: str) -> str | None:
        """Return a new token, None where the client's secret is not right."""
        if not hmac.compare_digest(f"{client_id}:{client_secret}".encode(), self.client.encode()):
            return None
        token = secrets.token_urlsafe(32)
        now = self._now()
        with self._lock:
            self._expiry = {kept: expiry for kept, expiry in self._expiry.items() if expiry > now}
            self._expiry[token] = now + self.seconds
        return token

    def valid(self, token: str) -> bool:
        """Whether a token was issued and has not expired."""
        with self._lock:
            return self._expiry.get(token, -math.inf) > self._now()

    def revoke(self, token: str) -> None:
        """End a token before its time."""
        with self._lock:
            self._expiry.pop(token, None)

    def authenticate(self, request: Request) -> None:
        """Ask for a valid token, except where tokens are issued."""
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if request.url.path != TOKEN_PATH and not self.valid(token):
            challenge = 'Bearer error="invalid_token"'
            raise refuse(401, "invalid_token", "The token is missing or has expired.", WWW_Authenticate=challenge)


def window_of(request: Request, start: str, end: str) -> Window:
    """Read the half-open window of a query string; instants without an offset are UTC."""
    return Window(_instant(request, start), _instant(request, end))


def _instant(request: Request, name: str) -> datetime | None:
    text = request.query_params.get(name)
    if not text:
        return None
    try:
        # A plus sign that was not encoded arrives as a space.
        instant = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError as error:
        raise refuse(400, "bad_request", f"{name} is no ISO 8601 instant.") from error
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def number_of(request: Request, name: str, default: int, least: int, most: int) -> int:
    """Read a whole number of a query string, kept within its limits."""
    text = request.query_params.get(name, str(default))
    if not text.isascii() or not text.isdigit():
        raise refuse(400, "bad_request", f"{name} is no whole number.")
    return min(max(int(text), least), most)


def json_list(rows: list[Stored]) -> str:
    """Spell documents as a JSON list, numbers as they were stored."""
    return "[" + ",".join(row.text for row in rows) + "]"


def json_answer(request: Request, text: str) -> Response:
    """Answer JSON with an ETag; 304 where the client has it already (RFC 9110, section 13.1.2)."""
    tag = '"' + hashlib.sha256(text.encode()).hexdigest()[:32] + '"'
    known = [given.strip() for given in request.headers.get("if-none-match", "").split(",")]
    if tag in known or "*" in known:
        return Response(status_code=304, headers={"ETag": tag})
    return Response(text, media_type="application/json", headers={"ETag": tag})


class _Server(uvicorn.Server):
    """A server that leaves signals to the process that holds it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


class HttpService:
    """An application on a port; it can be stopped and started again on the same port."""

    def __init__(self, app: ASGIApp, host: str, port: int) -> None:
        self.app = app
        self.host = host
        self.port = port
        self._server: _Server | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen; a port 0 becomes a free one, which is kept."""
        if self._server is not None:
            return
        listener = listen(self.host, self.port)
        self.port = listener.getsockname()[1]
        config = uvicorn.Config(
            self.app, http="h11", lifespan="off", log_config=None, access_log=False, timeout_graceful_shutdown=2
        )
        self._server = _Server(config)
        self._task = asyncio.create_task(self._server.serve(sockets=[listener]))
        while not self._server.started:
            await asyncio.sleep(0.005)

    async def stop(self) -> None:
        """Stop listening and end connections."""
        if self._server is None or self._task is None:
            return
        self._server.should_exit = True
        await self._task
        self._server = self._task = None


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket.

    Raises:
        EstateError: the port is taken.
    """
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise EstateError(
            f"Port {port} of {host} cannot be used ({error.strerror}): free it or choose another."
        ) from error
    return listener


def usable(host: str, port: int) -> bool:
    """Whether a port can be listened on."""
    with contextlib.suppress(EstateError):
        listen(host, port).close()
        return True
    return False
