"""Bodies made from a JSON Schema: the least and the most that it allows, and each way to break what it requires."""

import copy
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator

Schema = dict[str, Any]
# What the patterns of schemas ask for: keys, codes, currencies, dates and instants.
TEXTS = ("X1", "x", "USD", "2026-03-01", "2026-03-01T00:00:00Z", "1")


def least(schema: Schema) -> Any:
    """Return a value with what is required alone; what may be null is null, lists are as short as they may be."""
    return _made(schema, full=False)


def most(schema: Schema) -> Any:
    """Return a value with every property, nothing null, one entry in every list."""
    return _made(schema, full=True)


def broken(schema: Schema) -> Iterator[tuple[str, Any]]:
    """Yield bodies that each lack one required property, or have it in a wrong type, with its path."""
    whole = most(schema)
    for path in _required(schema, ()):
        for change in ("missing", "of a wrong type"):
            body = copy.deepcopy(whole)
            holder = body
            for step in path[:-1]:
                holder = holder[step]
            if change == "missing":
                del holder[path[-1]]
            else:
                holder[path[-1]] = {"unexpected": True}
            yield f"{'.'.join(map(str, path))} {change}", body


def _made(schema: Schema, full: bool) -> Any:
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if not full and "null" in kinds:
        return None
    kind = next(kind for kind in kinds if kind != "null")
    if kind == "object":
        properties = schema.get("properties", {})
        names = properties if full else schema.get("required", [])
        return {name: _made(properties[name], full) for name in names}
    if kind == "array":
        return [_made(schema["items"], full)] * max(schema.get("minItems", 0), int(full))
    if kind == "string":
        return _text(schema)
    if kind == "boolean":
        return True
    return max(1, schema.get("minimum", 1))


def _text(schema: Schema) -> str:
    """The first of some texts that the schema allows."""
    return next(text for text in TEXTS if Draft202012Validator(schema).is_valid(text))


def _required(schema: Schema, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    """Yield the paths of required properties, those of objects in lists among them."""
    for name, inner in schema.get("properties", {}).items():
        if name in schema.get("required", []):
            yield (*path, name)
        yield from _required(inner, (*path, name))
        if "items" in inner:
            yield from _required(inner["items"], (*path, name, 0))
