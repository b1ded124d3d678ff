"""What the following extraction shows confirms a message; what it does not show becomes a technical exception."""

from datetime import timedelta

import psycopg

from tieout.feedback.confirmation import confirm
from tieout.feedback.summary import summary

DAY = timedelta(days=1)


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


def test_the_summary_counts_how_far_messages_got(loop, server):
    server.answer_next(422)
    loop.change("ap", parallel_requests=1)
    send(loop, "INV-1", "INV-2", "INV-3")
    next_day(loop)
    loop.observe("INV-2", "matched|", loop.now)
    look(loop)
    with psycopg.connect(loop.dsn) as connection:
        (row,) = summary(connection)
    assert (row.target, row.operation) == ("ap", "match_result")
    assert (row.messages, row.sent, row.acknowledged, row.confirmed, row.dead) == (3, 3, 2, 1, 1)
