"""The service desk hears of technical exceptions: of each change once, and of nothing about itself."""

from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest

from tieout import operations
from tieout.feedback.exceptions import enqueue_exceptions

HOUR = timedelta(hours=1)


@pytest.fixture
def told(loop):
    """Let time pass by an hour, make messages, and return what they say."""

    def tell():
        loop.now += HOUR
        with psycopg.connect(loop.dsn) as connection:
            made = enqueue_exceptions(connection, now=loop.now, targets_config=loop.targets).live
        rows = loop.rows(
            "select subject_id, body ->> 'status', (body ->> 'things')::int from feedback.outbox"
            " where operation = 'technical_exception' order by message_id desc limit %s",
            made,
        )
        return rows[::-1]

    return tell


def fails(loop, fingerprint, *, system="ap", state="retrying", incident_class="unavailable", name="invoice"):
    with psycopg.connect(loop.dsn) as connection:
        operations.raise_incident(
            connection,
            fingerprint=fingerprint,
            incident_class=incident_class,
            message=f"{system} fails",
            runbook="extract",
            at=loop.now,
            source_system=system,
            object_name=name,
            state=state,
        )


def works_again(loop, *fingerprints):
    with psycopg.connect(loop.dsn) as connection:
        operations.resolve_incidents(connection, fingerprints, at=loop.now)


def test_an_exception_is_told_when_it_opens_dies_and_is_over_and_not_in_between(loop, told):
    assert told() == []
    for _ in range(3):
        fails(loop, "extract:ap:invoice")
        first = told()
        assert first == ([("extract:ap:invoice", "open", 1)] if _ == 0 else [])
    fails(loop, "extract:ap:invoice", state="dead", incident_class="refused")
    assert told() == [("extract:ap:invoice", "dead", 1)]
    assert told() == []
    works_again(loop, "extract:ap:invoice")
    assert told() == [("extract:ap:invoice", "resolved", 1)]
    assert told() == []
    fails(loop, "extract:ap:invoice")
    assert told() == [("extract:ap:invoice", "open", 1)]


def test_a_thousand_dead_letters_are_one_ticket_until_the_last_is_gone(loop, told):
    for number in range(1000, 1010):
        fails(loop, f"feedback:dead:{number}", state="dead", incident_class="delivery failed", name="match_result")
    assert told() == [("feedback:dead:ap:match_result", "dead", 10)]
    fails(loop, "feedback:dead:1010", state="dead", incident_class="delivery failed", name="match_result")
    works_again(loop, "feedback:dead:1000")
    assert told() == []
    works_again(loop, *(f"feedback:dead:{number}" for number in range(1001, 1011)))
    assert told() == [("feedback:dead:ap:match_result", "resolved", 10)]


def test_what_came_and_went_unheard_is_not_told(loop, told):
    fails(loop, "extract:ap:invoice")
    works_again(loop, "extract:ap:invoice")
    assert told() == []


def test_the_desks_own_trouble_is_not_told_to_the_desk(loop, told, server):
    fails(loop, "extract:ap:invoice")
    told()
    server.answer_next(422)
    assert loop.deliver("service_desk").dead == 1
    assert loop.incidents("dead") == [("delivery failed", "dead")]
    assert told() == []


def test_the_desk_receives_what_is_told_and_its_answer_confirms(loop, told, server):
    fails(loop, "extract:ap:invoice")
    told()
    loop.deliver("service_desk")
    assert server.effects == {"extract:ap:invoice": 1}
    body = server.state["extract:ap:invoice"]
    assert (body["class"], body["system"], body["runbook"]) == ("unavailable", "ap", "extract")
    assert loop.rows("select state from feedback.message_state") == [("confirmed",)]


def test_a_change_that_was_not_sent_is_replaced_by_the_next(loop, told, server):
    fails(loop, "extract:ap:invoice")
    told()
    fails(loop, "extract:ap:invoice", state="dead")
    told()
    loop.deliver("service_desk")
    assert loop.rows("select state from feedback.message_state order by sequence") == [("superseded",), ("confirmed",)]
    assert len(server.received) == 1
    assert server.state["extract:ap:invoice"]["status"] == "dead"


def test_exceptions_that_break_the_desks_schema_are_one_of_their_own_and_hold_nothing_else_up(loop, told):
    narrow = replace(
        loop.targets["service_desk"].operations["technical_exception"],
        schema={"properties": {"message": {"maxLength": 3}}},
    )
    shipped = loop.targets["service_desk"].operations
    loop.change("service_desk", operations={**shipped, "technical_exception": narrow})
    fails(loop, "extract:ap:invoice")
    fails(loop, "extract:erp_west:invoice", system="erp_west")
    assert told() == []
    assert told() == []
    mine = "select class, state, attempts, message from ops.incident where source_system = 'service_desk'"
    ((incident_class, state, attempts, message),) = loop.rows(mine)
    assert (incident_class, state, attempts) == ("contract broken", "retrying", 2)
    assert message.startswith("2 technical exceptions were not told: $.message breaks 'maxLength'")
    loop.conclude("INV-1")
    assert loop.publish().live == 1
    assert loop.rows(mine)[0][1:3] == ("retrying", 2), "publishing verdicts does not end it"
    loop.change("service_desk", operations=shipped)
    assert len(told()) == 2
    assert loop.rows(mine)[0][1] == "resolved"
