"""From nested records (JSON, messages of banks) to rows of texts, one column per path that a mapping names."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from tieout.formats.secret import Secret
from tieout.landing.functions import FUNCTIONS
from tieout.landing.profile import Feed, ObjectMapping

EXTRA = "\0extra"
FUNCTION = "\0function:"
LIST = "[]"
_LEAF: dict[str, Any] = {}
_MISSING = object()
Encrypt = Callable[[str], str]
# The records from the outermost to the element itself, and their positions from 1.
Chain = list[tuple[Mapping[str, Any], int]]


def paths_of(mapping: ObjectMapping) -> list[str]:
    """Return the paths that a mapping reads, in order, without repetitions."""
    rules = [*mapping.fields.values(), *([mapping.updated_at] if mapping.updated_at else [])]
    conditions = (*mapping.where, *mapping.deleted)
    named = [path for rule in rules for path in rule.paths] + [condition.path for condition in conditions]
    return [*dict.fromkeys(named)]


def function_columns(mapping: ObjectMapping) -> list[str]:
    """Return the columns that hold what functions of a mapping give."""
    return [*dict.fromkeys(FUNCTION + rule.function for rule in mapping.fields.values() if rule.function)]


class RecordRows:
    """Turns records into rows for one mapping.

    Attributes:
        columns: the paths, then a column per function, then ``EXTRA``: a JSON text of what nobody named.
        unseen: paths that no record has had so far.
        unknown: names of fields that nobody named.
    """

    def __init__(self, feed: Feed, mapping: ObjectMapping, encrypt: Encrypt | None) -> None:
        paths = [path for path in paths_of(mapping) if not path.startswith("@")]
        functions = function_columns(mapping)
        self.columns = (*paths, *functions, EXTRA)
        self.unseen = set(paths)
        self.unknown: set[str] = set()
        self._levels = _levels(mapping.each)
        self._getters = [(path, _getter(path)) for path in paths]
        self._functions = [FUNCTIONS[name.removeprefix(FUNCTION)].call for name in functions]
        self._encrypt = encrypt
        self._reported = _reported_levels(feed, mapping)

    def rows(self, records: Iterable[Mapping[str, Any]]) -> Iterator[list[str]]:
        """Yield a row per record, or per element where the mapping has `each`."""
        for record in records:
            for chain in _chains([(record, 1)], self._levels):
                yield self._row(chain)

    def _row(self, chain: Chain) -> list[str]:
        row = []
        for path, get in self._getters:
            value = get(chain)
            if value is _MISSING:
                row.append("")
            else:
                self.unseen.discard(path)
                row.append(_text(value))
        row.extend(_text(call(chain[-1][0])) for call in self._functions)
        row.append(self._extra(chain))
        return row

    def _extra(self, chain: Chain) -> str:
        found: dict[str, Any] = {}
        for level, tree, prefix, ancestor in self._reported:
            for path, value in _unnamed(chain[level][0], tree):
                self.unknown.add(prefix + path)
                if not isinstance(value, Secret):
                    found[ancestor + path] = value
        return extra_text(found, self._encrypt)


def extra_text(found: Mapping[str, Any], encrypt: Encrypt | None) -> str:
    """Return the JSON of fields that nobody named, blank where there are none; values encrypted where wanted."""
    if not found:
        return ""
    kept = {name: encrypt(_text(value)) for name, value in found.items()} if encrypt else found
    return json.dumps(kept, ensure_ascii=False)


def _levels(each: str | None) -> list[list[str]]:
    """Return the steps to each list on the way: ``lines[].lots[]`` gives ``[["lines"], ["lots"]]``."""
    return [part.split(".") for part in each.removesuffix(LIST).split(LIST + ".")] if each else []


def _chains(chain: Chain, levels: list[list[str]]) -> Iterator[Chain]:
    if not levels:
        yield chain
        return
    found = _walk(chain[-1][0], levels[0])
    elements = found if isinstance(found, list) else [found] if isinstance(found, dict) else []
    for position, element in enumerate(elements, start=1):
        record = element if isinstance(element, dict) else {"value": element}
        yield from _chains([*chain, (record, position)], levels[1:])


def _getter(path: str) -> Callable[[Chain], Any]:
    up = 0
    while path.startswith("^."):
        path, up = path[2:], up + 1
    level = -1 - up
    if path == "#":
        return lambda chain: chain[level][1] if up < len(chain) else _MISSING
    steps = path.split(".")
    if len(steps) == 1:
        return lambda chain: chain[level][0].get(path, _MISSING) if up < len(chain) else _MISSING
    return lambda chain: _walk(chain[level][0], steps) if up < len(chain) else _MISSING


def _walk(value: Any, steps: list[str]) -> Any:
    for step in steps:
        if isinstance(value, dict):
            value = value.get(step, _MISSING)
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return _MISSING
    return value


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)


def _named_tree(feed: Feed) -> dict[str, Any]:
    """Return every path that the feed names, from the record down, as nested mappings; a leaf covers what is below."""
    tree: dict[str, Any] = {}
    for mapping in feed.objects:
        for path in paths_of(mapping):
            if not path.startswith("@"):
                _plant(tree, _absolute(mapping.each, path))
    for path in feed.ignore:
        _plant(tree, path.replace(LIST, "." + LIST).split("."))
    return tree


def _absolute(each: str | None, path: str) -> list[str]:
    base = [[*steps, LIST] for steps in _levels(each)]
    while path.startswith("^."):
        path = path[2:]
        base = base[:-1]
    steps = [step for level in base for step in level]
    return steps if path == "#" else [*steps, *path.split(".")]


def _plant(tree: dict[str, Any], steps: list[str]) -> None:
    for step in steps[:-1]:
        if tree.get(step) is _LEAF:
            return
        tree = tree.setdefault(step, {})
    if steps and steps[-1] != LIST:
        tree[steps[-1]] = _LEAF
    elif steps:
        tree.setdefault(LIST, {})


def _reported_levels(feed: Feed, mapping: ObjectMapping) -> list[tuple[int, dict[str, Any], str, str]]:
    """Return the levels whose unnamed fields go into this mapping's rows: its own, and those that have no rows.

    Each is (index in the chain, what is named there, prefix of the name in the report, prefix in `_extra`).
    """
    levels = _levels(mapping.each)
    others = {other.each for other in feed.objects}
    tree, reported, prefix = _named_tree(feed), [], ""
    for index in range(len(levels) + 1):
        if index:
            prefix += ".".join(levels[index - 1]) + LIST + "."
            for step in (*levels[index - 1], LIST):
                tree = tree.get(step, {})
        each = prefix.removesuffix(".") or None
        if each == mapping.each or each not in others:
            reported.append((index, tree, prefix, "^." * (len(levels) - index)))
    return reported


def _unnamed(record: Any, tree: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in record.items():
        below = tree.get(name)
        if below is _LEAF:
            continue
        if below is None:
            yield name, value
        elif isinstance(value, dict):
            for path, inner in _unnamed(value, below):
                yield f"{name}.{path}", inner
        elif isinstance(value, list) and LIST not in below and not any(step.isdecimal() for step in below):
            yield name, value
