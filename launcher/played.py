"""Which simulated days the pipeline has processed: what ``make demo`` goes on from."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from launcher.cycle import Interval
from launcher.files import read_json, write_json

FIRST_DAY = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Played:
    """``ends`` holds, for each processed interval, the number of its last day; day 1 is 2026-03-01."""

    ends: tuple[int, ...] = ()

    @property
    def through(self) -> int:
        """The last day processed; 0 before anything."""
        return self.ends[-1] if self.ends else 0

    @property
    def dates(self) -> list[date]:
        """The days at whose end the pipeline has looked."""
        return [date_of(end) for end in self.ends]

    def interval_through(self, day: int) -> Interval:
        """Return the interval from after the last processed day to the end of ``day``."""
        return Interval.of_days(FIRST_DAY + timedelta(days=self.through), day - self.through)

    def with_end(self, day: int) -> "Played":
        """Return this with one more interval processed."""
        return replace(self, ends=(*self.ends, day))


def date_of(day: int) -> date:
    """Return the calendar date of a simulated day."""
    return (FIRST_DAY + timedelta(days=day - 1)).date()


def load(path: Path) -> Played:
    """Read what was processed."""
    return Played(tuple(read_json(path).get("ends", ())))


def save(path: Path, played: Played) -> None:
    """Write what was processed."""
    write_json(path, {"ends": list(played.ends)})
