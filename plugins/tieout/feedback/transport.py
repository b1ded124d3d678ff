"""How messages reach a target: one small class per protocol behind one interface.

``http`` is feedback/wire.py, ``webhook`` feedback/webhook.py, ``sftp_file`` feedback/sftp_file.py. Rules:
docs/reference/feedback.md, Transports.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from tieout.feedback.answers import Answer

# Called before each request; it waits for the target's rate, and what it raises goes to the caller.
Pace = Callable[[], None]


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


class Transport(Protocol):
    """Speaks with one target. Threads may share it."""

    def send(self, messages: Sequence[Message]) -> Answer:
        """Send messages of one operation so that a repetition has no second effect; say what became of them all.

        All but ``sftp_file`` are given one message at a time.

        Raises:
            httpx.RequestError, TieoutError: no answer about the messages was received.
        """
        ...

    def has(self, operation: str, batch_key: str) -> bool:
        """Whether the target has the batch already. Only asked of transports that collect messages."""
        ...

    def close(self) -> None:
        """Close the connections."""
        ...
