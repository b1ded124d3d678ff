"""``config/screening.yml``: from which score on a resemblance is a hit. Set by one person and approved by another."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from tieout.errors import ConfigurationError
from tieout.landing.marked_yaml import load
from tieout.landing.problems import Node, Problem

FILE = "screening.yml"
KEYS = ("threshold", "prepared_by", "approved_by")


@dataclass(frozen=True)
class Threshold:
    """The score, above 0 and at most 1, and who answers for it."""

    score: Decimal
    prepared_by: str
    approved_by: str


def load_threshold(directory: Path) -> Threshold:
    """Read the file of a configuration folder.

    Raises:
        ConfigurationError: it is missing or something is wrong with it.
    """
    threshold, problems = _read(directory / FILE)
    if threshold is None:
        raise ConfigurationError(f"{directory / FILE} cannot be used: {'; '.join(map(str, problems))}.", "Mend it.")
    return threshold


def threshold_problems(directory: Path) -> list[Problem]:
    """Return everything that is wrong with the file, by line and field. Without lists none is needed."""
    path = directory / FILE
    return _read(path)[1] if path.exists() or (directory / "sources" / "screening.yml").exists() else []


def _read(path: Path) -> tuple[Threshold | None, list[Problem]]:
    if not path.exists():
        return None, [Problem(str(path), 1, "", "vendors are screened, and there is no such file")]
    problems: list[Problem] = []
    try:
        node = Node(load(path.read_text(), str(path)), str(path), problems)
    except ConfigurationError as error:
        return None, [Problem(str(path), 1, "", error.message)]
    if not node.keys(KEYS, required=KEYS):
        return None, problems
    score = node.child("threshold").checked(_score, "a score above 0 and at most 1", Decimal(1))
    people = [node.child(name).text().strip() for name in KEYS[1:]]
    for name, person in zip(KEYS[1:], people, strict=True):
        if not person:
            node.child(name).problem("names nobody")
    if people[0] == people[1]:
        node.child("approved_by").problem("is who prepared it: somebody else approves")
    return (None if problems else Threshold(score, *people)), problems


def _score(text: str) -> Decimal:
    try:
        score = Decimal(text)
    except InvalidOperation as error:
        raise ValueError(text) from error
    if not 0 < score <= 1:
        raise ValueError(text)
    return score
