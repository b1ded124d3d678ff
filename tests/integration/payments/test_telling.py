"""People are told once that a batch waits for them, and once that silence refused it, by real mail and a real chat."""

from datetime import timedelta

import pytest

from tests.integration.payments.conftest import IBAN
from tests.support.listeners import MailServer, serving
from tieout.alerts import store
from tieout.alerts.alerting import Alerting, Recipients
from tieout.alerts.notices import tell_batches
from tieout.alerts.tell import Telling
from tieout.operators import watch
from tieout.operators.notifiers import AlertNotifier
from tieout.payments import answers
from tieout.warehouse.connection import connect

ROLES = {
    "treasury": Recipients(("treasury@hospital.example",), "chat_webhook"),
    "controller": Recipients(("controller@hospital.example",)),
}
MINUTES = timedelta(minutes=5)


@pytest.fixture
def look(paying, monkeypatch):
    """Look some time after the batch was frozen; returns the messages that were sent, by reason."""
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://airflow.hospital.example/")
    alerting = Alerting(roles=ROLES)

    def send(channel, recipients, message):
        AlertNotifier(channel, recipients, message, alerting).notify({})

    def run(after=MINUTES):
        at = paying.now + after
        with connect(paying.dsn) as connection:
            telling = Telling(connection, alerting, send, at, at, answers_at=watch.answers_at())
            tell_batches(telling)
        return telling.sent

    return run


def heard(mail):
    """Who got which mails, without what is said of everybody."""
    return [(*to, subject.removeprefix("Tieout: ")) for to, subject, _ in mail.mails]


def test_a_batch_that_waits_is_told_once_with_what_it_is_until_when_and_where_to_answer(paying, look, mail, chat):
    assert look() == {}
    paying.propose("P1", "100.00")
    paying.propose("P2", "50.50", vendor="V2")
    batch = paying.freeze()[0]
    assert look() == {"opened": 2}
    assert look() == look(timedelta(hours=19, minutes=59)) == {}
    assert heard(mail) == [("treasury@hospital.example", "1 batch of payments waits for treasury")]
    ((_, _, body),) = chat.said
    for said in (mail.mails[0][2], body["text"]):
        assert f"H2: 2 payments, 150.50 USD, to be answered until 2026-03-11 05:00 UTC (batch {batch.batch_id})" in said
        assert "https://airflow.hospital.example/required_actions?response_received=false" in said
        assert IBAN[-8:] not in said
    open_ = "select role, runbook, title like 'H2: 2 payments%%' from ops.alert where state = 'open'"
    with connect(paying.dsn) as connection:
        store.resolve_roles(connection, [], paying.now)  # nobody owns a hold
        assert len(store.also_open(connection, "treasury")) == 1
    assert paying.rows(open_) == [("treasury", "pay_suppliers", True)]
    paying.answer(batch, "c.fo")
    assert look() == {}
    assert paying.rows(open_) == []


def test_the_second_approver_is_told_when_asked_and_both_when_nobody_answers(paying, look, mail, chat):
    paying.propose("P1", "1500.00")
    batch = paying.freeze()[0]
    look()
    paying.now += timedelta(hours=3)
    paying.answer(batch, "c.fo")
    assert look() == {"opened": 1}
    assert "2026-03-11 08:00 UTC" in mail.mails[-1][2]
    paying.now += timedelta(hours=20)
    paying.answer(batch, None, round_=2)
    assert look() == {"resolved": 3}
    assert look() == look(timedelta(days=9)) == {}
    waits, refused = "1 batch of payments waits for", "1 batch of payments was refused, because nobody answered"
    assert heard(mail) == [
        ("treasury@hospital.example", f"{waits} treasury"),
        ("controller@hospital.example", f"{waits} controller"),
        ("controller@hospital.example", f"{refused} (controller)"),
        ("treasury@hospital.example", f"{refused} (treasury)"),
    ]


def test_what_was_refused_by_silence_is_told_though_nobody_looked_while_it_waited(paying, look, mail, chat):
    paying.propose("P1", "1500.00")
    paying.freeze()
    later = timedelta(hours=25)
    assert look(later) == {}  # nobody is asked to answer what is over
    answers.refuse_silent(paying.dsn, dag_run_id="another", now=paying.now + later)
    assert look(later) == {"resolved": 2}
    assert heard(mail) == [
        ("treasury@hospital.example", "1 batch of payments was refused, because nobody answered (treasury)")
    ]
    assert look(later) == {}


def test_what_a_person_refuses_is_told_nobody_and_batches_of_one_run_are_one_message(paying, look, mail, chat):
    paying.propose("P1", "100.00")
    paying.propose("P2", "70.00", batch_id="PB2", currency="EUR")
    batches = paying.freeze()
    assert len(batches) == 2
    assert look() == {"opened": 2}
    assert heard(mail) == [("treasury@hospital.example", "2 batches of payments wait for treasury")]
    for batch in batches:
        paying.answer(batch, "c.fo", "Refuse")
    assert look() == {}


def test_while_mail_is_down_the_chat_hears_once_and_mail_when_it_is_back(paying, look, mail, chat):
    address = mail.server_address
    mail.shutdown()
    mail.server_close()
    paying.propose("P1", "100.00")
    paying.freeze()
    assert look() == {"opened": 1}
    assert look() == {}
    assert len(chat.said) == 1
    failed = paying.rows("select channel, count(*) from ops.notification where error is not null group by channel")
    assert failed == [("mail", 2)]
    with serving(MailServer(address[1])) as back:
        assert look() == {"opened": 1}
        assert heard(back) == [("treasury@hospital.example", "1 batch of payments waits for treasury")]
