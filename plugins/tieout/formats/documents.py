"""Messages of banks: which reader a profile's `format` means."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tieout.formats import bai2, camt, nacha_returns, pain002

READERS: dict[str, Callable[[bytes], list[dict[str, Any]]]] = {
    "bai2": bai2.statements,
    "camt053": camt.statements,
    "camt054": camt.notifications,
    "nacha_returns": nacha_returns.returns,
    "pain002": pain002.statuses,
}


@dataclass(frozen=True)
class DocumentFormat:
    """The profile's `format` of one of these types: a payload that is read as a whole."""

    type: str
    max_bytes: int = 64 << 20

    def read(self, content: bytes) -> list[dict[str, Any]]:
        """Return the records of a payload.

        Raises:
            MalformedPayload: it does not parse.
        """
        return READERS[self.type](content)
