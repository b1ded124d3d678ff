"""The control API: play days, look at clock and counters, make things fail."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict

import psycopg
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.advance import Advance
from sandbox.bank.ledger import Ledger
from sandbox.bank.requests import make_request
from sandbox.faults import Faults, make_fault
from sandbox.scenario.model import BankRequest
from sandbox.servers.happenings import Happenings
from sandbox.servers.http import refuse
from sandbox.servers.outbox import listed
from sandbox.servers.writes import body_of
from sandbox.settings import EstateError
from sandbox.store import Store

MOST_DAYS = 400
JSON = "application/json"


class ControlApi:
    """The routes of the control API.

    Args:
        store: the estate's database.
        advance: plays days.
        faults: the faults in force.
        happenings: lets things happen that are told by webhook.
        apply_down: makes the servers that are down refuse connections, and the others listen.
    """

    def __init__(
        self,
        store: Store,
        advance: Advance,
        faults: Faults,
        happenings: Happenings,
        apply_down: Callable[[set[str]], Awaitable[None]],
    ) -> None:
        self.store = store
        self.advance = advance
        self.faults = faults
        self.happenings = happenings
        self.apply_down = apply_down

    def routes(self) -> list[Route]:
        """The API's routes."""
        return [
            Route("/health", self.health, methods=["GET"]),
            Route("/clock", self.clock, methods=["GET"]),
            Route("/counters", self.counters, methods=["GET"]),
            Route("/effects", self.effects, methods=["GET"]),
            Route("/advance", self.play, methods=["POST"]),
            Route("/events", self.list_events, methods=["GET"]),
            Route("/events", self.add_events, methods=["POST"]),
            Route("/bank", self.list_requests, methods=["GET"]),
            Route("/bank", self.add_request, methods=["POST"]),
            Route("/faults", self.list_faults, methods=["GET"]),
            Route("/faults", self.add_fault, methods=["POST"]),
            Route("/faults", self.remove_faults, methods=["DELETE"]),
            Route("/faults/{fault_id:int}", self.remove_faults, methods=["DELETE"]),
        ]

    async def health(self, request: Request) -> Response:
        """Say that the estate runs."""
        return JSONResponse({"status": "ok"})

    def clock(self, request: Request) -> Response:
        """Answer the estate's day and time."""
        return JSONResponse(self._clock())

    def counters(self, request: Request) -> Response:
        """Answer what each target received and did."""
        with self.store.session() as session:
            return JSONResponse(session.counters())

    def effects(self, request: Request) -> Response:
        """Answer everything that was done because of a message, in its order."""
        with self.store.session() as session:
            return Response(json.dumps(session.effects(), default=str), media_type=JSON)

    async def play(self, request: Request) -> Response:
        """Play days."""
        body = await body_of(request, {"days": int})
        if not 0 < body["days"] <= MOST_DAYS:
            raise refuse(422, "invalid", f"days is a whole number from 1 to {MOST_DAYS}.")
        try:
            played = await run_in_threadpool(self.advance.play, body["days"])
        except (EstateError, psycopg.Error, OSError) as error:
            raise refuse(500, "failed", f"The day was not played: {str(error).strip()}") from error
        clock = await run_in_threadpool(self._clock)
        return JSONResponse({**clock, "played": [asdict(day) for day in played]})

    def list_events(self, request: Request) -> Response:
        """Answer every event and what became of it."""
        with self.store.session() as session:
            return Response(json.dumps(listed(session.connection), default=str), media_type=JSON)

    async def add_events(self, request: Request) -> Response:
        """Let things of the next day happen now, and tell them."""
        body = await body_of(request, {"type": str})
        count, delay, invoice = body.get("count", 1), body.get("delay", 0), str(body.get("invoice", ""))
        if not isinstance(count, int) or not isinstance(delay, int | float) or count < 1 or delay < 0:
            raise refuse(422, "invalid", "count is a whole number from 1, delay a number of seconds from 0.")
        try:
            happened = await run_in_threadpool(self.happenings.happen, body["type"], count, float(delay), invoice)
        except EstateError as error:
            raise refuse(422, "invalid", str(error)) from error
        except (psycopg.Error, OSError) as error:
            raise refuse(500, "failed", f"Nothing happened: {str(error).strip()}") from error
        clock = await run_in_threadpool(self._clock)
        return JSONResponse({**clock, "events": happened}, status_code=201)

    def list_requests(self, request: Request) -> Response:
        """Answer what the bank was asked to do, and how often each may still strike."""
        with self.store.session() as session:
            return Response(json.dumps(Ledger(session, session.now()).requests(), default=str), media_type=JSON)

    async def add_request(self, request: Request) -> Response:
        """Ask the bank to do something to a payment or a statement."""
        body = await body_of(request, {"kind": str})
        try:
            asked = make_request(body)
        except EstateError as error:
            raise refuse(422, "invalid", str(error)) from error
        await run_in_threadpool(self._ask, asked)
        return Response(json.dumps(asdict(asked), default=str), status_code=201, media_type=JSON)

    def _ask(self, asked: BankRequest) -> None:
        with self.store.session() as session:
            Ledger(session, session.now()).ask(asked)

    def list_faults(self, request: Request) -> Response:
        """Answer the faults in force."""
        return JSONResponse(self.faults.listed())

    async def add_fault(self, request: Request) -> Response:
        """Put a fault in force."""
        body = await body_of(request, {"system": str, "kind": str})
        try:
            fault = self.faults.add(make_fault(body))
        except EstateError as error:
            raise refuse(422, "invalid", str(error)) from error
        await self.apply_down(self.faults.down())
        return JSONResponse(asdict(fault), status_code=201)

    async def remove_faults(self, request: Request) -> Response:
        """End one fault, or all."""
        ended = self.faults.remove(request.path_params.get("fault_id"))
        await self.apply_down(self.faults.down())
        return JSONResponse([asdict(fault) for fault in ended])

    def _clock(self) -> dict[str, object]:
        with self.store.session() as session:
            return {"day": session.day(), "now": session.now().isoformat()}
