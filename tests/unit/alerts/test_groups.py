"""One alert per cause, told when there is something new to say."""

from datetime import UTC, datetime, timedelta

import pytest

from tieout.alerts.groups import Group, Repeat, Standing, Told, causes, reason_to_tell

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
REPEAT = Repeat()
AN_HOUR_AGO = NOW - timedelta(hours=1)


def group(system="erp_west", incident_class="unavailable", runbook="extract", members=3, dead=False):
    return Group(system, incident_class, runbook, members, dead, AN_HOUR_AGO, NOW)


def told(said="medium:1", reason="opened", hours_ago=1.0):
    return Told(said, reason, NOW - timedelta(hours=hours_ago))


def why(alert, last=None):
    return reason_to_tell(alert, last, NOW, REPEAT)


def test_that_objects_of_a_silent_system_are_late_belongs_to_its_silence():
    silent, late = group(), group(incident_class="late", members=4)
    other = group("ap", "late")
    found = causes([silent, late, other])
    assert [(one.cause, one.members, one.severity) for one in found] == [
        ("technical:erp_west:unavailable:extract", 7, "high"),
        ("technical:ap:late:extract", 3, "high"),
    ]


def test_a_target_and_a_source_that_are_silent_take_the_lateness_once():
    found = causes([group(runbook="publish"), group(), group(incident_class="late", members=1)])
    assert [one.members for one in found] == [3, 4]


@pytest.mark.parametrize(
    ("incident_class", "dead", "severity"),
    [("unavailable", False, "medium"), ("unavailable", True, "high"), ("refused", False, "high"),
     ("late", False, "high")],
)  # fmt: skip
def test_what_may_mend_itself_is_less_severe(incident_class, dead, severity):
    assert group(incident_class=incident_class, dead=dead).severity == severity


def test_what_may_mend_itself_is_told_after_a_while_and_the_rest_at_once():
    young, old = NOW - timedelta(minutes=14), NOW - timedelta(minutes=15)
    assert why(Standing("medium", 1, young)) is None
    assert why(Standing("medium", 1, old)) == "opened"
    assert why(Standing("high", 1, NOW)) == "opened"


def test_it_is_told_again_when_it_is_ten_times_as_many_or_more_severe_and_not_when_it_shrinks():
    assert why(Standing("medium", 9, AN_HOUR_AGO), told("medium:1")) is None
    assert why(Standing("medium", 10, AN_HOUR_AGO), told("medium:1")) == "changed"
    assert why(Standing("high", 1, AN_HOUR_AGO), told("medium:1")) == "changed"
    assert why(Standing("high", 1, AN_HOUR_AGO), told("high:3")) is None
    assert why(Standing("medium", 1, AN_HOUR_AGO), told("high:1")) is None


def test_a_reminder_comes_once_a_day():
    assert why(Standing("high", 1, AN_HOUR_AGO), told("high:1", hours_ago=23.9)) is None
    assert why(Standing("high", 1, AN_HOUR_AGO), told("high:1", "reminder", hours_ago=24)) == "reminder"


def test_its_end_is_told_once_and_only_to_whom_its_beginning_was():
    over = Standing("high", 1, AN_HOUR_AGO, resolved=True)
    assert why(over, told()) == "resolved"
    assert why(over, told(reason="resolved", hours_ago=99)) is None
    assert why(over) is None
