"""The AP platform's HTTP API: OAuth2 client credentials, cursor pages, ETags, idempotent writes."""

import base64
import binascii
import json
from datetime import datetime
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.faults import TOKEN_PATH
from sandbox.records.values import Stored, Window
from sandbox.servers import ap_writes
from sandbox.servers.http import Tokens, json_answer, json_list, number_of, refuse, window_of
from sandbox.servers.writes import body_of, once
from sandbox.store import Store
from sandbox.wire import COLLECTIONS

SYSTEM = "ap"
DEFAULT_LIMIT, MOST = 200, 500


class ApApi:
    """The routes of the AP platform."""

    def __init__(self, store: Store, tokens: Tokens) -> None:
        self.store = store
        self.tokens = tokens

    def routes(self) -> list[Route]:
        """The API's routes."""
        return [
            Route(TOKEN_PATH, self.token, methods=["POST"]),
            Route("/v1/match-results", partial(self.write, "match_result"), methods=["POST"]),
            Route("/v1/purchase-orders", partial(self.write, "purchase_order"), methods=["POST"]),
            Route("/v1/suppliers", partial(self.write, "vendor"), methods=["POST"]),
            Route("/v1/posting-statuses", partial(self.write, "posting_status"), methods=["POST"]),
            Route("/v1/payment-statuses", partial(self.write, "payment_status"), methods=["POST"]),
            Route("/v1/{collection}", self.read, methods=["GET"]),
            Route("/v1/{collection}/{key:path}", self.read_one, methods=["GET"]),
        ]

    async def token(self, request: Request) -> Response:
        """Issue a token (RFC 6749, sections 2.3.1 and 4.4): client in the Authorization header or in the form."""
        form = await request.form()
        if form.get("grant_type") != "client_credentials":
            return JSONResponse({"error": "unsupported_grant_type"}, status_code=400)
        client = _client_of(request) or (str(form.get("client_id", "")), str(form.get("client_secret", "")))
        token = self.tokens.issue(*client)
        if token is None:
            return JSONResponse({"error": "invalid_client"}, status_code=401, headers={"WWW-Authenticate": "Basic"})
        content = {"access_token": token, "token_type": "Bearer", "expires_in": int(self.tokens.seconds)}
        return JSONResponse(content, headers={"Cache-Control": "no-store"})

    def read(self, request: Request) -> Response:
        """Answer one page of a collection. A cursor carries its window, so that pages never mix windows."""
        collection = _collection_of(request)
        window = window_of(request, "updatedFrom", "updatedTo")
        after = None
        if cursor := request.query_params.get("cursor"):
            window, after = _read_cursor(cursor)
        limit = number_of(request, "limit", DEFAULT_LIMIT, 1, MOST)
        with self.store.session() as session:
            rows = session.page(SYSTEM, collection, window, limit=limit + 1, after=after)
        page = rows[:limit]
        following = _make_cursor(window, page[-1]) if len(rows) > limit else None
        meta = json.dumps({"count": len(page), "nextCursor": following})
        return json_answer(request, f'{{"data": {json_list(page)}, "meta": {meta}}}')

    def read_one(self, request: Request) -> Response:
        """Answer one record."""
        with self.store.session() as session:
            found = session.get(SYSTEM, _collection_of(request), request.path_params["key"])
        if found is None:
            raise refuse(404, "not_found", "There is no such record.")
        return json_answer(request, found.text)

    async def write(self, operation: str, request: Request) -> Response:
        """Take a message over."""
        accepted = ap_writes.OPERATIONS[operation]
        body = await body_of(request, accepted.required)
        message = partial(once, self.store, system=SYSTEM, operation=operation, effect=accepted.effect)
        return await run_in_threadpool(message, request=request, body=body)


def _collection_of(request: Request) -> str:
    collection = request.path_params["collection"]
    if collection not in COLLECTIONS[SYSTEM]:
        raise refuse(404, "not_found", f"There is no collection {collection}.")
    return collection


def _client_of(request: Request) -> tuple[str, str] | None:
    kind, _, encoded = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        login, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return login, password


def _make_cursor(window: Window, last: Stored) -> str:
    parts = [window.start, window.end, last.updated_at]
    position = [None if part is None else part.isoformat() for part in parts]
    return base64.urlsafe_b64encode(json.dumps([*position, last.key]).encode()).decode()


def _read_cursor(cursor: str) -> tuple[Window, tuple[datetime, str]]:
    try:
        start, end, at, key = json.loads(base64.urlsafe_b64decode(cursor))
        window = Window(*(datetime.fromisoformat(part) if part else None for part in (start, end)))
        return window, (datetime.fromisoformat(at), str(key))
    except (binascii.Error, ValueError, TypeError) as error:
        raise refuse(400, "bad_cursor", "The cursor was not made by this service.") from error
