"""The web application that takes events in, and shows people what came (docs/reference/feedback.md, Events in).

A system's route is behind its signature, every other one behind what the caller gives as `people`: Airflow's
authentication. Memory: at most SLOTS bodies of the system's limit; who comes later waits with the body unread.
"""

import asyncio
import logging
import re
import uuid
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.requests import ClientDisconnect

from tieout.errors import MalformedPayload
from tieout.events import envelope, inbox_report
from tieout.events.announcer import Announcer
from tieout.events.desk import CONNECTIONS, Desk, Door
from tieout.events.signature import SIGNATURE_HEADER, TIMESTAMP_HEADER, BadSignature, verify

log = logging.getLogger(__name__)
SLOTS = 64
BODY_SECONDS = 10.0
# A server that vanished in mid-sentence, as one that failed over, is not waited for until TCP gives it up.
ANSWER_SECONDS = 20.0
RETRY_AFTER = {"Retry-After": "5"}
CLOSE = {"Connection": "close"}
TRACE_PARENT = re.compile(r"00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
ANSWERS = {"stored": (202, "accepted"), "known": (200, "known")}


class Refusal(Exception):
    """An answer other than yes."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})


def make_application(desk: Desk, announcer: Announcer, people: Sequence[Any]) -> FastAPI:
    """Return the application.

    Args:
        desk: keeps events.
        announcer: is rung for each event that is new.
        people: dependencies of every route that is not behind a signature.
    """
    threads = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="events")
    slots = asyncio.Semaphore(SLOTS)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        announcer.start()
        yield
        await asyncio.to_thread(announcer.stop)
        threads.shutdown()
        desk.close()

    app = FastAPI(title="Tieout", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)

    async def beside(work: Callable[..., Any], *arguments: Any) -> Any:
        """Do something that waits, in one of our own threads; whatever is away, or hangs, is answered with 503."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await asyncio.get_running_loop().run_in_executor(threads, work, *arguments)
        except Exception as error:
            log.exception("Something that events need is away")
            raise Refusal(503, "unavailable", "Events cannot be kept now: send again.", RETRY_AFTER) from error

    @app.exception_handler(Refusal)
    async def refused(request: Request, refusal: Refusal) -> JSONResponse:
        error = {"code": refusal.code, "message": refusal.message}
        return JSONResponse({"error": error}, refusal.status, refusal.headers)

    @app.post("/events/{system}")
    async def receive(system: str, request: Request) -> JSONResponse:
        """Take in one event: 202 where it is new and kept, 200 where it was kept before."""
        async with slots:
            door = await beside(desk.door, system)
            if door is None:
                raise Refusal(404, "not_found", f"There is no system {system!r} that sends events.")
            body = await _body(request, door.events.max_bytes)
            event = _checked(request, door, body, desk)
            trace_id = _trace_id(request)
            stored = await beside(desk.keep, system, event, body, trace_id)
        if stored == "different":
            raise Refusal(409, "conflict", "An event of this id came before with other content.")
        if stored == "stored":
            announcer.ring()
        status, word = ANSWERS[stored]
        return JSONResponse({"status": word, "id": event.event_id, "traceId": trace_id}, status)

    @app.get("/inbox", dependencies=people)
    async def show_inbox() -> list[dict]:
        """Answer what came: numbers by system, type and outcome, and since when the oldest waits."""
        return await beside(desk.ask, inbox_report.summary)

    @app.get("/inbox/{system}/{event_id:path}", dependencies=people)
    async def show_event(system: str, event_id: str) -> dict:
        """Answer what is known of an event, without its body."""
        found = await beside(desk.ask, lambda connection: inbox_report.event(connection, system, event_id))
        if not found:
            raise Refusal(404, "not_found", f"{system} sent no event {event_id!r}.")
        return found[0]

    return app


async def _body(request: Request, most: int) -> bytes:
    """Read the body, and stop at the limit."""
    if request.headers.get("Content-Type", "").partition(";")[0].strip().lower() != "application/json":
        raise Refusal(415, "unsupported_media_type", "Events are application/json.", CLOSE)
    declared = request.headers.get("Content-Length", "")
    if declared.isdigit() and int(declared) > most:
        raise _too_large(most)
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > most:
                    raise _too_large(most)
    except (TimeoutError, ClientDisconnect) as error:
        raise Refusal(408, "timeout", f"The body did not come within {BODY_SECONDS:.0f} s.", CLOSE) from error
    return bytes(body)


def _checked(request: Request, door: Door, body: bytes, desk: Desk) -> envelope.Envelope:
    """Return the envelope of a body that its sender signed."""
    stamp, signatures = request.headers.get(TIMESTAMP_HEADER, ""), request.headers.get(SIGNATURE_HEADER, "")
    try:
        verify(door.secrets, stamp, signatures, body, desk.wall_now())
        event = envelope.read(body)
    except BadSignature as error:
        raise Refusal(401, "unauthorized", str(error)) from error
    except MalformedPayload as error:
        raise Refusal(400, "malformed", error.message) from error
    except envelope.NotAnEvent as error:
        raise Refusal(422, "invalid", str(error)) from error
    if door.events.record_of(event.event_type) is None:
        raise Refusal(422, "unknown_type", f"{event.event_type} is not among the events that are taken.")
    return event


def _too_large(most: int) -> Refusal:
    return Refusal(413, "too_large", f"An event has at most {most} bytes.", CLOSE)


def _trace_id(request: Request) -> str:
    """Return the sender's trace id (W3C Trace Context), else a new one."""
    parent = TRACE_PARENT.fullmatch(request.headers.get("traceparent", ""))
    return parent[1] if parent else uuid.uuid4().hex
