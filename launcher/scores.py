"""Compares the findings that were raised with those that were injected: precision and recall by code. Pure."""

import csv
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tieout.resolution.measure import pairs_of

Finding = tuple[str, str]


@dataclass(frozen=True)
class Score:
    """One code: findings injected and due, findings raised, and those in both."""

    code: str
    expected: int
    raised: int
    right: int

    @property
    def precision(self) -> float:
        """Share of raised findings that were injected; 1.0 where nothing was raised."""
        return self.right / self.raised if self.raised else 1.0

    @property
    def recall(self) -> float:
        """Share of injected findings that were raised; 1.0 where nothing was injected."""
        return self.right / self.expected if self.expected else 1.0

    @property
    def perfect(self) -> bool:
        """Whether both are 1.0."""
        return self.right == self.expected == self.raised


def read_labels(path: Path) -> list[dict[str, str]]:
    """Return the labels file's rows."""
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def expected_findings(labels: Iterable[Mapping[str, str]], processed: Collection[date]) -> set[Finding]:
    """Return (code, subject) of each injected finding that stood at the end of a processed day.

    History is processed in one go: what appeared and went away within it was never there to be raised.
    """
    return {
        (label["code"], label["subject"])
        for label in labels
        if label["kind"] == "finding" and any(_stood(label, day) for day in processed)
    }


def vendor_scores(labels: Iterable[Mapping[str, str]], found: Mapping[str, Mapping[str, str]]) -> list[Score]:
    """Return a score by what is compared: pairs of vendor numbers that are one vendor.

    ``found`` is, by name ("merged"), the vendor of each number. Numbers without a label are left out.
    """
    organisations = {label["subject"]: label["case"] for label in labels if label["kind"] == "vendor"}
    true = pairs_of(organisations)
    scores = []
    for name, vendors in found.items():
        pairs = pairs_of({number: vendor for number, vendor in vendors.items() if number in organisations})
        scores.append(Score(name, len(true), len(pairs), len(pairs & true)))
    return scores


def score(expected: Collection[Finding], raised: Collection[Finding]) -> list[Score]:
    """Return one score per code, in the order of the codes."""
    expected, raised = set(expected), set(raised)
    codes = sorted({code for code, _ in expected | raised})

    def count(findings: set[Finding], code: str) -> int:
        return sum(1 for finding in findings if finding[0] == code)

    return [Score(code, count(expected, code), count(raised, code), count(expected & raised, code)) for code in codes]


def _stood(label: Mapping[str, str], day: date) -> bool:
    due, cleared = date.fromisoformat(label["due_on"]), label["cleared_on"]
    return due <= day and (not cleared or day < date.fromisoformat(cleared))
