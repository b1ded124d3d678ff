"""Puts one message on the wire of an HTTP API, so that a repetition has no second effect.

A target that takes idempotency keys gets the message's key with every try. A target that takes none is read before
it is written: what it shows already is not written again.
"""

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import httpx

from tieout.errors import ConfigurationError
from tieout.feedback.answers import Answer, answer_of
from tieout.feedback.targets import Send, Target
from tieout.feedback.transport import Message, Pace
from tieout.http import Address, Clock, authentication, base_url

SHOWN_ALREADY = "The target shows it already; nothing was written."
KEY_HEADER = "Idempotency-Key"


class OneByOne:
    """A target that is told each message by itself, over one HTTP client."""

    def __init__(self, target: Target, client: httpx.Client, *, wall_now: Clock, pace: Pace) -> None:
        self._target = target
        self._client = client
        self._wall_now = wall_now
        self._pace = pace

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def has(self, operation: str, batch_key: str) -> bool:
        """No messages are collected."""
        return False


class HttpApi(OneByOne):
    """A target with an HTTP API."""

    def __init__(self, target: Target, address: Address, *, wall_now: Clock, pace: Pace) -> None:
        known_by = target.authentication
        if known_by.kind == "signature":
            raise ConfigurationError(f"{target.name} speaks HTTP and is no webhook.", "Set its `kind` to webhook.")
        own = authentication(
            known_by.kind,
            address,
            token_url=base_url(address) + known_by.token_path,
            header=known_by.header,
            wall_now=wall_now,
        )
        super().__init__(target, client_of(target, address, own), wall_now=wall_now, pace=pace)

    def send(self, messages: Sequence[Message]) -> Answer:
        """Send the one message that is given."""
        (message,) = messages
        send = self._target.operations[message.operation].send
        if send.once_by == "idempotency_key":
            return self._write(send, message, {KEY_HEADER: message.idempotency_key})
        seen = self._read(send, message)
        return seen if seen is not None else self._write(send, message, {})

    def _write(self, send: Send, message: Message, headers: dict[str, str]) -> Answer:
        self._pace()
        response = self._client.request(
            send.method,
            path_of(send.path, message.target_key),
            content=message.body.encode(),
            headers=headers | headers_of(message),
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


def client_of(target: Target, address: Address, auth: httpx.Auth | None) -> httpx.Client:
    """Return a client for a target's address that signs each request.

    Raises:
        ConfigurationError: the connection has no password.
    """
    root = base_url(address)
    if not address.password:
        raise ConfigurationError(f"The connection to {root} has no password.", "Set it in Airflow's connections.")
    return httpx.Client(
        base_url=root,
        auth=auth,
        timeout=target.timeout.total_seconds(),
        limits=httpx.Limits(max_connections=target.parallel_requests),
        trust_env=False,
    )


def headers_of(message: Message) -> dict[str, str]:
    """Return what every message says of itself in its headers."""
    headers = {"Content-Type": "application/json"}
    if message.correlation_id:
        headers["X-Correlation-Id"] = quote(message.correlation_id, safe=":|/ ")
    return headers


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
