"""One alert per cause, and whether there is something new to say of it. Pure (docs/reference/alerts.md, section 2)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

Severity = Literal["medium", "high"]
Reason = Literal["opened", "changed", "reminder", "resolved"]

# What waiting may mend is told after a while; what has these classes is told at once.
AT_ONCE = frozenset({"refused", "contract broken", "malformed payload", "delivery failed", "pipeline failed", "late"})
# The source itself does not answer: that its objects are late is the same cause.
SILENT = ("unavailable", "throttled", "refused")
RANK: dict[str, int] = {"medium": 0, "high": 1}


@dataclass(frozen=True)
class Group:
    """The open technical exceptions of one cause: of one system, of one class, for one runbook.

    ``first_at`` and ``last_at`` are business time; ``example`` is what the one seen last says.
    """

    system: str
    incident_class: str
    runbook: str
    members: int
    dead: bool
    first_at: datetime
    last_at: datetime
    objects: tuple[str, ...] = ()
    example: str = ""

    @property
    def cause(self) -> str:
        """Name of the cause."""
        return f"technical:{self.system or 'tieout'}:{self.incident_class}:{self.runbook}"

    @property
    def severity(self) -> Severity:
        """High where a person is needed now, medium while it may mend itself."""
        return "high" if self.dead or self.incident_class in AT_ONCE else "medium"

    @property
    def title(self) -> str:
        """What is wrong, in a line."""
        return f"{self.system or 'Tieout'}: {self.incident_class}"


@dataclass(frozen=True)
class Repeat:
    """How often something is said. ``patience`` before what may mend itself, ``quiet`` before it counts as over."""

    patience: timedelta = timedelta(minutes=15)
    quiet: timedelta = timedelta(minutes=10)
    reminder: timedelta = timedelta(hours=24)


@dataclass(frozen=True)
class Standing:
    """An alert as it stands; ``first_at`` in wall time."""

    severity: str
    members: int
    first_at: datetime
    resolved: bool = False

    @property
    def said(self) -> str:
        """What a message about it says, in short: the severity, and how many digits the number of members has."""
        return f"{self.severity}:{len(str(self.members))}"


@dataclass(frozen=True)
class Told:
    """The last message about an alert that reached a channel."""

    said: str
    reason: str
    at: datetime


def causes(groups: Iterable[Group]) -> list[Group]:
    """Return the groups by cause: lateness of a system that does not answer belongs to its silence."""
    listed = list(groups)
    silent = {group.system: group for group in _by_rank(listed) if group.incident_class in SILENT and group.system}
    kept = [group for group in listed if not (group.incident_class == "late" and group.system in silent)]
    for late in (group for group in listed if group.incident_class == "late" and group.system in silent):
        host = silent[late.system]
        at = next(index for index, group in enumerate(kept) if group.cause == host.cause)
        kept[at] = replace(kept[at], members=kept[at].members + late.members, dead=True, example=late.example)
    return kept


def reason_to_tell(alert: Standing, told: Told | None, now: datetime, repeat: Repeat) -> Reason | None:
    """Return why a channel should hear of an alert now, or none.

    It hears of it once; again when it is worse (more severe, ten times as many), once a day, and once when it is over.
    """
    if alert.resolved:
        return "resolved" if told and told.reason != "resolved" else None
    if told is None:
        return "opened" if alert.severity == "high" or now - alert.first_at >= repeat.patience else None
    if _weight(alert.said) > _weight(told.said):
        return "changed"
    return "reminder" if now - told.at >= repeat.reminder else None


def _weight(said: str) -> tuple[int, int]:
    severity, _, digits = said.partition(":")
    return RANK[severity], int(digits)


def _by_rank(groups: Sequence[Group]) -> list[Group]:
    """Return the groups with that of first choice last, so that it is the one a mapping keeps."""
    return sorted(groups, key=lambda group: (group.runbook == "extract", RANK[group.severity]))
