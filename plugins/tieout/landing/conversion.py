"""What becomes of a value on its way into raw: split, default, code map, canonical spelling.

docs/reference/sources.md, Mapping an object.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo

from tieout.landing import values
from tieout.landing.profile import Rule

NUMBERS: dict[str, Callable[..., values.Converter]] = {
    "integer": values.integer,
    "limit": values.limit,
    "money": values.number,
    "price": values.number,
    "quantity": values.number,
    "number": values.number,
}


def converter(
    rule: Rule,
    kind: str,
    *,
    time_zone: tzinfo,
    codes: Sequence[Mapping[str, str]] = (),
    otherwise: str | None = None,
) -> values.Converter:
    """Return what a rule does to a value, as one converter.

    Args:
        rule: of a field.
        kind: the field's type.
        time_zone: of times that say none, where the rule does not say it.
        codes: code maps that the value goes through, one after the other.
        otherwise: that of ``values.timestamp``.
    """
    steps: list[values.Converter] = []
    if rule.split is not None:
        steps.append(_part(rule.split, rule.part))
    if rule.default:
        default = rule.default
        steps.append(lambda value: value if value.strip() else default)
    steps += [values.code(dict(each)) for each in codes]
    steps.append(_spelling(rule, kind, time_zone, otherwise))
    return steps[0] if len(steps) == 1 else _chain(steps)


def _spelling(rule: Rule, kind: str, time_zone: tzinfo, otherwise: str | None) -> values.Converter:
    if kind in NUMBERS:
        return NUMBERS[kind](rule.decimal, rule.thousands, rule.sign)
    if kind == "date":
        return values.day(rule.format)
    if kind == "timestamp":
        return values.timestamp(rule.format, rule.time_zone or time_zone, otherwise)
    return values.boolean if kind == "boolean" else values.text


def _chain(steps: list[values.Converter]) -> values.Converter:
    def convert(value: str) -> str:
        for step in steps:
            value = step(value)
        return value

    return convert


def _part(separator: str, index: int) -> values.Converter:
    def part(value: str) -> str:
        parts = value.split(separator)
        return parts[index] if -len(parts) <= index < len(parts) else ""

    return part


def combined(rule: Rule, convert: values.Converter) -> Callable[..., str]:
    """Return a function of several values: joined, or the first that is not blank."""

    def first(*given: str) -> str:
        return convert(next((value for value in given if value.strip()), ""))

    def join(*given: str) -> str:
        parts = [value.strip() for value in given]
        if rule.skip_blank:
            parts = [part for part in parts if part]
        return convert(rule.separator.join(parts) if all(parts) else "")

    return first if rule.origin == "first" else join
