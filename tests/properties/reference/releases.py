"""Which findings a person released (docs/reference/exceptions.md, Holds)."""

from collections.abc import Iterable
from decimal import Decimal

from tests.properties.reference.documents import Release
from tests.properties.reference.results import Finding, LineKey


def is_released(releases: Iterable[Release], code: str, subject: str | LineKey, actual: Decimal | None) -> bool:
    """Whether any release names the finding and the figure is not worse than the one that it carries."""
    return any(
        release.code == code and names(release, subject) and not is_worse(release, actual) for release in releases
    )


def names(release: Release, subject: str | LineKey) -> bool:
    """A release without a line is for all that the invoice has."""
    if isinstance(subject, str):
        return release.line is None and release.invoice == subject
    return release.invoice == subject[0] and release.line in (None, subject[1])


def is_worse(release: Release, actual: Decimal | None) -> bool:
    """Whether the figure is higher than the one that was released."""
    return release.actual is not None and actual is not None and actual > release.actual


def mark(findings: Iterable[Finding], releases: Iterable[Release]) -> None:
    """Mark the findings that a person released."""
    releases = list(releases)
    for finding in findings:
        if not isinstance(finding.subject, int):
            finding.released = is_released(releases, finding.code, finding.subject, finding.actual)
