"""For which files an extraction waits, and for how long."""

from datetime import UTC, datetime, timedelta

import pytest

from tieout.formats.csv import CsvFormat
from tieout.landing.awaited import awaited_files
from tieout.landing.manifest import Interval
from tieout.landing.profile import Feed, Profile
from tieout.sources.database import DatabaseRead
from tieout.sources.files import FileRead

DAY = Interval(datetime(2026, 3, 31, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))
HOUR = timedelta(hours=1)


def feed(name, awaited=None):
    read = FileRead("out", f"{name}_*", awaited=awaited)
    return Feed(name, "sftp", "supply", read, CsvFormat(), ())


PROFILE = Profile(
    "supply",
    "supply",
    1,
    (
        feed("receipts", awaited=2 * HOUR),
        feed("moves", awaited=HOUR),
        feed("counts"),
        Feed("items", "database", "supply", DatabaseRead("items"), CsvFormat(), ()),
    ),
)


def waited_for(now, there=()):
    """Return feeds and hours of patience at an instant, where the files of some feeds are there."""
    found = awaited_files(PROFILE, DAY, now, lambda awaited: awaited.feed.name in there)
    return {awaited.feed.name: awaited.patience / HOUR for awaited in found}


def test_each_feed_that_awaits_its_file_has_patience_from_the_end_of_the_interval():
    assert waited_for(DAY.end) == {"receipts": 2, "moves": 1}
    assert waited_for(DAY.end + HOUR / 2) == {"receipts": 1.5, "moves": 0.5}


def test_a_feed_whose_file_is_there_is_not_waited_for():
    assert waited_for(DAY.end, there={"receipts"}) == {"moves": 1}
    assert waited_for(DAY.end, there={"receipts", "moves"}) == {}


def test_nothing_is_waited_or_looked_for_when_the_patience_is_over():
    assert waited_for(DAY.end + HOUR) == {"receipts": 1}

    def look(awaited):
        pytest.fail("looked")

    assert awaited_files(PROFILE, DAY, DAY.end + 2 * HOUR, look) == []


def test_a_file_is_of_the_interval_when_it_is_not_older_than_its_start():
    assert {awaited.since for awaited in awaited_files(PROFILE, DAY, DAY.end, lambda _: False)} == {DAY.start}
