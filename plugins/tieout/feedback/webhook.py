"""A generic signed webhook: one POST per message, signed like the events that we receive.

The signature is that of tieout.events.signature, so that who takes our events and who sends us events need to know
one rule; the secret is the connection's password. The target keeps a repetition without effect by the event's key in
a header.
"""

from collections.abc import Generator, Sequence

import httpx

from tieout.events.signature import sign
from tieout.feedback.answers import Answer, answer_of
from tieout.feedback.targets import Target
from tieout.feedback.transport import Message, Pace
from tieout.feedback.wire import OneByOne, client_of, headers_of, path_of
from tieout.http import Address, Clock


class Webhook(OneByOne):
    """A target that receives signed webhooks."""

    def __init__(self, target: Target, address: Address, *, wall_now: Clock, pace: Pace) -> None:
        known_by = target.authentication
        signed = Signed(address.password, known_by.timestamp_header, known_by.signature_header, wall_now)
        super().__init__(target, client_of(target, address, signed), wall_now=wall_now, pace=pace)

    def send(self, messages: Sequence[Message]) -> Answer:
        """Send the one message that is given."""
        (message,) = messages
        send = self._target.operations[message.operation].send
        self._pace()
        response = self._client.post(
            path_of(send.path, message.target_key),
            content=message.body.encode(),
            headers={send.key_header: message.idempotency_key} | headers_of(message),
        )
        return answer_of(response, on_conflict=send.on_conflict, wall_now=self._wall_now())


class Signed(httpx.Auth):
    """Signs each request anew, so that a repetition carries a fresh timestamp."""

    requires_request_body = True

    def __init__(self, secret: str, timestamp_header: str, signature_header: str, wall_now: Clock) -> None:
        self._secret = secret
        self._timestamp_header = timestamp_header
        self._signature_header = signature_header
        self._wall_now = wall_now

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add timestamp (seconds since 1970) and signature."""
        timestamp = str(int(self._wall_now().timestamp()))
        request.headers[self._timestamp_header] = timestamp
        request.headers[self._signature_header] = sign(self._secret, timestamp, request.content)
        yield request
