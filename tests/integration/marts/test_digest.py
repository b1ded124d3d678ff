"""Owners of holds hear what waits for them: a digest a day, and new holds above the limit at once."""

from datetime import time, timedelta
from decimal import Decimal

import pytest

from tests.integration.marts import hospital
from tests.integration.marts.conftest import DATABASE
from tieout.alerts import holds, store
from tieout.alerts.alerting import Alerting, Recipients
from tieout.alerts.promises import Promise
from tieout.alerts.tell import Telling
from tieout.warehouse.connection import connect

OPEN = "select count(*) from mart.exc_hold where is_open and owner_role = 'ap'"
ANOTHER = """
insert into match.match_hold
select (jsonb_populate_record(hold, '{"hold_id": "another", "owner_role": "buyer"}')).*
from match.match_hold as hold
where is_open and owner_role = 'ap'
limit 1
"""
ROLES = "select distinct owner_role from mart.exc_hold where is_open"
NEW = """
select owner_role, count(*)
from mart.exc_hold
where is_open and opened_at > %s and amount_at_risk >= 0.01 and code <> 'RECOVERY_DUE'
group by owner_role
"""
OTHER = {"other": Recipients(("owners@hospital.example",))}


@pytest.fixture
def connection(postgres, history):
    """The marts after the second day, with a hold of a second role; both that and what is told go at the end."""
    with connect(postgres.dsn(DATABASE)) as opened:
        opened.execute(ANOTHER)
        yield opened
        opened.execute("delete from match.match_hold where hold_id = 'another'")
        opened.execute("truncate ops.alert, ops.notification cascade")


def told(connection, when, *, alerting, promises=(), role=""):
    """The messages of a round of telling, by title; of a role, where one is named."""
    said = []
    telling = Telling(connection, alerting, lambda *message: said.append(message[2]), when, when)
    telling.owners(promises)
    return {one.title: one.text.splitlines() for one in said if f"for {role}" in one.title}


def test_each_role_gets_one_digest_a_day_with_its_own_holds_and_no_second_one(connection):
    alerting = Alerting(roles=OTHER, digest_at=time(7), digest_zone="America/New_York")
    morning = hospital.SECOND + timedelta(hours=11)  # 07:00 in New York
    count = connection.execute(OPEN).fetchone()[0]
    store.keep(
        connection, cause="other:1", severity="high", title="something beside holds", members=1, runbook=None,
        role="ap", now=morning,
    )  # fmt: skip
    promises = [Promise("all", "hold", Decimal(999)), Promise("ap", "hold", Decimal(1), owner_role="ap")]
    said = told(connection, morning, alerting=alerting, promises=promises)
    assert len(said) == len(connection.execute(ROLES).fetchall()) > 1
    ((title, text),) = [(title, text) for title, text in said.items() if "for ap" in title]
    assert title.startswith(f"{count} hold")
    overdue = connection.execute(
        "select count(*) from mart.exc_hold where is_open and owner_role = 'ap' and opened_at < %s",
        [hospital.SECOND - timedelta(hours=1)],
    ).fetchone()[0]
    assert text[0] == f"As of 2026-04-03 00:00 UTC: {count} new, {overdue} past their time."
    assert text[-2:] == ["Also: something beside holds", "The list: mart.worklist"]
    assert told(connection, morning + timedelta(hours=23, minutes=59), alerting=alerting) == {}
    next_day = told(connection, morning + timedelta(hours=24), alerting=alerting, role="ap")
    assert [text[0] for text in next_day.values()] == ["As of 2026-04-03 00:00 UTC: 0 new, 0 past their time."]


def test_the_money_of_a_digest_is_that_of_the_open_holds(connection):
    by_role = holds.shares(connection, hospital.SECOND, [], {})
    expected = connection.execute(
        "select owner_role, sum(amount_at_risk) from mart.exc_hold where is_open group by owner_role"
    ).fetchall()
    assert {role: sum(share.at_risk for share in mine) for role, mine in by_role.items()} == {
        role: amount or 0 for role, amount in expected
    }


def test_a_new_hold_above_the_limit_is_told_at_once_and_once(connection):
    always = Alerting(roles=OTHER, digest_at=time(0), digest_zone="UTC", large={"USD": Decimal("0.01")})
    told(connection, hospital.SECOND, alerting=always)  # the digest of the day covers what stands
    an_hour = hospital.SECOND + timedelta(hours=1)
    assert told(connection, an_hour, alerting=always) == {}
    before = hospital.FIRST - timedelta(days=1)
    connection.execute("update ops.notification set as_of = %s", [before])
    new = connection.execute(NEW, [before]).fetchall()
    assert new
    assert {title.split(" new")[0] + title.split("for")[1] for title in told(connection, an_hour, alerting=always)} == {
        f"{count} {role}" for role, count in new
    }
    assert told(connection, an_hour, alerting=always) == {}
