"""The supply system's HTTP API: basic authentication, offset pages, idempotent writes. Its files are served by SFTP."""

import json
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.servers import supply_writes
from sandbox.servers.http import json_answer, json_list, number_of, refuse, window_of
from sandbox.servers.writes import body_of, once
from sandbox.store import Store
from sandbox.wire import COLLECTIONS

SYSTEM = "supply_api"
DEFAULT_LIMIT, MOST = 500, 1000


class SupplyApi:
    """The routes of the supply API."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def routes(self) -> list[Route]:
        """The API's routes."""
        return [
            Route("/purchase-orders", partial(self.write, "purchase_order"), methods=["POST"]),
            Route("/vendors", partial(self.write, "vendor"), methods=["POST"]),
            Route("/receipt-discrepancies", partial(self.write, "receipt_discrepancy"), methods=["POST"]),
            Route("/{collection}", self.read, methods=["GET"]),
        ]

    def read(self, request: Request) -> Response:
        """Answer one page of a collection, and how many records there are in all."""
        collection = request.path_params["collection"]
        if collection not in COLLECTIONS[SYSTEM]:
            raise refuse(404, "not_found", f"There is no collection {collection}.")
        window = window_of(request, "modifiedFrom", "modifiedTo")
        limit = number_of(request, "limit", DEFAULT_LIMIT, 1, MOST)
        offset = number_of(request, "offset", 0, 0, 2**31)
        with self.store.session() as session:
            rows = session.page(SYSTEM, collection, window, limit=limit, offset=offset)
            total = session.count(SYSTEM, collection, window)
        facts = json.dumps({"offset": offset, "limit": limit, "total": total})
        return json_answer(request, f'{facts[:-1]}, "items": {json_list(rows)}}}')

    async def write(self, operation: str, request: Request) -> Response:
        """Take a message over."""
        accepted = supply_writes.OPERATIONS[operation]
        body = await body_of(request, accepted.required)
        message = partial(once, self.store, system=supply_writes.TARGET, operation=operation, effect=accepted.effect)
        return await run_in_threadpool(message, request=request, body=body)
