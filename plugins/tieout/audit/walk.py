"""Goes along the chain and says at which positions it is broken. Pure: rows in, findings out, in any amount."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tieout.audit.encoding import FIRST, link

SHOWN = 100


@dataclass(frozen=True)
class Link:
    """A row of the chain with its event's texts in the order of ``encoding.COLUMNS``; None: the event is gone."""

    position: int
    event_id: int
    previous_sha256: str
    sha256: str
    texts: Sequence[str | None] | None


@dataclass
class Findings:
    """Sentences, each naming a position; of very many the first are kept, and all are counted."""

    shown: list[str] = field(default_factory=list)
    count: int = 0

    def add(self, sentence: str) -> None:
        """Add one."""
        self.count += 1
        if self.count <= SHOWN:
            self.shown.append(sentence)


@dataclass
class Walk:
    """Takes the chain's rows by position. After a break it goes on from what is there, so that each is told once.

    ``expected`` are hashes by position that are known from elsewhere, with the name of who knows.
    """

    expected: Mapping[int, Sequence[tuple[str, str]]] = field(default_factory=dict)
    findings: Findings = field(default_factory=Findings)
    position: int = 0
    sha256: str = FIRST
    agreed: int = 0
    contradicted: list[tuple[str, str]] = field(default_factory=list)

    def step(self, row: Link) -> None:
        """Look at the next row."""
        self._order(row)
        self._content(row)
        self.position, self.sha256 = row.position, row.sha256
        for name, sha256 in self.expected.get(row.position, ()):
            if sha256 == row.sha256:
                self.agreed = row.position
            else:
                said = f"at a position after {self.agreed} and up to {row.position}, the chain was written anew"
                self.contradicted.append((name, f"{name} has another hash of position {row.position}: {said}."))

    def _order(self, row: Link) -> None:
        missing = range(self.position + 1, row.position)
        if missing:
            self.findings.add(f"Position {_span(missing.start, missing.stop - 1)}: removed from the chain.")
        elif row.previous_sha256 != self.sha256:
            self.findings.add(
                f"Position {row.position}: does not follow position {self.position}; rows were moved or put between."
            )

    def _content(self, row: Link) -> None:
        if row.texts is None:
            self.findings.add(f"Position {row.position}: event {row.event_id} was deleted.")
        elif link(row.previous_sha256, row.texts) != row.sha256:
            self.findings.add(f"Position {row.position}: event {row.event_id} or its place was changed.")


def _span(first: int, last: int) -> str:
    return str(first) if first == last else f"{first} to {last}"
