"""What can go wrong at a source on demand, and how a client meets it."""

import asyncio
import itertools
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.settings import DATABASE_SYSTEM, EVENT_SYSTEMS, HTTP_SYSTEMS, SFTP_SYSTEMS, EstateError

TOKEN_PATH = "/oauth/token"
HTTP_KINDS = ("status", "rate", "reset_mid_body", "slow", "late_answer")
HTTP_FAULT_SYSTEMS = tuple(system for system in HTTP_SYSTEMS if system != "control")
DOWN_SYSTEMS = (*HTTP_FAULT_SYSTEMS, *SFTP_SYSTEMS, DATABASE_SYSTEM)
EVENT_KINDS = ("duplicate", "late")  # they hit events that a system sends, no request that it gets
WRITE_KINDS = ("refuse",)  # they hit what would be written into a folder
SYSTEMS_OF = {
    **dict.fromkeys(HTTP_KINDS, HTTP_FAULT_SYSTEMS),
    "expired_token": ("ap",),
    "clock": ("ap",),
    "cut": SFTP_SYSTEMS,
    "refuse": SFTP_SYSTEMS,
    **dict.fromkeys(EVENT_KINDS, EVENT_SYSTEMS),
    "down": DOWN_SYSTEMS,
}
STANDING_KINDS = ("down", "clock")  # they hold until they are deleted, and hit no single request


@dataclass
class Fault:
    """One fault in force. See README.md, Control API."""

    system: str
    kind: str
    times: int | None = None
    after: int = 0
    path: str = ""
    status: int = 503
    retry_after: int | None = None
    seconds: float = 1.0
    bytes: int = 0
    id: int = 0

    def hits(self, path: str) -> bool:
        """Whether a request meets this fault; counts the request."""
        if self.kind in STANDING_KINDS or not path.startswith(self.path) or self.over:
            return False
        if self.kind == "expired_token" and path == TOKEN_PATH:
            return False
        if self.after > 0:
            self.after -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True

    @property
    def over(self) -> bool:
        """Whether it has hit as often as it was asked to."""
        return self.times is not None and self.times <= 0


def make_fault(given: dict[str, Any]) -> Fault:
    """Make a fault of a request to the control API.

    Raises:
        EstateError: a field is unknown or of the wrong type, or the system cannot fail like this.
    """
    unknown = given.keys() - (Fault.__dataclass_fields__.keys() - {"id"})
    if unknown or {"system", "kind"} - given.keys():
        raise EstateError(f"A fault needs system and kind, and has no fields {sorted(unknown)}; see sandbox/README.md.")
    fault = Fault(**given)
    if fault.system not in SYSTEMS_OF.get(fault.kind, ()):
        raise EstateError(f"System {fault.system!r} has no fault of kind {fault.kind!r}; see sandbox/README.md.")
    counts = (fault.after, 1 if fault.times is None else fault.times, fault.status, fault.bytes)
    if not all(isinstance(count, int) for count in counts) or not isinstance(fault.path, str):
        raise EstateError("times, after, status and bytes of a fault are whole numbers, path is a text.")
    return fault


class Faults:
    """The faults in force, for all systems."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._ids = itertools.count(1)

    def add(self, fault: Fault) -> Fault:
        """Put a fault in force and give it an id."""
        with self._lock:
            fault.id = next(self._ids)
            self._faults.append(fault)
        return fault

    def remove(self, fault_id: int | None = None) -> list[Fault]:
        """End one fault, or all; return those that ended."""
        with self._lock:
            ended = [fault for fault in self._faults if fault_id in (None, fault.id)]
            self._faults = [fault for fault in self._faults if fault not in ended]
        return ended

    def listed(self) -> list[dict[str, Any]]:
        """The faults in force, as the control API shows them."""
        with self._lock:
            return [asdict(fault) for fault in self._faults if not fault.over]

    def down(self) -> set[str]:
        """The systems that are down."""
        with self._lock:
            return {fault.system for fault in self._faults if fault.kind == "down"}

    def clock_offset(self, system: str) -> float:
        """By how many seconds a system's clock is ahead; behind where it is negative."""
        with self._lock:
            return sum(fault.seconds for fault in self._faults if (fault.system, fault.kind) == (system, "clock"))

    def meet(self, system: str, path: str) -> Fault | None:
        """Return the first fault that a request meets, None where it goes through."""
        return self._meet(system, path, lambda kind: kind not in (*EVENT_KINDS, *WRITE_KINDS))

    def meet_event(self, system: str, event_type: str) -> Fault | None:
        """Return the first fault that an event meets on its way out, None where it just goes."""
        return self._meet(system, event_type, lambda kind: kind in EVENT_KINDS)

    def refuses(self, system: str, path: str) -> bool:
        """Whether a system refuses what would be written to a path, or renamed there."""
        return self._meet(system, path, lambda kind: kind in WRITE_KINDS) is not None

    def _meet(self, system: str, path: str, of_kind: Callable[[str], bool]) -> Fault | None:
        with self._lock:
            of_system = (fault for fault in self._faults if fault.system == system and of_kind(fault.kind))
            return next((fault for fault in of_system if fault.hits(path)), None)


class FaultMiddleware:
    """Let a system's faults happen to its requests."""

    def __init__(self, app: ASGIApp, faults: Faults, system: str) -> None:
        self.app = app
        self.faults = faults
        self.system = system

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or not, as the first fault says that it meets."""
        fault = self.faults.meet(self.system, scope["path"]) if scope["type"] == "http" else None
        if fault is None:
            await self.app(scope, receive, send)
        elif fault.kind == "status":
            await _error(fault.status, "fault", fault.retry_after)(scope, receive, send)
        elif fault.kind == "rate":
            await _error(429, "rate_limited", fault.retry_after or 1)(scope, receive, send)
        elif fault.kind == "expired_token":
            token = Headers(scope=scope).get("authorization", "").removeprefix("Bearer ")
            scope["app"].state.tokens.revoke(token)
            await self.app(scope, receive, send)
        elif fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
            await self.app(scope, receive, send)
        elif fault.kind == "late_answer":
            await self._answer_late(fault.seconds, scope, receive, send)
        else:
            await self._cut(scope, receive, send)

    async def _answer_late(self, seconds: float, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request have its effect at once, and keep the answer back."""
        answer: list[Message] = []

        async def collect(message: Message) -> None:
            answer.append(message)

        await self.app(scope, receive, collect)
        await asyncio.sleep(seconds)
        for message in answer:
            await send(message)

    async def _cut(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request have its effect and send the head and half of the answer's body.

        The server closes a connection whose answer was not finished.
        """
        start: Message = {}
        body = bytearray()

        async def collect(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                body.extend(message.get("body", b""))

        await self.app(scope, receive, collect)
        await send(start)
        await send({"type": "http.response.body", "body": bytes(body[: len(body) // 2]), "more_body": True})


def _error(status: int, code: str, retry_after: int | None) -> JSONResponse:
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    content = {"error": {"code": code, "message": "The service cannot answer now."}}
    return JSONResponse(content, status_code=status, headers=headers)
