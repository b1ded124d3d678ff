"""Puts one message on the wire, so that a repetition has no second effect.

A target that takes idempotency keys gets the message's key with every try. A target that takes none is read before
it is written: what it shows already is not written again.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import httpx

from tieout.errors import ConfigurationError, TieoutError
from tieout.feedback.answers import Answer, answer_of, answer_to_error
from tieout.feedback.targets import Send, Target
from tieout.http import Address, Clock, authentication, base_url

Pace = Callable[[], None]
SHOWN_ALREADY = "The target shows it already; nothing was written."


@dataclass(frozen=True)
class Message:
    """One row of the outbox, as it goes on the wire. ``body`` is the JSON text."""

    message_id: int
    operation: str
    entity_id: str
    subject_id: str
    target_key: str
    body: str
    idempotency_key: str
    correlation_id: str | None


class Wire:
    """Speaks with one target over HTTP. Threads may share it.

    ``pace`` is called before each request and waits for the target's rate; what it raises goes to the caller.
    """

    def __init__(self, target: Target, address: Address, *, wall_now: Clock, pace: Pace) -> None:
        self._target = target
        self._wall_now = wall_now
        self._pace = pace
        root = base_url(address)
        if not address.password:
            raise ConfigurationError(f"The connection to {root} has no password.", "Set it in Airflow's connections.")
        known_by = target.authentication
        self._client = httpx.Client(
            base_url=root,
            auth=authentication(
                known_by.kind, address, token_url=root + known_by.token_path, header=known_by.header, wall_now=wall_now
            ),
            timeout=target.timeout.total_seconds(),
            limits=httpx.Limits(max_connections=target.parallel_requests),
            trust_env=False,
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def send(self, message: Message) -> Answer:
        """Send a message and say what became of it; an error of the target is an answer, too."""
        send = self._target.operations[message.operation].send
        started = self._wall_now()
        try:
            answer = self._once(send, message)
        except (httpx.RequestError, TieoutError) as error:
            answer = answer_to_error(error)
        return answer.took(max(self._wall_now() - started, timedelta()))

    def _once(self, send: Send, message: Message) -> Answer:
        if send.once_by == "idempotency_key":
            return self._write(send, message, {"Idempotency-Key": message.idempotency_key})
        seen = self._read(send, message)
        return seen if seen is not None else self._write(send, message, {})

    def _write(self, send: Send, message: Message, headers: dict[str, str]) -> Answer:
        self._pace()
        if message.correlation_id:
            headers["X-Correlation-Id"] = quote(message.correlation_id, safe=":|/ ")
        response = self._client.request(
            send.method,
            path_of(send.path, message.target_key),
            content=message.body.encode(),
            headers={"Content-Type": "application/json", **headers},
        )
        return answer_of(response, on_conflict=send.on_conflict, wall_now=self._wall_now())

    def _read(self, send: Send, message: Message) -> Answer | None:
        """Return an answer where writing is not needed or not possible, None where the message is to be written."""
        self._pace()
        response = self._client.get(path_of(send.read_path, message.target_key))
        if response.status_code == httpx.codes.NOT_FOUND:
            return None
        answer = answer_of(response, on_conflict=send.on_conflict, wall_now=self._wall_now())
        if answer.outcome != "acknowledged":
            return answer
        if shows(_decoded(response.text), _decoded(message.body)):
            return Answer("acknowledged", response.status_code, None, SHOWN_ALREADY, answer.response_sha256)
        return None


def path_of(template: str, target_key: str) -> str:
    """Fill the subject's key into a path; what has a meaning in a URL is escaped."""
    return template.replace("{target_key}", quote(target_key, safe=""))


def shows(found: Any, wanted: Any) -> bool:
    """Whether a target's document holds every fact of ours; it may hold more, and lists in another order."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(
            shows(found.get(name), value) for name, value in wanted.items() if value is not None or name in found
        )
    if isinstance(wanted, list):
        return isinstance(found, list) and len(found) == len(wanted) and _each_shown(found, wanted)
    return bool(found == wanted)


def _each_shown(found: list[Any], wanted: list[Any]) -> bool:
    rest = list(found)
    for value in wanted:
        index = next((i for i, candidate in enumerate(rest) if shows(candidate, value)), None)
        if index is None:
            return False
        del rest[index]
    return True


def _decoded(text: str) -> Any:
    """Read JSON with exact numbers; what is none is an empty document, which shows nothing."""
    try:
        return json.loads(text, parse_float=Decimal)
    except ValueError:
        return {}
