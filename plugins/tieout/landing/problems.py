"""Reading configuration so that every mistake is found in one go, each with file, line and field."""

import difflib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from tieout.errors import ConfigurationError
from tieout.landing.marked_yaml import Marked, Path

Result = TypeVar("Result")


@dataclass(frozen=True, order=True)
class Problem:
    """Something wrong in a file. ``field`` is where, as ``feeds.0.objects.invoice.fields.kind``."""

    file: str
    line: int
    field: str
    message: str

    def __str__(self) -> str:
        where = f"{self.field}: " if self.field else ""
        return f"{self.file}:{self.line}: {where}{self.message}"


def refuse(problems: Collection[Problem]) -> None:
    """Refuse a configuration in which something is wrong.

    Raises:
        ConfigurationError: there are problems; the message names each.
    """
    if problems:
        listed = "\n".join(str(problem) for problem in sorted(problems))
        raise ConfigurationError(f"The configuration is wrong:\n{listed}\n", "`make validate-config` checks it.")


class Node:
    """A value of a document that knows where it is and collects what is wrong.

    Each reader returns a usable value also where it found a problem, so that reading goes on.
    """

    def __init__(
        self, document: Marked, file: str, problems: list[Problem], path: Path = (), value: Any = None
    ) -> None:
        self._document = document
        self.file = file
        self.problems = problems
        self.path = path
        self.value = value if path else document.value

    def problem(self, message: str) -> None:
        """Record that something is wrong here."""
        dotted = ".".join(map(str, self.path))
        self.problems.append(Problem(self.file, self._document.line(self.path), dotted, message))

    def child(self, key: str | int) -> "Node":
        """Return the node of a key, also where there is none."""
        if isinstance(self.value, dict):
            value = self.value.get(key)
        elif isinstance(self.value, list) and isinstance(key, int) and key < len(self.value):
            value = self.value[key]
        else:
            value = None
        return Node(self._document, self.file, self.problems, (*self.path, key), value)

    def has(self, key: str) -> bool:
        """Whether a mapping has the key."""
        return isinstance(self.value, dict) and key in self.value

    def keys(self, allowed: Collection[str], required: Collection[str] = ()) -> bool:
        """Check that this is a mapping with these keys; whether it is a mapping at all."""
        if not isinstance(self.value, dict):
            self.problem(f"must have keys: {', '.join(sorted(allowed))}")
            return False
        for key in self.value:
            if key not in allowed:
                self.child(key).problem(f"unknown key{_meant(key, allowed)}")
        for key in required:
            if key not in self.value:
                self.problem(f"{key!r} is missing")
        return True

    def items(self) -> Iterator[tuple[str, "Node"]]:
        """Yield keys and nodes of a mapping."""
        if not isinstance(self.value, dict):
            self.problem("must be a mapping")
            return
        for key in self.value:
            yield key, self.child(key)

    def elements(self) -> list["Node"]:
        """Return the nodes of a list."""
        if not isinstance(self.value, list):
            self.problem("must be a list")
            return []
        return [self.child(index) for index in range(len(self.value))]

    def text(self, default: str = "") -> str:
        """Return a text as it is written; numbers and words like `true` are texts here, too."""
        if self.value is None:
            return default
        if isinstance(self.value, dict | list):
            self.problem("must be a text")
            return default
        return self._document.texts.get(self.path, str(self.value))

    def maybe_text(self) -> str | None:
        """Return a text, or none."""
        return None if self.value is None else self.text()

    def texts(self) -> tuple[str, ...]:
        """Return a list of texts; one text is a list of one."""
        if isinstance(self.value, list):
            return tuple(element.text() for element in self.elements())
        return () if self.value is None else (self.text(),)

    def integer(self, default: int = 0, minimum: int = 0) -> int:
        """Return a whole number."""
        if self.value is None:
            return default
        if isinstance(self.value, bool) or not isinstance(self.value, int) or self.value < minimum:
            self.problem(f"must be a whole number of at least {minimum}")
            return default
        return self.value

    def flag(self, default: bool = False) -> bool:
        """Return true or false."""
        if self.value is None:
            return default
        if not isinstance(self.value, bool):
            self.problem("must be true or false")
            return default
        return self.value

    def choice(self, options: Collection[str], default: str = "") -> str:
        """Return one of several words."""
        word = self.text(default)
        if word and word not in options:
            self.problem(f"{word!r} is not one of {', '.join(sorted(options))}{_meant(word, options)}")
            return default
        return word

    def checked(self, check: Callable[[str], Result], what: str, default: Result) -> Result:
        """Return what a function makes of the text, or record that the text is not ``what``."""
        if self.value is None:
            return default
        try:
            return check(self.text())
        except (ValueError, LookupError, OSError):
            self.problem(f"{self.text()!r} is not {what}")
            return default


def _meant(word: str, options: Collection[str]) -> str:
    close = difflib.get_close_matches(word, [*options], n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""
