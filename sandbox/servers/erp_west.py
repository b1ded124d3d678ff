"""The second ERP's HTTP API: a key in a header, offset pages with a link to the next, idempotent writes."""

from functools import partial
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.records.session import Session
from sandbox.records.values import Document
from sandbox.servers import clearances, proposals
from sandbox.servers.books import take_over
from sandbox.servers.clearances import Clearance
from sandbox.servers.erp_west_writes import KINDS
from sandbox.servers.http import json_answer, json_list, number_of, refuse, window_of
from sandbox.servers.writes import Accepted, body_of, check_fields, once
from sandbox.store import Store
from sandbox.wire import COLLECTIONS

SYSTEM = "erp_west"
DEFAULT_LIMIT, MOST = 100, 500
REQUIRED = {"companyCode": str, "releaseStatus": str, "blockingReasons": list, "items": list}


class ErpWestApi:
    """The routes of the second ERP."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def routes(self) -> list[Route]:
        """The API's routes."""
        clearance = partial(clearances.answer, self.store, SYSTEM)
        proposal = partial(proposals.answer, self.store, SYSTEM)
        return [
            Route("/api/invoice-clearances/{invoice:path}", self.write, methods=["PUT"]),
            Route("/api/invoice-clearances/{invoice:path}", clearance, methods=["GET"]),
            Route("/api/master-proposals", self.propose, methods=["POST"]),
            Route("/api/master-proposals/{proposal:path}", proposal, methods=["GET"]),
            *(
                Route(f"/api/{name}/{{key:path}}", partial(self.post, operation, accepted), methods=["PUT"])
                for name, (operation, accepted) in KINDS.items()
            ),
            Route("/api/{collection}", self.read, methods=["GET"]),
        ]

    def read(self, request: Request) -> Response:
        """Answer one page of a collection with a link to the next."""
        collection = request.path_params["collection"]
        if collection not in COLLECTIONS[SYSTEM]:
            raise refuse(404, "not_found", f"There is no collection {collection}.")
        window = window_of(request, "changedFrom", "changedTo")
        limit = number_of(request, "limit", DEFAULT_LIMIT, 1, MOST)
        offset = number_of(request, "offset", 0, 0, 2**31)
        with self.store.session() as session:
            rows = session.page(SYSTEM, collection, window, limit=limit + 1, offset=offset)
        link = "null"
        if len(rows) > limit:
            query = {**request.query_params, "limit": limit, "offset": offset + limit}
            link = f'"{request.url.path}?{urlencode(query)}"'
        return json_answer(request, f'{{"value": {json_list(rows[:limit])}, "nextLink": {link}}}')

    async def write(self, request: Request) -> Response:
        """Take a clearance over."""
        body = await body_of(request, REQUIRED)
        for item in body["items"]:
            check_fields(item, {"item": int})
        effect = partial(self._effect, request.path_params["invoice"])
        message = partial(once, self.store, system=SYSTEM, operation="invoice_clearance", effect=effect)
        return await run_in_threadpool(message, request=request, body=body)

    async def propose(self, request: Request) -> Response:
        """Keep a proposal on a master."""
        body = await body_of(request, proposals.REQUIRED)
        proposals.check(body)
        message = partial(once, self.store, system=SYSTEM, operation="master_proposal", effect=_keep_proposal)
        return await run_in_threadpool(message, request=request, body=body)

    def _effect(self, invoice: str, session: Session, body: Document) -> tuple[int, Document]:
        clearance = Clearance(
            invoice=invoice,
            company=body["companyCode"],
            status=body["releaseStatus"],
            holds=tuple(body["blockingReasons"]),
            coding=tuple((item["item"], item.get("glAccount"), item.get("costCenter")) for item in body["items"]),
        )
        content = {**body, "apInvoiceId": invoice}
        take_over(session, SYSTEM, clearance, content)
        return 200, content

    async def post(self, operation: str, accepted: Accepted, request: Request) -> Response:
        """Post what a message says, under the key in its path."""
        body = await body_of(request, accepted.required)
        named = {**body, "reference": request.path_params["key"]}
        message = partial(once, self.store, system=SYSTEM, operation=operation, effect=accepted.effect)
        return await run_in_threadpool(message, request=request, body=named)


def _keep_proposal(session: Session, body: Document) -> tuple[int, Document]:
    return 201, proposals.keep(session, SYSTEM, body)
