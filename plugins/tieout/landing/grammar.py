"""The grammar of source profiles: from a YAML document to values, with every mistake named (docs/reference/sources.md).

What a profile says about interface objects is checked against their contracts in landing/agreement.py.
"""

import re
from datetime import UTC, timedelta, tzinfo
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from tieout.errors import ConfigurationError
from tieout.formats.csv import CsvFormat
from tieout.http import AUTH_KINDS
from tieout.landing.event_grammar import read_events
from tieout.landing.format_grammar import read_format
from tieout.landing.mapping_grammar import read_object, zone
from tieout.landing.problems import Node
from tieout.landing.profile import Cursor, Feed, Profile, Read
from tieout.sources.database import DatabaseRead
from tieout.sources.files import FileRead, Paying, safe_directory, sign
from tieout.sources.http import Auth
from tieout.sources.rest import PAGE_KINDS, Pagination, RestRead

KINDS = ("erp", "ap", "supply", "bank", "files")
PROTOCOLS = ("database", "rest", "sftp", "folder")
NAME = re.compile(r"[a-z][a-z0-9_]*")
DURATION = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
DEFAULT_ZONE: tzinfo = UTC


def read_profile(node: Node) -> Profile | None:
    """Return the profile of a document; none where it is too wrong to go on."""
    required = ("system", "kind", "version", "feeds")
    optional = ("description", "connection", "protocol", "time_zone", "maps", "unit_codes", "events", "payments")
    if not node.keys({*required, *optional}, required):
        return None
    system = node.child("system").checked(_name, "a name in lower-case letters, digits and _", "")
    time_zone = node.child("time_zone").checked(zone, "a time zone", DEFAULT_ZONE)
    maps = {name: _code_map(codes) for name, codes in node.child("maps").items()} if node.has("maps") else {}
    connection = node.child("connection").text(system)
    protocol = node.child("protocol").choice(PROTOCOLS)
    feeds = [_feed(feed, connection, protocol, time_zone) for feed in node.child("feeds").elements()]
    names = [feed.name for feed in feeds]
    for index, name in enumerate(names):
        if name in names[:index]:
            node.child("feeds").child(index).child("name").problem(f"another feed is called {name!r}")
    return Profile(
        system=system,
        kind=node.child("kind").choice(KINDS),
        version=node.child("version").integer(minimum=1),
        feeds=tuple(feeds),
        maps=maps,
        unit_codes=node.child("unit_codes").texts() if node.has("unit_codes") else (),
        description=node.child("description").text(),
        events=read_events(node.child("events"), system, feeds, time_zone) if node.has("events") else None,
        payments=_paying(node.child("payments"), connection) if node.has("payments") else None,
    )


def _paying(node: Node, connection: str) -> Paying:
    node.keys({"connection", "transfers", "cheques"}, required=("transfers",))
    for name in ("transfers", "cheques"):
        node.child(name).checked(_directory, "a relative folder", "")
    return Paying(
        connection=node.child("connection").text(connection),
        transfers=node.child("transfers").text(),
        cheques=node.child("cheques").text(),
    )


def _code_map(node: Node) -> dict[str, str]:
    return {code: word.text() for code, word in node.items()}


def _feed(node: Node, connection: str, protocol: str, profile_zone: tzinfo) -> Feed:
    allowed = {"name", "protocol", "connection", "time_zone", "read", "cursor", "format", "ignore", "extra", "objects"}
    node.keys(allowed, required=("name", "read", "objects"))
    protocol = node.child("protocol").choice(PROTOCOLS, protocol)
    if not protocol:
        node.problem("'protocol' is missing here and at the top")
    feed_zone = node.child("time_zone").checked(zone, "a time zone", profile_zone)
    if protocol != "database" and not node.has("format"):
        node.problem("'format' is missing")
    objects = [read_object(name, mapping) for name, mapping in node.child("objects").items()]
    feed = Feed(
        name=node.child("name").checked(_name, "a name in lower-case letters, digits and _", ""),
        protocol=protocol,
        connection=node.child("connection").text(connection),
        read=_read(node.child("read"), protocol),
        format=read_format(node.child("format")) if node.has("format") else CsvFormat(encodings=("utf-8",)),
        objects=tuple(objects),
        cursor=_cursor(node, protocol) if node.has("cursor") else None,
        time_zone=feed_zone,
        ignore=node.child("ignore").texts(),
        encrypt_extra=node.child("extra").choice(("clear", "encrypted"), "clear") == "encrypted",
    )
    _check_feed(node, feed)
    return feed


def _check_feed(node: Node, feed: Feed) -> None:
    tabular = isinstance(feed.format, CsvFormat)
    if not feed.objects:
        node.child("objects").problem("names no object")
    if feed.protocol in ("sftp", "folder") and feed.cursor:
        node.child("cursor").problem("files have no cursor: each is taken once")
    for mapping in feed.objects:
        where = node.child("objects").child(mapping.object)
        if tabular and mapping.each:
            where.child("each").problem("delimited text has no lists")
        if mapping.sweep and not _is_read_whole(feed):
            where.child("sweep").problem(
                "only a full read of a database, an API or a file of one name can tell what is missing"
            )


def _is_read_whole(feed: Feed) -> bool:
    """Whether a pull has every record. A file has where its name is fixed: the list as it stands is put there again."""
    if isinstance(feed.read, FileRead):
        return not any(letter in feed.read.pattern for letter in "*?[")
    return feed.cursor is None


def _cursor(node: Node, protocol: str) -> Cursor:
    cursor = node.child("cursor")
    cursor.keys({"field", "overlap"}, required=("field",) if protocol == "database" else ())
    overlap = cursor.child("overlap").checked(_duration, "an ISO 8601 duration such as PT15M", timedelta(0))
    return Cursor(cursor.child("field").maybe_text(), overlap)


def _read(node: Node, protocol: str) -> Read:
    if protocol == "rest":
        return _rest(node)
    if protocol in ("sftp", "folder"):
        return _files(node, protocol)
    node.keys({"table", "columns", "query"})
    if node.has("table") == node.has("query"):
        node.problem("needs either 'table' or 'query'")
    return DatabaseRead(
        node.child("table").maybe_text(), node.child("columns").texts(), node.child("query").maybe_text()
    )


def _rest(node: Node) -> RestRead:
    allowed = {"path", "auth", "token_path", "api_key_header", "parameters", "headers", "pagination", "etag"}
    node.keys(allowed, required=("path",))
    auth = Auth(
        kind=node.child("auth").choice(AUTH_KINDS, "none"),  # type: ignore[arg-type]
        token_path=node.child("token_path").text(Auth.token_path),
        api_key_header=node.child("api_key_header").text(Auth.api_key_header),
    )
    parameters = _texts_by_name(node, "parameters")
    for name, value in parameters.items():
        if re.sub(r"\{(start|end)\}", "", value).count("{"):
            node.child("parameters").child(name).problem("knows only {start} and {end}")
    return RestRead(
        path=node.child("path").text(),
        auth=auth,
        parameters=parameters,
        headers=_texts_by_name(node, "headers"),
        pagination=_pagination(node.child("pagination")) if node.has("pagination") else Pagination(),
        etag=node.child("etag").flag(),
    )


def _texts_by_name(node: Node, key: str) -> dict[str, str]:
    return {name: value.text() for name, value in node.child(key).items()} if node.has(key) else {}


def _pagination(node: Node) -> Pagination:
    names = ("cursor_parameter", "offset_parameter", "limit_parameter")
    node.keys({"kind", "items", "next", "total", "limit", *names}, required=("kind",))
    kind = node.child("kind").choice(PAGE_KINDS, "none")
    if kind == "cursor" and not node.has("next"):
        node.problem("'next' is missing: where is the next cursor?")
    if kind == "offset" and not (node.has("limit") or node.has("total")):
        node.problem("needs 'limit' or 'total' to know the last page")
    named = {name: node.child(name).text(getattr(Pagination, name)) for name in names}
    return Pagination(
        kind=kind,  # type: ignore[arg-type]
        items=node.child("items").maybe_text(),
        next=node.child("next").maybe_text(),
        total=node.child("total").maybe_text(),
        limit=node.child("limit").integer(minimum=1) if node.has("limit") else None,
        **named,
    )


def _files(node: Node, protocol: str) -> FileRead:
    allowed = {"directory", "pattern", "marker", "done", "reject", "stable_seconds", "await"}
    node.keys(allowed, required=("directory", "pattern"))
    for name in ("directory", "done", "reject"):
        node.child(name).checked(_directory, "a relative folder", "")
    marker = node.child("marker")
    if marker.text() and "*" not in marker.text():
        marker.problem("needs * where the file's name goes")
    read = FileRead(
        directory=node.child("directory").text("."),
        pattern=node.child("pattern").text("*"),
        marker=marker.maybe_text(),
        done=node.child("done").maybe_text(),
        reject=node.child("reject").maybe_text(),
        stable_seconds=node.child("stable_seconds").integer(),
        awaited=node.child("await").checked(_duration, "an ISO 8601 duration such as PT2H", None),
    )
    if node.has("await"):
        _check_awaited(node.child("await"), read, protocol)
    return read


def _check_awaited(node: Node, read: FileRead, protocol: str) -> None:
    if protocol != "sftp":
        node.problem("only files by SFTP are awaited")
    # The trigger that waits looks at names only: a folder of a name that matches would end the wait.
    folders = (".", *(PurePosixPath(folder).name for folder in (read.done, read.reject) if folder))
    for name in folders:
        if fnmatchcase(name, sign(read)):
            node.problem(f"needs a pattern that folders do not match: {sign(read)!r} matches {name!r}")


def _name(text: str) -> str:
    if not NAME.fullmatch(text):
        raise ValueError(text)
    return text


def _directory(text: str) -> str:
    try:
        return safe_directory(text)
    except ConfigurationError as error:
        raise ValueError(text) from error


def _duration(text: str) -> timedelta:
    match = DURATION.fullmatch(text)
    if not match or not any(match.groups()):
        raise ValueError(text)
    weeks, days, hours, minutes, seconds = (int(group or 0) for group in match.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
