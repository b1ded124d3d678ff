"""What a source needs to know: where it is, which window to read, and what it yields."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True)
class Endpoint:
    """A connection's plain values. The password is never shown."""

    host: str = ""
    port: int | None = None
    login: str = ""
    password: str = field(default="", repr=False)
    schema: str = ""
    extra: dict[str, Any] = field(default_factory=dict, repr=False)
    uri: str = field(default="", repr=False)


@dataclass(frozen=True)
class Window:
    """The half-open window [start, end) asked of a source: the interval, with the cursor's overlap before it."""

    start: datetime
    end: datetime

    def texts(self) -> dict[str, str]:
        """Return both ends as they are written in parameters: ``2026-03-01T00:00:00Z``."""
        return {name: _text(getattr(self, name)) for name in ("start", "end")}


@dataclass(frozen=True)
class Payload:
    """Bytes as a source sends them.

    Attributes:
        name: of the file or page, for people and for `@file`.
        chunks: the bytes, read once; reading may fail.
        modified_at: of the file; none where the protocol has no such time.
        state: where the source goes on after this payload.
        compressed: whether compressing again would be in vain.
    """

    name: str
    chunks: Iterable[bytes]
    modified_at: datetime | None = None
    state: dict[str, Any] = field(default_factory=dict)
    compressed: bool = False


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
