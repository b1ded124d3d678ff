"""The first ERP's HTTP API for writing back: basic authentication, no idempotency keys.

A client that must not post twice looks first. Reading goes through the ERP's database.
"""

import json
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.records.values import Document
from sandbox.servers import clearances, proposals
from sandbox.servers.books import take_over
from sandbox.servers.clearances import Clearance
from sandbox.servers.erp_main_writes import KINDS, Posted
from sandbox.servers.http import json_answer, refuse
from sandbox.servers.writes import body_of, check_fields
from sandbox.store import Store

SYSTEM = "erp_main"
REQUIRED = {"apInvoiceId": str, "company": str, "status": str, "holds": list, "lines": list}


class ErpMainApi:
    """The routes of the first ERP's API."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def routes(self) -> list[Route]:
        """The API's routes."""
        clearance = partial(clearances.answer, self.store, SYSTEM)
        proposal = partial(proposals.answer, self.store, SYSTEM)
        return [
            Route("/invoice-clearances", self.write, methods=["POST"]),
            Route("/invoice-clearances/{invoice:path}", clearance, methods=["GET"]),
            Route("/master-proposals", self.propose, methods=["POST"]),
            Route("/master-proposals/{proposal:path}", proposal, methods=["GET"]),
            *(Route(f"/{name}", partial(self.post, kind), methods=["POST"]) for name, kind in KINDS.items()),
            *(
                Route(f"/{name}/{{key:path}}", partial(self.show, kind), methods=["GET"])
                for name, kind in KINDS.items()
            ),
        ]

    async def write(self, request: Request) -> Response:
        """Take a clearance over; each POST has its effect."""
        body = await body_of(request, REQUIRED)
        for line in body["lines"]:
            check_fields(line, {"line": int})
        return await run_in_threadpool(self._apply, body)

    async def propose(self, request: Request) -> Response:
        """Keep a proposal on a master; each POST has its effect."""
        body = await body_of(request, proposals.REQUIRED)
        proposals.check(body)
        return await run_in_threadpool(self._keep, body)

    def _keep(self, body: Document) -> Response:
        with self.store.session() as session:
            shown = proposals.keep(session, SYSTEM, body)
            session.took_effect(SYSTEM, "master_proposal", shown["proposal"], body)
        return JSONResponse(shown, status_code=201)

    def _apply(self, body: Document) -> Response:
        clearance = Clearance(
            invoice=body["apInvoiceId"],
            company=body["company"],
            status=body["status"],
            holds=tuple(body["holds"]),
            coding=tuple((line["line"], line.get("account"), line.get("costCenter")) for line in body["lines"]),
        )
        with self.store.session() as session:
            take_over(session, SYSTEM, clearance, body)
            session.took_effect(SYSTEM, "invoice_clearance", clearance.invoice, body)
        return JSONResponse(body, status_code=201)

    def show(self, kind: Posted, request: Request) -> Response:
        """Answer what the ERP posted under a key."""
        with self.store.session() as session:
            found = kind.show(session, request.path_params["key"])
        if found is None:
            raise refuse(404, "not_found", "Nothing is posted under this key.")
        return json_answer(request, json.dumps(found, default=str))

    async def post(self, kind: Posted, request: Request) -> Response:
        """Post what the message says; each POST has its effect."""
        body = await body_of(request, kind.required)
        return await run_in_threadpool(self._post, kind, body)

    def _post(self, kind: Posted, body: Document) -> Response:
        with self.store.session() as session:
            kind.post(session, body)
            session.took_effect(SYSTEM, kind.operation, body[kind.key], body)
        return JSONResponse(body, status_code=201)
