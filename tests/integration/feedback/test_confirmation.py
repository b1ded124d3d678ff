"""What the following extraction shows confirms a message; what it does not show becomes a technical exception."""

from datetime import timedelta

import psycopg
import pytest

from tieout import settings
from tieout.feedback.confirmation import Confirmed, confirm
from tieout.feedback.targets import load_targets
from tieout.feedback.unsent import report_unsent

DAY = timedelta(days=1)
READ_BACK = [
    pytest.param(target.name, operation.name, id=f"{target.name}-{operation.name}")
    for target in load_targets(settings.CHECKOUT / "config" / "feedback").values()
    for operation in target.operations.values()
    if operation.read_back is not None
]


def look(loop):
    with psycopg.connect(loop.dsn) as connection:
        return confirm(connection, loop.now, targets_config=loop.targets)


def send(loop, *subjects, verdict="matched"):
    for subject in subjects:
        loop.conclude(subject, verdict)
    loop.publish()
    loop.deliver()


def next_day(loop):
    loop.now += DAY
    loop.run()


def test_a_message_is_confirmed_when_the_record_shows_it(loop):
    send(loop, "INV-1", "INV-2")
    next_day(loop)
    loop.observe("INV-1", "matched|", loop.now)
    loop.observe("INV-2", "exception|price-over", loop.now)
    assert look(loop).confirmed == 1
    assert loop.states() == {"INV-1": ["confirmed"], "INV-2": ["acknowledged"]}
    assert look(loop).confirmed == 0


def test_what_the_record_showed_before_the_sending_confirms_nothing(loop):
    send(loop, "INV-1")
    loop.observe("INV-1", "matched|", loop.now)
    assert look(loop).confirmed == 0


def test_a_record_that_showed_it_before_is_confirmed_once_the_source_was_read_after_the_sending(loop):
    loop.observe("INV-1", "matched|", loop.now)
    send(loop, "INV-1")
    next_day(loop)
    assert look(loop).confirmed == 0
    loop.rows(
        "insert into ops.interface_run (direction, source_system, object, interval_start, interval_end, started_at,"
        " outcome) values ('extract', 'ap', 'invoice', %s, %s, %s, 'succeeded')",
        loop.now - DAY,
        loop.now,
        loop.now,
    )
    assert look(loop).confirmed == 1


def test_what_is_landed_and_not_yet_judged_holds_such_a_confirmation_back(loop):
    loop.observe("INV-1", "matched|", loop.now)
    send(loop, "INV-1")
    next_day(loop)
    loop.rows(
        "insert into ops.interface_run (direction, source_system, object, interval_start, interval_end, started_at,"
        " outcome) values ('extract', 'ap', 'invoice', %s, %s, %s, 'succeeded')",
        loop.now - DAY,
        loop.now,
        loop.now,
    )
    loop.rows(
        "insert into ops.batch (batch_id, source_system, feed, object, interval_start, interval_end, payload_sha256,"
        " archive_manifest, profile_version, contract_version, rows_read, rows_landed, rows_unchanged, origin,"
        " trace_id, landed_at) values ('b', 'ap', 'invoices', 'invoice', %s, %s, '', '', 1, 1, 1, 1, 0, 'scheduled',"
        " 't', %s)",
        loop.now - DAY,
        loop.now,
        loop.now,
    )
    assert look(loop).confirmed == 0


def test_only_a_subjects_last_message_is_confirmed(loop):
    send(loop, "INV-1", verdict="exception")
    loop.now += timedelta(hours=1)
    send(loop, "INV-1", verdict="matched")
    next_day(loop)
    loop.observe("INV-1", "exception|", loop.now)
    assert look(loop).confirmed == 0
    loop.observe("INV-1", "matched|", loop.now)
    assert look(loop).confirmed == 1
    assert loop.states() == {"INV-1": ["acknowledged", "confirmed"]}


def test_what_is_not_taken_over_within_the_sla_is_an_incident_until_it_is(loop):
    send(loop, "INV-1")
    next_day(loop)
    assert look(loop).overdue == 0
    next_day(loop)
    assert look(loop).overdue == 1
    assert look(loop).overdue == 1
    assert loop.incidents() == [("delivery failed", "retrying")]
    assert loop.rows("select attempts, message like 'Not taken over: ap%' from ops.incident") == [(2, True)]
    loop.observe("INV-1", "matched|", loop.now)
    assert look(loop).overdue == 0
    assert loop.incidents() == [("delivery failed", "resolved")]


def test_a_newer_message_ends_the_incident_of_the_older(loop):
    send(loop, "INV-1", verdict="exception")
    loop.now += 2 * DAY
    look(loop)
    assert loop.incidents("retrying") == [("delivery failed", "retrying")]
    send(loop, "INV-1", verdict="matched")
    assert loop.incidents("retrying") == []


AWAITED = "select o.subject_id from feedback.awaited inner join feedback.outbox as o using (message_id) order by 1"


def test_what_is_looked_for_is_exactly_what_a_target_took_and_nothing_has_shown(loop, server):
    send(loop, "SHOWN", "REPLACED", "AGAIN", "OPEN")
    loop.conclude("AGAIN", "exception")
    loop.conclude("REPLACED", "exception")
    loop.conclude("WAITS")
    loop.publish()
    assert loop.rows(AWAITED) == [("ap:OPEN",), ("ap:SHOWN",)]
    loop.rows("update feedback.queue set due_at = '9000-01-01' where subject_id in ('ap:WAITS', 'ap:REPLACED')")
    loop.deliver()
    assert loop.rows(AWAITED) == [("ap:AGAIN",), ("ap:OPEN",), ("ap:SHOWN",)]
    next_day(loop)
    loop.observe("SHOWN", "matched|", loop.now)
    assert look(loop).confirmed == 1
    assert loop.rows(AWAITED) == [("ap:AGAIN",), ("ap:OPEN",)]


def test_what_has_not_got_through_when_it_had_to_be_confirmed_is_one_incident_until_it_has(loop, server):
    loop.conclude("INV-1")
    loop.conclude("INV-2")
    loop.conclude("INV-3", entity="H2")
    loop.publish()
    loop.mode("ap", "live", H2="off")  # is held back on purpose

    def report():
        with psycopg.connect(loop.dsn) as connection:
            return report_unsent(connection, loop.now, loop.targets)

    next_day(loop)
    assert report() == 0
    next_day(loop)
    assert [report(), report()] == [2, 2]
    assert loop.rows("select source_system, object, class, state, message like '2 messages%%' from ops.incident") == [
        ("ap", "match_result", "delivery failed", "retrying", True)
    ]
    loop.deliver()
    assert report() == 0
    assert loop.incidents() == [("delivery failed", "resolved")]


@pytest.mark.parametrize(("target", "operation"), READ_BACK)
def test_each_kind_of_message_is_missed_after_its_sla_and_confirmed_by_what_is_read_back(loop, target, operation):
    loop.rows(
        "with message as (insert into feedback.outbox (target, operation, entity_id, subject_type, subject_id,"
        " sequence, target_key, body, facts_sha256, readback, schema_version, idempotency_key, mode, run_id,"
        " created_at)"
        " values (%s, %s, 'H1', 'subject', 'S', 1, 'S', '{}', '', 'wanted', 1, 'k', 'live', 'run', %s)"
        " returning message_id) insert into feedback.attempt (message_id, at, tried_at, outcome, worker)"
        " select message_id, %s, %s, 'acknowledged', 'w' from message",
        target, operation, loop.now, loop.now, loop.now,
    )  # fmt: skip
    promised = loop.targets[target].operations[operation].confirmation_sla
    loop.now += promised - timedelta(seconds=1)
    loop.run()
    assert look(loop).overdue == 0
    loop.now += timedelta(seconds=1)
    assert look(loop).overdue == 1
    assert loop.rows("select source_system, object, class, state from ops.incident") == [
        (target, operation, "delivery failed", "retrying")
    ]
    shows = "insert into fb.fb_observed_state values (%s, %s, 'S', %s, %s)"
    loop.rows(shows, target, operation, "something else", loop.now)
    assert look(loop).confirmed == 0
    loop.rows("delete from fb.fb_observed_state")
    loop.rows(shows, target, operation, "wanted", loop.now)
    assert look(loop) == Confirmed(confirmed=1, overdue=0)
    assert loop.incidents() == [("delivery failed", "resolved")]
