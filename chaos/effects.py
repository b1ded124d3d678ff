"""What targets did because of messages, compared with what the outbox says was taken over. Pure.

A target that takes idempotency keys must have acted once upon each key that was acknowledged. One that takes none is
read before it is written: the same state twice in a row is a double effect, and the last state that was acknowledged
must be the last that it took over. Whatever the target, the same conclusion twice in a row is told twice.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

TAKEN_OVER = ("acknowledged", "confirmed")


@dataclass(frozen=True)
class Message:
    """A live message of the outbox; ``keyed`` says whether its target takes idempotency keys.

    ``facts`` is the hash of what it concludes.
    """

    target: str
    operation: str
    target_key: str
    sequence: int
    key: str
    body: str
    state: str
    keyed: bool
    facts: str


@dataclass(frozen=True)
class Effect:
    """Something that a target did because of a message."""

    target: str
    operation: str
    subject: str
    key: str | None
    body: str


def canonical(body: Any) -> str:
    """Return a JSON value as text that is the same for the same value."""
    return json.dumps(body, sort_keys=True, default=str)


def compare(messages: Iterable[Message], effects: Iterable[Effect]) -> tuple[list[str], list[str]]:
    """Return what is lost and what is doubled, one text for each."""
    messages, effects = list(messages), list(effects)
    keyed = _by_key([one for one in messages if one.keyed], [one for one in effects if one.key is not None])
    plain = _by_state([one for one in messages if not one.keyed], [one for one in effects if one.key is None])
    return keyed[0] + plain[0], keyed[1] + plain[1] + _told_twice(messages)


def _told_twice(messages: Iterable[Message]) -> list[str]:
    """Return the messages that say again what the one before them says."""
    by_subject: dict[tuple[str, str, str], list[Message]] = defaultdict(list)
    for message in sorted(messages, key=lambda one: one.sequence):
        by_subject[message.target, message.operation, message.target_key].append(message)
    return [
        f"{_name(second)}: says what number {first.sequence} says"
        for said in by_subject.values()
        for first, second in pairwise(said)
        if first.facts == second.facts
    ]


def _by_key(messages: Sequence[Message], effects: Sequence[Effect]) -> tuple[list[str], list[str]]:
    done = Counter((effect.target, effect.key) for effect in effects)
    known = {(message.target, message.key): message for message in messages}
    lost = [
        f"{_name(message)}: no effect"
        for key, message in known.items()
        if message.state in TAKEN_OVER and not done[key]
    ]
    doubled = [f"{key}: {count} effects" for key, count in done.items() if count > 1]
    doubled += [f"{key}: nobody sent it" for key in done if key not in known]
    return lost + _overtaken(known, effects), doubled


def _overtaken(known: dict[tuple[str, str], Message], effects: Sequence[Effect]) -> list[str]:
    """Return the messages whose effect an older one of the same subject replaced."""
    latest: dict[tuple[str, str, str], Message] = {}
    lost = []
    for effect in effects:
        message = known.get((effect.target, effect.key or ""))
        if message is None:
            continue
        subject = (message.target, message.operation, message.target_key)
        if subject in latest and latest[subject].sequence > message.sequence:
            lost.append(f"{_name(latest[subject])}: replaced by number {message.sequence}")
        else:
            latest[subject] = message
    return lost


def _by_state(messages: Sequence[Message], effects: Sequence[Effect]) -> tuple[list[str], list[str]]:
    history: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for effect in effects:
        history[effect.target, effect.operation, effect.subject].append(effect.body)
    last: dict[tuple[str, str, str], Message] = {}
    for message in sorted(messages, key=lambda one: one.sequence):
        if message.state in TAKEN_OVER:
            last[message.target, message.operation, message.target_key] = message
    lost = [
        f"{_name(message)}: not the last effect" for key, message in last.items() if _last(history[key]) != message.body
    ]
    doubled = [
        f"{key}: the same state twice"
        for key, bodies in history.items()
        for first, second in pairwise(bodies)
        if first == second
    ]
    return lost, doubled


def _last(bodies: Sequence[str]) -> str | None:
    return bodies[-1] if bodies else None


def _name(message: Message) -> str:
    return f"{message.target} {message.operation} {message.target_key} number {message.sequence}"
