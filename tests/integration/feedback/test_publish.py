"""Desired state, then difference: what is told once is not told again."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from tieout.errors import ConfigurationError


def outbox(loop):
    return loop.rows("select subject_id, sequence, mode, body ->> 'verdict' from feedback.outbox order by message_id")


def test_a_conclusion_becomes_a_message_and_a_repeated_run_adds_nothing(loop):
    loop.conclude("INV-1")
    run_id = loop.run()
    assert loop.publish(run_id).live == 1
    assert loop.publish(run_id).live == 0
    assert loop.publish().live == 0
    assert outbox(loop) == [("ap:INV-1", 1, "live", "matched")]


def test_two_publications_at_once_make_each_message_once(loop):
    for number in range(30):
        loop.conclude(f"INV-{number}")
    run_id = loop.run()
    with ThreadPoolExecutor(2) as threads:
        assert sum(published.live for published in threads.map(loop.publish, [run_id, run_id])) == 30
    assert len(outbox(loop)) == 30


def test_a_changed_conclusion_is_the_subjects_next_message(loop):
    loop.conclude("INV-1", "awaiting_receipt")
    loop.publish()
    loop.conclude("INV-1", "matched")
    loop.publish()
    assert outbox(loop) == [
        ("ap:INV-1", 1, "live", "awaiting_receipt"),
        ("ap:INV-1", 2, "live", "matched"),
    ]


def test_a_verdict_taken_back_before_it_was_published_was_never_a_message(loop):
    loop.conclude("INV-1", "matched")
    loop.publish()
    loop.conclude("INV-1", "exception")
    loop.conclude("INV-1", "matched")
    assert loop.publish().live == 0


def test_a_conclusion_that_comes_back_has_a_key_of_its_own(loop):
    for verdict in ("matched", "exception", "matched"):
        loop.conclude("INV-1", verdict)
        loop.publish()
    assert loop.rows("select count(distinct idempotency_key), count(distinct facts_sha256) from feedback.outbox") == [
        (3, 2)
    ]


def test_a_desired_state_that_vanished_sends_nothing(loop):
    loop.conclude("INV-1")
    loop.publish()
    loop.rows("delete from fb.fb_desired_state")
    assert loop.publish().live == 0
    assert len(outbox(loop)) == 1


def test_a_backfill_makes_no_messages(loop):
    loop.conclude("INV-1")
    published = loop.publish(loop.run(sends_feedback=False))
    assert (published.sends, published.live) == (False, 0)
    assert outbox(loop) == []


def test_a_run_that_failed_or_does_not_exist_is_not_published(loop):
    loop.conclude("INV-1")
    with pytest.raises(ConfigurationError, match="failed"):
        loop.publish(loop.run(state="failed"))
    with pytest.raises(ConfigurationError, match="does not exist"):
        loop.publish("run-of-nobody")
    assert outbox(loop) == []


def test_an_invalid_body_becomes_an_incident_and_the_others_go_on(loop):
    for subject in ("INV-1", "INV-2", "INV-3"):
        loop.conclude(subject)
    loop.rows(
        "update fb.fb_desired_state set body = jsonb_set(body, '{lines,0,lineNumber}', '\"one\"')"
        " where subject_id in ('ap:INV-1', 'ap:INV-3')"
    )
    published = loop.publish()
    assert published.live == 1
    assert loop.incidents("retrying") == [("contract broken", "retrying")]
    message = loop.rows("select message from ops.incident")[0][0]
    assert message.startswith("2 bodies were not sent: $.lines[].lineNumber breaks 'type'")


def test_the_incident_of_a_body_ends_when_the_body_is_right(loop):
    loop.conclude("INV-1", "no such verdict")
    loop.publish()
    loop.conclude("INV-1", "matched")
    assert loop.publish().live == 1
    assert loop.incidents() == [("contract broken", "resolved")]


def test_an_operation_that_nobody_configured_is_an_incident_and_not_a_message(loop):
    loop.conclude("INV-1")
    loop.rows("update fb.fb_desired_state set operation = 'telepathy'")
    published = loop.publish()
    assert (published.live, dict(published.unconfigured)) == (0, {("ap", "telepathy"): 1})
    assert loop.incidents() == [("contract broken", "retrying")]


def test_off_makes_no_messages_and_an_entity_has_its_own_mode(loop):
    loop.mode("ap", "off", H2="live", H3="shadow")
    for subject, entity in (("INV-1", "H1"), ("INV-2", "H2"), ("INV-3", "H3")):
        loop.conclude(subject, entity=entity)
    published = loop.publish()
    assert (published.live, published.shadow) == (1, 1)
    assert [row[:3] for row in outbox(loop)] == [("ap:INV-2", 1, "live"), ("ap:INV-3", 1, "shadow")]


def test_going_live_tells_what_was_only_told_in_shadow(loop):
    loop.mode("ap", "shadow")
    loop.conclude("INV-1")
    assert loop.publish().shadow == 1
    assert loop.publish().shadow == 0
    loop.mode("ap", "live")
    assert loop.publish().live == 1
    assert loop.publish().live == 0
    loop.mode("ap", "shadow")
    assert loop.publish().shadow == 0


def there_and_back_in_shadow(loop):
    """The conclusion changes and changes back while nothing is sent."""
    loop.mode("ap", "shadow")
    for verdict in ("exception", "matched"):
        loop.conclude("INV-1", verdict)
        loop.publish()
    loop.mode("ap", "live")


def test_what_a_shadow_message_replaced_before_it_was_sent_is_told_when_it_is_live_again(loop, server):
    loop.conclude("INV-1")
    loop.publish()
    there_and_back_in_shadow(loop)
    assert loop.publish().live == 1
    loop.deliver()
    assert server.state["INV-1"]["verdict"] == "matched"
    assert server.effects == {"INV-1": 1}
    assert loop.publish().live == 0


def test_what_the_target_took_before_the_shadow_is_not_told_again(loop, server):
    loop.conclude("INV-1")
    loop.publish()
    loop.deliver()
    there_and_back_in_shadow(loop)
    assert loop.publish().live == 0


@pytest.mark.parametrize("mode", ["off", "shadow"])
def test_what_waited_while_it_was_not_live_goes_out_only_where_it_is_concluded_still(loop, server, mode):
    loop.conclude("INV-1")
    loop.conclude("INV-2")
    loop.publish()
    loop.mode("ap", mode)
    loop.conclude("INV-1", "exception")
    loop.publish()
    loop.mode("ap", "live")
    loop.deliver()
    assert server.received == [], "nobody has looked yet whether it is right still"
    loop.publish()
    loop.deliver()
    assert {subject: body["verdict"] for subject, body in server.state.items()} == {
        "INV-1": "exception", "INV-2": "matched",
    }  # fmt: skip
    assert server.effects == {"INV-1": 1, "INV-2": 1}


def test_messages_are_in_the_audit_trail(loop):
    loop.conclude("INV-1")
    loop.conclude("INV-2")
    loop.publish()
    assert loop.rows("select action, subject_id, after ->> 'messages' from audit.event") == [
        ("publish", "ap/match_result", "2")
    ]


def test_amounts_stay_exact_on_their_way_into_the_outbox(loop):
    loop.conclude("INV-1")
    loop.rows(
        'update fb.fb_desired_state set body = jsonb_set(body, \'{holds}\', \'[{"code": "price-over",'
        ' "lineNumber": 1, "amountAtRisk": 12345678901234567.10, "currency": "USD", "explanation": null}]\')'
    )
    loop.publish()
    assert loop.rows("select body #>> '{holds,0,amountAtRisk}' from feedback.outbox") == [("12345678901234567.10",)]


def test_a_message_and_its_place_in_the_queue_come_together_or_not_at_all(loop):
    loop.conclude("INV-1")
    loop.rows("alter table feedback.queue add constraint refuses check (subject_id <> 'ap:INV-1')")
    try:
        with pytest.raises(psycopg.errors.CheckViolation):
            loop.publish()
    finally:
        loop.rows("alter table feedback.queue drop constraint refuses")
    assert outbox(loop) == []


def test_a_message_keeps_until_when_its_operation_promised_that_it_is_confirmed(loop):
    loop.conclude("INV-1")
    loop.publish()
    promised = loop.targets["ap"].operations["match_result"].confirmation_sla
    assert loop.rows("select confirm_by - created_at from feedback.outbox") == [(promised,)]
