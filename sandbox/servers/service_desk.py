"""The service desk: takes signed webhooks and keeps a ticket for each thing that it was told of."""

import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.records.session import Session
from sandbox.records.values import Document, Window
from sandbox.servers.dispatch import signature
from sandbox.servers.http import json_answer, json_list, refuse
from sandbox.servers.writes import body_of, check_fields, check_words, once
from sandbox.store import Store

SYSTEM = "service_desk"
TICKETS = "tickets"
TIMESTAMP, SIGNATURE = "x-desk-timestamp", "x-desk-signature"
SECONDS = 300


@dataclass(frozen=True)
class Kind:
    """A kind of ticket: what it is called by, and what a webhook must say of it."""

    id_field: str
    required: Mapping[str, type]
    statuses: tuple[str, ...]


KINDS = {
    "correction_request": Kind(
        "requestId",
        dict.fromkeys(("requestId", "status", "system", "object", "recordKey", "owner", "finding"), str),
        ("awaiting", "corrected"),
    ),
    "technical_exception": Kind(
        "exceptionId",
        {**dict.fromkeys(("exceptionId", "status", "class", "message", "runbook", "firstSeenAt"), str), "things": int},
        ("open", "dead", "resolved"),
    ),
}


class ServiceDesk:
    """The routes of the service desk.

    Args:
        store: the estate's database.
        secret: signs what comes and what is asked.
    """

    def __init__(self, store: Store, secret: str) -> None:
        self.store = store
        self.secret = secret

    def routes(self) -> list[Route]:
        """The desk's routes."""
        return [
            Route("/hooks/correction-requests", partial(self.take, "correction_request"), methods=["POST"]),
            Route("/hooks/technical-exceptions", partial(self.take, "technical_exception"), methods=["POST"]),
            Route("/tickets", self.read, methods=["GET"]),
        ]

    async def take(self, operation: str, request: Request) -> Response:
        """Open, change or close a ticket."""
        await self._verify(request)
        kind = KINDS[operation]
        body = await body_of(request, {})
        check_fields(body, kind.required)
        check_words(body, kind.required)
        if body["status"] not in kind.statuses:
            raise refuse(422, "invalid", f"A {operation} is {' or '.join(kind.statuses)}, not {body['status']!r}.")
        message = partial(once, self.store, system=SYSTEM, operation=operation, effect=partial(_keep, operation, kind))
        return await run_in_threadpool(message, request=request, body=body)

    async def read(self, request: Request) -> Response:
        """Answer all tickets, the one that changed last at the end."""
        await self._verify(request)
        with self.store.session() as session:
            rows = session.page(SYSTEM, TICKETS, Window(None, None), limit=10_000)
        return json_answer(request, f'{{"tickets": {json_list(rows)}}}')

    async def _verify(self, request: Request) -> None:
        """Refuse what is not signed with the secret, over timestamp and body, within five minutes."""
        timestamp = request.headers.get(TIMESTAMP, "")
        given = request.headers.get(SIGNATURE, "")
        expected = signature(self.secret, timestamp, await request.body())
        if not hmac.compare_digest(given.encode(), expected.encode()):
            raise refuse(401, "unauthorized", "The signature is missing or wrong.")
        if not timestamp.isdigit() or abs(time.time() - int(timestamp)) > SECONDS:
            raise refuse(401, "stale", "The timestamp is more than five minutes away.")


def _keep(operation: str, kind: Kind, session: Session, body: Document) -> tuple[int, Document]:
    now = session.now()
    ticket = f"{operation}/{body[kind.id_field]}"
    session.put(SYSTEM, TICKETS, [(ticket, {"ticket": ticket, "kind": operation, **body}, now)])
    return 202, {"ticket": ticket}
