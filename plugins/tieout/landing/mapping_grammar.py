"""The grammar of mappings onto interface objects: feeds and events share it (docs/reference/sources.md)."""

import re
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tieout.landing.functions import FUNCTIONS
from tieout.landing.problems import Node
from tieout.landing.profile import Condition, ObjectMapping, Origin, Rule

PSEUDO_PATHS = frozenset({"@file", "@file_time", "@interval_start", "@interval_end", "@system"})
ORIGINS: tuple[Origin, ...] = ("path", "constant", "join", "first", "function")
RULE_KEYS = frozenset(
    {*ORIGINS, "with", "skip_blank", "split", "part", "default", "map", "entity", "format", "time_zone", "decimal"}
    | {"thousands", "sign"}
)
CONDITION_KEYS = ("path", "in", "equals", "not_in", "present")
# A month and a day above twelve and an afternoon: formats that confuse them do not give the same instant back.
PROBE = datetime(2031, 1, 27, 15, 46, 58, tzinfo=UTC)


def read_object(name: str, node: Node) -> ObjectMapping:
    """Return how records become rows of one object."""
    node.keys({"each", "where", "updated_at", "deleted", "sweep", "fields"}, required=("fields",))
    each = node.child("each").maybe_text()
    if each is not None and not re.fullmatch(r"[^\[\]]+\[\](?:\.[^\[\]]+\[\])*", each):
        node.child("each").problem("must name lists, as in lines[] or lines[].lots[]")
        each = None
    fields = {field: _rule(rule) for field, rule in node.child("fields").items()}
    return ObjectMapping(
        object=name,
        fields=fields,
        each=each,
        where=_conditions(node.child("where")) if node.has("where") else (),
        deleted=_conditions(node.child("deleted")) if node.has("deleted") else (),
        updated_at=_rule(node.child("updated_at")) if node.has("updated_at") else None,
        sweep=node.child("sweep").flag(),
    )


def _conditions(node: Node) -> tuple[Condition, ...]:
    return tuple(_condition(element) for element in (node.elements() if isinstance(node.value, list) else [node]))


def _condition(node: Node) -> Condition:
    node.keys(set(CONDITION_KEYS), required=("path",))
    tests = [key for key in CONDITION_KEYS[1:] if node.has(key)]
    path = node.child("path").text()
    if len(tests) != 1:
        node.problem("needs exactly one of in, equals, not_in, present")
        return Condition(path, "present")
    if tests == ["present"]:
        return Condition(path, "present", present=node.child("present").flag(True))
    values = frozenset(value.strip() for value in node.child(tests[0]).texts())
    return Condition(path, "not_in" if tests == ["not_in"] else "in", values)


def _rule(node: Node) -> Rule:
    if not isinstance(node.value, dict):
        path = node.text()
        if not path:
            node.problem("must be a path or a mapping")
        return Rule(paths=(path,))
    node.keys(RULE_KEYS)
    origins = [origin for origin in ORIGINS if node.has(origin)]
    if len(origins) != 1:
        node.problem(f"needs exactly one of {', '.join(ORIGINS)}")
        return Rule(origin="constant")
    _check_rule(node, origins[0])
    function = node.child("function").choice(FUNCTIONS) if origins[0] == "function" else ""
    return Rule(
        origin=origins[0],
        paths=_paths(node, origins[0], function),
        constant=node.child("constant").text(),
        function=function,
        separator=node.child("with").text("-"),
        skip_blank=node.child("skip_blank").flag(),
        split=node.child("split").maybe_text(),
        part=node.child("part").integer(minimum=-100),
        default=node.child("default").text(),
        map=node.child("map").maybe_text(),
        entity=node.child("entity").flag(),
        format=node.child("format").checked(_date_format, "a date format", None),
        time_zone=node.child("time_zone").checked(zone, "a time zone", None),
        decimal=node.child("decimal").checked(character, "one character", "."),
        thousands=node.child("thousands").text(),
        sign=node.child("sign").choice(("absolute", "negate")) or None,
    )


def _paths(node: Node, origin: Origin, function: str) -> tuple[str, ...]:
    if origin == "function":
        return FUNCTIONS[function].reads if function in FUNCTIONS else ()
    if origin == "constant":
        return ()
    paths = node.child(origin).texts()
    if not all(paths) or not paths:
        node.child(origin).problem("names no path")
    return paths


def _check_rule(node: Node, origin: Origin) -> None:
    for key in ("with", "skip_blank"):
        if node.has(key) and origin != "join":
            node.child(key).problem("belongs to join")
    if node.has("part") != node.has("split"):
        node.problem("'split' and 'part' belong together")
    if node.has("map") and node.child("entity").flag():
        node.child("map").problem("entities have a code map of their own: config/entities")


def character(text: str) -> str:
    """Return a text of one character; any other is a ValueError."""
    if len(text) != 1:
        raise ValueError(text)
    return text


def zone(text: str) -> tzinfo:
    """Return a time zone by its name; a ValueError where there is none."""
    if text == "UTC":
        return UTC
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(text) from error


def _date_format(text: str) -> str:
    if text in ("epoch", "epoch_ms"):
        return text
    parsed = datetime.strptime(PROBE.strftime(text), text)  # noqa: DTZ007 (only the date is looked at)
    if parsed.date() != PROBE.date():
        raise ValueError(text)
    return text
