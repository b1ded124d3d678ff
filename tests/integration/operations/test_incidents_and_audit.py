"""Technical exceptions are one row per failing thing; audit events are added and belong to their transaction."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from tieout import audit, operations

NOW = datetime(2026, 4, 1, tzinfo=UTC)


@pytest.fixture
def connection(warehouse):
    with psycopg.connect(warehouse) as opened:
        yield opened


def seen(connection, at=NOW, **more):
    return operations.raise_incident(
        connection,
        fingerprint="extract:ap:invoice",
        incident_class="unavailable",
        message="AP answered 503.",
        runbook="ap_down",
        at=at,
        **more,
    )


def rows(connection):
    return connection.execute(
        "select state, attempts, first_seen_at, last_seen_at from ops.incident order by incident_id"
    ).fetchall()


def test_the_same_failure_again_updates_its_row(connection):
    later = NOW + timedelta(hours=1)
    assert seen(connection) == seen(connection, later, state="dead")
    assert rows(connection) == [("dead", 2, NOW, later)]


def test_what_fails_again_after_it_was_resolved_is_a_new_incident(connection):
    first = seen(connection)
    assert operations.resolve_incidents(connection, ["extract:ap:invoice"], at=NOW) == 1
    assert operations.resolve_incidents(connection, ["extract:ap:invoice"], at=NOW) == 0
    assert operations.resolve_incidents(connection, [], at=NOW) == 0
    assert seen(connection) != first
    assert [row[0] for row in rows(connection)] == ["resolved", "retrying"]


def test_what_a_look_does_not_find_again_is_over_and_what_others_found_stays(connection):
    said = {"incident_class": "unavailable", "message": "AP answered 503.", "runbook": "ap_down"}
    seen(connection)
    operations.raise_found(connection, {"late:a": said, "late:b": said}, kinds=["late:", "missing:"], at=NOW)
    operations.raise_found(connection, {"late:b": said}, kinds=["late:", "missing:"], at=NOW)
    found = connection.execute("select fingerprint, state, attempts from ops.incident order by fingerprint").fetchall()
    assert found == [("extract:ap:invoice", "retrying", 1), ("late:a", "resolved", 1), ("late:b", "retrying", 2)]


def test_only_dead_incidents_are_replayed(connection):
    seen(connection)
    assert operations.mark_replayed(connection, ["extract:ap:invoice"], at=NOW) == 0
    seen(connection, state="dead")
    assert operations.mark_replayed(connection, ["extract:ap:invoice"], at=NOW) == 1


def test_an_audit_event_keeps_what_changed_and_goes_with_its_transaction(connection):
    event = {"at": NOW, "actor": "s.steward", "action": "release", "subject_type": "row", "subject_id": "7"}
    audit.record(connection, **event, before={"state": "waiting"}, after={"state": "released"}, reason="checked")
    connection.rollback()
    audit.record(connection, **event, after={"state": "rejected"}, trace_id="t-1")
    assert connection.execute("select actor, before, after, reason, trace_id from audit.event").fetchall() == [
        ("s.steward", None, {"state": "rejected"}, None, "t-1")
    ]
