"""Small documents that the archive keeps under numbers of their own, and that the warehouse knows by their hash."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import TypeVar

LOOK_AHEAD = 31  # numbers that are tried after the last that is there: so many may be missing in a row

Found = TypeVar("Found")


@dataclass(frozen=True)
class Kept:
    """A document whose fields are what is kept."""

    @property
    def text(self) -> str:
        """The document as it is kept."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))

    @property
    def text_sha256(self) -> str:
        """The hash of that text."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def look_ahead(first: int, last: int, look: Callable[[int], Found]) -> Iterator[tuple[int, Found]]:
    """Yield the numbers from the first on, each with what is found there, until nothing comes after the last for long.

    Args:
        first: number to begin with.
        last: that is known to be there; what is found beyond it is the last then.
        look: returns what is there, or nothing.
    """
    number = first
    while number <= last + LOOK_AHEAD:
        found = look(number)
        if found is not None:
            last = max(last, number)
        yield number, found
        number += 1
