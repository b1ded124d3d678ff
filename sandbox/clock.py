"""Simulated time: which instant a day ends at, and the file that tells the pipeline."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

START = datetime(2026, 3, 1, tzinfo=UTC)


def start_of_day(day: int) -> datetime:
    """The first instant of a simulated day; day 1 is 2026-03-01."""
    return START + timedelta(days=day - 1)


def end_of_day(day: int) -> datetime:
    """The instant at which a simulated day is over; of day 0, the instant before everything."""
    return start_of_day(day + 1)


def write_clock(path: Path, now: datetime) -> None:
    """Write the estate's time in one step, so that a reader never sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".new")
    temporary.write_text(now.isoformat() + "\n")
    temporary.replace(path)
