"""``config/screening.yml``: from which score on a resemblance is a hit, who may decide on hits, how old lists may be.

Set by one person and approved by another. docs/reference/payments.md, section 9.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from tieout.errors import ConfigurationError
from tieout.landing.marked_yaml import load
from tieout.landing.problems import Node, Problem

FILE = "screening.yml"
KEYS = ("threshold", "compliance", "fresh_days", "prepared_by", "approved_by")


@dataclass(frozen=True)
class ScreeningConfiguration:
    """How vendors are screened.

    Attributes:
        threshold: the score from which on a resemblance is a hit, above 0 and at most 1.
        compliance: logins in Airflow of who may decide on hits.
        fresh_days: by feed of the source ``screening``, after how many days its file counts as not coming any more.
        prepared_by: who set this.
        approved_by: who else approved it.
    """

    threshold: Decimal
    compliance: tuple[str, ...]
    fresh_days: Mapping[str, int]
    prepared_by: str
    approved_by: str


def load_screening(directory: Path) -> ScreeningConfiguration:
    """Read the file of a configuration folder.

    Raises:
        ConfigurationError: it is missing or something is wrong with it.
    """
    configuration, problems = _read(directory / FILE)
    if configuration is None:
        raise ConfigurationError(f"{directory / FILE} cannot be used: {'; '.join(map(str, problems))}.", "Mend it.")
    return configuration


def fresh_days(directory: Path) -> Mapping[str, int]:
    """Return how old the file of each list may be, in days by feed; none where the file is missing or wrong."""
    configuration, _ = _read(directory / FILE)
    return configuration.fresh_days if configuration else {}


def screening_problems(directory: Path) -> list[Problem]:
    """Return everything that is wrong with the file, by line and field. Without lists none is needed."""
    path = directory / FILE
    return _read(path)[1] if path.exists() or (directory / "sources" / "screening.yml").exists() else []


def _read(path: Path) -> tuple[ScreeningConfiguration | None, list[Problem]]:
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
    compliance = tuple(_person(each) for each in node.child("compliance").elements())
    if not compliance:
        node.child("compliance").problem("names nobody: who decides on hits?")
    days = {feed: each.integer(1, minimum=1) for feed, each in node.child("fresh_days").items()}
    prepared_by, approved_by = (_person(node.child(name)) for name in ("prepared_by", "approved_by"))
    if prepared_by == approved_by:
        node.child("approved_by").problem("is who prepared it: somebody else approves")
    return (None if problems else ScreeningConfiguration(score, compliance, days, prepared_by, approved_by)), problems


def _person(node: Node) -> str:
    person = node.text().strip()
    if not person:
        node.problem("names nobody")
    return person


def _score(text: str) -> Decimal:
    try:
        score = Decimal(text)
    except InvalidOperation as error:
        raise ValueError(text) from error
    if not 0 < score <= 1:
        raise ValueError(text)
    return score
