"""Proposals on masters (items to refer to, packs, vendors to merge) as both ERPs keep them for their own people."""

from starlette.requests import Request
from starlette.responses import Response

from sandbox.records.session import Session
from sandbox.records.values import Document
from sandbox.servers.http import json_answer, refuse
from sandbox.servers.writes import check_words
from sandbox.store import Store

COLLECTION = "master-proposals"
KINDS = ("item_link", "unit_factor", "vendor_merge")
REQUIRED = {"kind": str, "number": str}


def check(body: Document) -> None:
    """Refuse what is no proposal.

    Raises:
        HTTPException: 422.
    """
    check_words(body, REQUIRED)
    if body["kind"] not in KINDS:
        raise refuse(422, "invalid", f"A proposal is one of {', '.join(KINDS)}, not {body['kind']!r}.")


def key_of(body: Document) -> str:
    """What a proposal is about: kind, number, and unit where it is about one."""
    return ":".join(part for part in (body["kind"], body["number"], body.get("unit")) if part)


def keep(session: Session, system: str, body: Document) -> Document:
    """Keep a proposal; it replaces an earlier one about the same thing."""
    shown = {"proposal": key_of(body), **body}
    session.put(system, COLLECTION, [(shown["proposal"], shown, session.now())])
    return shown


def answer(store: Store, system: str, request: Request) -> Response:
    """Answer the proposal that a path names.

    Raises:
        HTTPException: 404.
    """
    key = request.path_params["proposal"]
    with store.session() as session:
        found = session.get(system, COLLECTION, key)
    if found is None:
        raise refuse(404, "not_found", f"There is no proposal {key}.")
    return json_answer(request, found.text)
