"""The grammar of `events` in a source profile: what a system sends by webhook (docs/reference/sources.md)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import tzinfo

from tieout.formats.json import JsonFormat
from tieout.landing.mapping_grammar import read_object
from tieout.landing.problems import Node
from tieout.landing.profile import EVENTS, EventRecord, Events, Feed, Sent

MAX_BYTES = 256 << 10
# A larger body is a file, and files have feeds.
MOST_BYTES = 16 << 20
TYPE = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*")


def read_events(node: Node, system: str, feeds: Sequence[Feed], time_zone: tzinfo) -> Events:
    """Return what a system sends; a mistake is recorded with its line.

    Args:
        node: of the key `events`.
        system: whose profile it is.
        feeds: of the profile: a record may map as one of them does.
        time_zone: of the profile.
    """
    node.keys({"connection", "max_bytes", "records"}, required=("connection", "records"))
    max_bytes = node.child("max_bytes").integer(MAX_BYTES, 1)
    if max_bytes > MOST_BYTES:
        node.child("max_bytes").problem(f"must be at most {MOST_BYTES}")
    base = Feed(EVENTS, "webhook", system, Sent(), JsonFormat(within="data"), (), time_zone=time_zone)
    records = tuple(_record(record, feeds, base) for record in node.child("records").elements())
    if not records:
        node.child("records").problem("names no event")
    for where, name in _repeated(node.child("records"), records):
        where.child("types").problem(f"{name!r} is named twice")
    return Events(node.child("connection").text(), max_bytes, records)


def _record(node: Node, feeds: Sequence[Feed], base: Feed) -> EventRecord:
    node.keys({"types", "feed", "objects", "ignore"}, required=("types",))
    if node.has("feed") == node.has("objects"):
        node.problem("needs either 'feed' or 'objects'")
    if node.has("feed") and node.has("ignore"):
        node.child("ignore").problem("belongs to 'objects': the feed has its own")
    return EventRecord(_types(node.child("types")), _like(node.child("feed"), feeds, base) or _own(node, base))


def _types(node: Node) -> tuple[str, ...]:
    names = node.texts()
    if not names:
        node.problem("names no type")
    for name in names:
        if not TYPE.fullmatch(name):
            node.problem(f"{name!r} is not a type such as receipt.posted")
    return names


def _own(node: Node, base: Feed) -> Feed:
    objects = (
        [read_object(name, mapping) for name, mapping in node.child("objects").items()] if node.has("objects") else []
    )
    for mapping in objects:
        if mapping.sweep:
            node.child("objects").child(mapping.object).child("sweep").problem("an event cannot tell what is missing")
        if mapping.updated_at is None:
            node.child("objects").child(mapping.object).problem(
                "'updated_at' is missing: an event that comes late must not win"
            )
    return replace(base, objects=tuple(objects), ignore=node.child("ignore").texts())


def _like(node: Node, feeds: Sequence[Feed], base: Feed) -> Feed | None:
    """Return a feed of events that maps as another feed of the profile does."""
    if node.value is None:
        return None
    names = {feed.name: feed for feed in feeds}
    feed = names.get(node.choice(names))
    if feed is None:
        return None
    if not isinstance(feed.format, JsonFormat):
        node.problem(f"{feed.name!r} is not JSON, as events are: map them with 'objects'")
    if any(mapping.updated_at is None or mapping.sweep for mapping in feed.objects):
        node.problem(f"{feed.name!r} has an object without 'updated_at', or with 'sweep'")
    return replace(
        base, objects=feed.objects, ignore=feed.ignore, time_zone=feed.time_zone, encrypt_extra=feed.encrypt_extra
    )


def _repeated(node: Node, records: Sequence[EventRecord]) -> Iterator[tuple[Node, str]]:
    seen: set[str] = set()
    for index, record in enumerate(records):
        for name in record.types:
            if name in seen:
                yield node.child(index), name
            seen.add(name)
