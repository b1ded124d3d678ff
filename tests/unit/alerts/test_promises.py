"""Which promises are broken: by age, by local time of day, by facility."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import pytest

from tieout.alerts.promises import ARRIVED, KNOWN, Promise, Served, late, needed_at

NOON = datetime(2026, 4, 1, 16, tzinfo=UTC)  # noon in New York
NEW_YORK = "America/New_York"
H1 = Served("H1", "supply", "receipt_line", NEW_YORK)
H2 = Served("H2", "supply", "receipt_line", "America/Chicago")


def promise(sla_id="any", subject=KNOWN, hours="2", **scope):
    return Promise(sla_id, subject, Decimal(hours), "receipt_line", **scope)


def known(hours_ago, entity=""):
    return {("supply", "receipt_line", entity): NOON - timedelta(hours=hours_ago)}


@pytest.mark.parametrize(("hours_ago", "broken"), [(2, 0), (2.001, 1)])
def test_an_object_is_late_when_it_is_older_than_promised_and_not_at_the_last_second(hours_ago, broken):
    assert len(late(NOON, [promise()], [H1], known(hours_ago))) == broken


def test_one_system_that_is_late_for_two_facilities_is_one_broken_promise():
    (found,) = late(NOON, [promise()], [H1, H2], known(5))
    assert (found.entity_ids, found.fingerprint) == (("H1", "H2"), "late:any:supply:receipt_line")


def test_the_promise_that_names_the_facility_goes_before_the_one_for_all():
    strict, loose = promise("all", hours="2"), promise("h1", hours="9", entity_id="H1")
    (found,) = late(NOON, [strict, loose], [H1, H2], known(5))
    assert (found.promise.sla_id, found.entity_ids) == ("all", ("H2",))
    (found,) = late(NOON, [loose], [H1, H2], known(10))
    assert found.fingerprint == "late:h1:supply:receipt_line:H1"


def test_rows_of_one_facility_may_be_late_though_the_system_was_read():
    promises = [promise(), promise("rows", ARRIVED, "24")]
    ages = known(1) | known(25, "H1") | known(23, "H2")
    (found,) = late(NOON, promises, [H1, H2], ages)
    assert (found.promise.sla_id, found.fingerprint) == ("rows", "late:rows:supply:receipt_line:H1")


def test_a_system_that_nobody_has_asked_yet_is_not_late():
    assert late(NOON, [promise()], [H1], {}) == []


def test_a_promise_by_a_time_of_day_is_looked_at_from_that_local_time_on():
    by_seven = promise(hours="7", by_time=time(7))
    assert needed_at(NOON, by_seven, NEW_YORK) == datetime(2026, 4, 1, 4, tzinfo=UTC)  # midnight there
    just_before = datetime(2026, 4, 1, 10, 59, tzinfo=UTC)
    assert needed_at(just_before, by_seven, NEW_YORK) == datetime(2026, 3, 31, 4, tzinfo=UTC)


def test_what_counts_always_and_what_counts_by_a_time_of_day_are_both_kept():
    promises = [promise("always", hours="2"), promise("by_seven", hours="1", by_time=time(7), entity_id="H1")]
    assert [one.promise.sla_id for one in late(NOON, promises, [H1], known(3))] == ["always"]
    assert [one.promise.sla_id for one in late(NOON, promises, [H1], known(7))] == ["always", "by_seven"]


def test_the_night_in_which_clocks_go_forward_moves_the_hour_in_utc_only():
    by_seven = promise(hours="7", by_time=time(7))
    before, after = (datetime(2026, 3, day, 16, tzinfo=UTC) for day in (7, 9))
    assert (needed_at(before, by_seven, NEW_YORK).hour, needed_at(after, by_seven, NEW_YORK).hour) == (5, 4)


def test_promises_about_holds_are_not_about_objects():
    assert late(NOON, [promise(subject="hold")], [H1], known(99)) == []
