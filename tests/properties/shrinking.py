"""Makes a failing case small. All simplifications of a round are judged in one build, so a round costs one build."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import MISSING, fields, is_dataclass, replace
from decimal import Decimal
from typing import Any, TypeVar

AT_ONCE = 800
SIMPLE = (Decimal(0), Decimal(1), Decimal(10))
Case = TypeVar("Case")


def shrink(case: Case, fails: Callable[[Sequence[Case]], list[bool]], rounds: int = 12) -> Case:
    """The simplest case that still fails, a case being a dataclass of dataclasses; ``fails`` judges many at once."""
    for _ in range(rounds):
        candidates = sorted(set(steps(case)), key=size)[:AT_ONCE]
        failing = [candidate for candidate, failed in zip(candidates, fails(candidates), strict=True) if failed]
        if not failing or size(failing[0]) >= size(case):
            break
        case = failing[0]
    return case


def steps(case: Case) -> Iterator[Case]:
    """Cases that are one, two or three simplifications away."""
    for once in simpler(case):
        yield once
        removed = list(removals(once))
        for twice in removed:
            yield twice
            yield from removals(twice)
        if len(removed) < 6:
            yield from simpler(once)


def removals(value: Any) -> Iterator[Any]:
    """The value with one paper, or one line of a paper, left out."""
    for field in fields(value):
        held = getattr(value, field.name)
        if isinstance(held, tuple) and held and is_dataclass(held[0]):
            for position, element in enumerate(held):
                if field.name != "lines" or len(held) > 1:
                    yield replace(value, **{field.name: held[:position] + held[position + 1 :]})
                for smaller in removals(element):
                    yield replace(value, **{field.name: (*held[:position], smaller, *held[position + 1 :])})


def simpler(value: Any) -> Iterator[Any]:
    """The value with something left out, or one field made plain."""
    yield from removals(value)
    for field in fields(value):
        held = getattr(value, field.name)
        if isinstance(held, tuple) and held and is_dataclass(held[0]):
            for position, element in enumerate(held):
                for smaller in simpler(element):
                    yield replace(value, **{field.name: (*held[:position], smaller, *held[position + 1 :])})
        else:
            for plain in plainer(field, held):
                yield replace(value, **{field.name: plain})


def plainer(field: Any, held: Any) -> Iterator[Any]:
    """What a field may be instead: its default, or a simpler number."""
    if field.default is not MISSING and held != field.default:
        yield field.default
    if isinstance(held, Decimal):
        yield from (number for number in SIMPLE if len(str(number)) < len(str(held)))


def size(case: Any) -> tuple[int, str]:
    """The less there is to read, the smaller."""
    text = readable(case)
    return len(text), text


def readable(value: Any, indent: str = "") -> str:
    """A case as one would write it, without what is default; it can be pasted into a test."""
    if is_dataclass(value):
        parts = [
            f"{field.name}={readable(getattr(value, field.name), indent + '    ')}"
            for field in fields(value)
            if field.default is MISSING or getattr(value, field.name) != field.default
        ]
        return f"{type(value).__name__}({', '.join(parts)})"
    if isinstance(value, tuple) and value and is_dataclass(value[0]):
        return "(\n" + "".join(f"{indent}    {readable(each, indent + '    ')},\n" for each in value) + f"{indent})"
    return f'Decimal("{value}")' if isinstance(value, Decimal) else repr(value)
