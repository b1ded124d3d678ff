from datetime import UTC, datetime

from launcher.play import next_days
from launcher.played import Played


def test_a_fresh_stack_loads_the_history_in_one_interval_and_then_plays_day_by_day():
    assert next_days(0, 0, history_days=30, days=4) == [30, 31, 32, 33, 34]


def test_a_later_demo_continues_with_the_next_days():
    assert next_days(34, 34, history_days=30, days=4) == [35, 36, 37, 38]


def test_a_day_that_the_sources_lived_through_but_nobody_processed_comes_first():
    assert next_days(31, 32, history_days=30, days=4) == [32, 33, 34, 35]


def test_a_history_that_failed_is_taken_up_again():
    assert next_days(0, 30, history_days=30, days=2) == [30, 31, 32]


def test_intervals_follow_each_other_without_gap_or_overlap():
    played = Played()
    history = played.interval_through(30)
    assert history.start == datetime(2026, 3, 1, tzinfo=UTC)
    day = played.with_end(30).interval_through(31)
    assert day.start == history.end == datetime(2026, 3, 31, tzinfo=UTC)
    assert day.end == datetime(2026, 4, 1, tzinfo=UTC)
    assert day.name == "interval__2026-03-31__2026-04-01"


def test_the_processed_dates_are_the_last_days_of_the_intervals():
    assert [str(day) for day in Played((30, 31)).dates] == ["2026-03-30", "2026-03-31"]
