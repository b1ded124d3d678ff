"""What a rule is. Each is kept once: the expectation and the quarantining statement are both made from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """What follows from a broken rule."""

    CRITICAL = "critical"  # the row is quarantined
    WARNING = "warning"  # the row is promoted and reported


@dataclass(frozen=True)
class Rule:
    """A rule of one interface object.

    Attributes:
        id: ``<object>.<name>``, stable: results and quarantined rows name it.
        object: the interface object.
        severity: critical quarantines, warning reports.
        predicate: SQL over the raw table's columns that is true for a row that breaks the rule; null holds.
        columns: the raw columns that it looks at.
        owner: the role that mends such rows.
        description: what should be so, in the domain's words, as one sentence.
    """

    id: str
    object: str
    severity: Severity
    predicate: str
    columns: tuple[str, ...]
    owner: str
    description: str


@dataclass(frozen=True)
class Check:
    """A rule that is not yet bound to an object: what the suites in ``expectations/`` are written in."""

    name: str
    severity: Severity
    predicate: str
    columns: tuple[str, ...]
    description: str
    owner: str | None = None

    def bind(self, object_name: str, owner: str) -> Rule:
        """Return the rule of that object; its owner is the object's unless the check names one."""
        return Rule(
            id=f"{object_name}.{self.name}",
            object=object_name,
            severity=self.severity,
            predicate=self.predicate,
            columns=self.columns,
            owner=self.owner or owner,
            description=self.description,
        )


def critical(name: str, columns: Sequence[str], *, fails_when: str, says: str, owner: str | None = None) -> Check:
    """Return a check whose failing rows are quarantined."""
    return Check(name, Severity.CRITICAL, fails_when, tuple(columns), says, owner)


def warning(name: str, columns: Sequence[str], *, fails_when: str, says: str, owner: str | None = None) -> Check:
    """Return a check whose failing rows are promoted and reported."""
    return Check(name, Severity.WARNING, fails_when, tuple(columns), says, owner)
