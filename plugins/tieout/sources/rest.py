"""REST APIs: pages of JSON by cursor, offset or link, resumed after the last page that was kept."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import httpx

from tieout.errors import MalformedPayload
from tieout.formats import json
from tieout.sources.endpoint import Payload, Window
from tieout.sources.http import Auth, HttpClient

PageKind = Literal["cursor", "offset", "link", "none"]
PAGE_KINDS: tuple[PageKind, ...] = ("cursor", "offset", "link", "none")
# A source whose cursor never ends is stopped here.
MAX_PAGES = 100_000


@dataclass(frozen=True)
class Pagination:
    """How pages follow one another: a profile's `pagination`."""

    kind: PageKind = "none"
    items: str | None = None
    next: str | None = None
    total: str | None = None
    cursor_parameter: str = "cursor"
    offset_parameter: str = "offset"
    limit_parameter: str = "limit"
    limit: int | None = None


@dataclass(frozen=True)
class RestRead:
    """What is read of an API: a profile's `read` of rest."""

    path: str
    auth: Auth = field(default_factory=Auth)
    parameters: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    pagination: Pagination = field(default_factory=Pagination)
    etag: bool = False


class PageCache(Protocol):
    """The last answer to each URL."""

    def recall(self, url: str) -> tuple[str, bytes] | None:
        """Return entity tag and body of the last answer."""
        ...

    def remember(self, url: str, etag: str, sha256: str) -> None:
        """Keep the entity tag of an answer whose body is archived under its hash."""
        ...


def read(
    client: HttpClient, what: RestRead, window: Window, resume: Mapping[str, Any] | None, cache: PageCache | None = None
) -> Iterator[Payload]:
    """Yield one payload per page.

    Args:
        client: speaks to the system.
        what: the profile's `read`.
        window: fills `{start}` and `{end}` of parameters.
        resume: state of the last page that was kept; none to begin.
        cache: answers by URL, where the profile wants entity tags used.

    Raises:
        MalformedPayload: a page is not JSON, has no items where they should be, or the pages never end.
        Refused, Throttled, Transient, ConfigurationError: as ``HttpClient.get``.
    """
    step = dict(resume) if resume else {"page": 0, "next": _first(client, what, window)}
    while step["next"]:
        if step["page"] >= MAX_PAGES:
            raise MalformedPayload(f"The source sent {MAX_PAGES} pages and no end.", "Check the profile's pagination.")
        url = step["next"]
        response, body = _page(client, what, url, cache)
        following = _next(client, what.pagination, url, response, body)
        step = {"page": step["page"] + 1, "next": "" if following == url else following}
        yield Payload(name=f"page-{step['page']:05d}.json", chunks=[body], state=step)
        # The caller has archived the page when it asks for the next one; only then may its tag be trusted.
        etag = response.headers.get("ETag", "")
        if cache and etag and response.status_code != httpx.codes.NOT_MODIFIED:
            cache.remember(url, etag, hashlib.sha256(body).hexdigest())


def _first(client: HttpClient, what: RestRead, window: Window) -> str:
    pages = what.pagination
    parameters: dict[str, Any] = {name: text.format_map(window.texts()) for name, text in what.parameters.items()}
    if pages.limit is not None:
        parameters[pages.limit_parameter] = pages.limit
    if pages.kind == "offset":
        parameters[pages.offset_parameter] = 0
    return str(client.url(what.path, parameters))


def _page(client: HttpClient, what: RestRead, url: str, cache: PageCache | None) -> tuple[httpx.Response, bytes]:
    known = cache.recall(url) if cache else None
    headers = {**what.headers, **({"If-None-Match": known[0]} if known else {})}
    response = client.get(client.url(url), headers)
    if response.status_code == httpx.codes.NOT_MODIFIED and known:
        return response, known[1]
    return response, response.content


def _next(client: HttpClient, pages: Pagination, url: str, response: httpx.Response, body: bytes) -> str:
    """Return the URL of the next page, blank after the last."""
    if pages.kind == "none":
        return ""
    if pages.kind == "link" and not pages.next:
        link = response.links.get("next", {}).get("url", "")
        return str(client.url(str(httpx.URL(url).join(link)))) if link else ""
    document = json.parse(body)
    if pages.kind == "link":
        link = _at(document, pages.next)
        return str(client.url(str(httpx.URL(url).join(link)))) if link else ""
    if pages.kind == "cursor":
        cursor = _at(document, pages.next)
        return str(httpx.URL(url).copy_set_param(pages.cursor_parameter, cursor)) if cursor else ""
    return _next_offset(pages, url, document)


def _next_offset(pages: Pagination, url: str, document: Any) -> str:
    here = httpx.URL(url)
    items = len(json.records(document, pages.items))
    offset = int(here.params.get(pages.offset_parameter, "0")) + items
    total = _at(document, pages.total)
    last = not items or (offset >= int(total) if total else pages.limit is not None and items < pages.limit)
    return "" if last else str(here.copy_set_param(pages.offset_parameter, offset))


def _at(document: Any, path: str | None) -> str:
    """Return the text at a dotted path, blank where there is none."""
    found = document
    for step in path.split(".") if path else ():
        found = found.get(step) if isinstance(found, dict) else None
    return str(found) if path and found not in (None, False) else ""
