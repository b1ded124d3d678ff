"""Writes that come from outside: bodies checked, keys honoured, messages counted."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from sandbox.records.session import Session
from sandbox.records.values import Document
from sandbox.servers.http import refuse
from sandbox.store import Store

Fields = Mapping[str, type | tuple[type, ...]]
TEXT, NUMBER = (str, type(None)), (int, float, type(None))
# What became of an invoice's payment, as AP and both ERPs are told.
PAYMENT_STATUS: Fields = {
    "invoiceId": str,
    "paymentStatus": str,
    "paymentReference": str,
    "paymentDate": TEXT,
    "amount": NUMBER,
    "currency": str,
    "reason": TEXT,
    "correlationId": TEXT,
}
# Does what a message asks for, and returns the answer's status and content.
Effect = Callable[[Session, Document], tuple[int, Document]]


@dataclass(frozen=True)
class Accepted:
    """A kind of message: the fields that it must have, and its effect."""

    required: Fields
    effect: Effect


async def body_of(request: Request, required: Mapping[str, type | tuple[type, ...]]) -> Document:
    """Read a JSON object that has the required fields, each of its type.

    Raises:
        HTTPException: 400 for what is not JSON, 422 for a field that is missing or of another type.
    """
    try:
        body = json.loads(await request.body())
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise refuse(400, "bad_request", "The body is not JSON.") from error
    check_fields(body, required)
    return body


def check_fields(value: Any, required: Mapping[str, type | tuple[type, ...]]) -> None:
    """Refuse a value that is no object with the required fields; one that may be null must be there, too."""
    if not isinstance(value, dict):
        raise refuse(422, "invalid", "An object is expected.")
    for field, kind in required.items():
        if field not in value or not isinstance(value[field], kind):
            raise refuse(422, "invalid", f"The field {field} is missing or of the wrong type.")


def check_words(value: Document, fields: Mapping[str, type | tuple[type, ...]]) -> None:
    """Refuse a text field that is blank, and a boolean where a number is asked for."""
    for field, kind in fields.items():
        if kind is str and not value[field]:
            raise refuse(422, "invalid", f"The field {field} is blank.")
        if kind is int and isinstance(value[field], bool):
            raise refuse(422, "invalid", f"The field {field} is no number.")


def read_time(text: str) -> datetime:
    """Read an instant that a message states; one without an offset is refused."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise refuse(422, "invalid", f"{text!r} is no instant.") from error
    if at.tzinfo is None:
        raise refuse(422, "invalid", f"{text!r} has no offset.")
    return at


def once(store: Store, *, system: str, operation: str, request: Request, body: Document, effect: Effect) -> Response:
    """Let a message with an Idempotency-Key have its effect once.

    The same key again gets the first answer. Two requests with one key at the same time wait for each other.
    """
    content = json.dumps([request.method, request.url.path, body], sort_keys=True)
    digest = hashlib.sha256(content.encode()).hexdigest()
    try:
        key = request.headers.get("idempotency-key", "")
        if not key:
            raise refuse(400, "idempotency_key_missing", "The header Idempotency-Key is needed.")
        with store.session() as session:
            return _first_or_again(session, (system, key), operation, digest, request.url.path, body, effect)
    except HTTPException:
        with store.session() as session:
            session.counted(system, operation, effective=False)
        raise


def _first_or_again(
    session: Session,
    system_and_key: tuple[str, str],
    operation: str,
    digest: str,
    path: str,
    body: Document,
    effect: Effect,
) -> Response:
    system, key = system_and_key
    session.now()
    known = session.claim(system, key, digest)
    if known is None:
        status, content = effect(session, body)
        text = json.dumps(content, default=str)
        session.settle(system, key, status, text)
        session.took_effect(system, operation, path, body, key)
        return Response(text, status_code=status, media_type="application/json")
    if known.request_sha256 != digest:
        raise refuse(422, "idempotency_key_reused", "The key was used before with another request.")
    session.counted(system, operation, effective=False)
    headers = {"Idempotent-Replayed": "true"}
    return Response(known.answer, status_code=known.status, media_type="application/json", headers=headers)
