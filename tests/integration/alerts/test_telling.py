"""People are told of each cause once, over real mail and a real webhook, whatever storm is behind it."""

from io import StringIO
from types import SimpleNamespace

import pytest
from psycopg.conninfo import make_conninfo
from rich.console import Console

from launcher import alerts
from tests.integration.alerts.conftest import NOW
from tests.support.listeners import MailServer, serving
from tieout.alerts.failures import record_failure, record_success
from tieout.errors import ConfigurationError, Refused, Transient
from tieout.operations import raise_incident, resolve_incidents
from tieout.operators.alerts import Recovered, TechnicalFailure
from tieout.operators.extract import ExtractSource
from tieout.operators.feedback import Deliver
from tieout.warehouse.connection import connect

DEAD = "AP refused it with 422: account DE89370400440532013000 is unknown."


@pytest.fixture
def connection(warehouse):
    with connect(warehouse) as opened:
        yield opened


def dead_messages(connection, numbers):
    for number in numbers:
        raise_incident(
            connection, fingerprint=f"feedback:dead:{number}", incident_class="delivery failed", message=DEAD,
            runbook="replay", at=NOW, source_system="ap", object_name="match_result", state="dead",
        )  # fmt: skip
    connection.commit()


def task_fails(connection, number, error, system=None):
    record_failure(
        connection, dag_id="transform", task_id=f"t{number}", system=system, error=error, runbook="transform", at=NOW
    )
    connection.commit()


def test_a_thousand_dead_messages_and_fifty_failed_tasks_in_a_minute_are_one_message_each(connection, look, mail, chat):
    dead_messages(connection, range(1000))
    for number in range(50):
        task_fails(connection, number, ValueError("a value that nobody may read"))
    assert look() == {"opened": 4}
    assert look(1) == look(600) == {}
    assert mail.subjects == ["Tieout: [high] ap: delivery failed", "Tieout: [high] Tieout: pipeline failed"]
    assert {tuple(to) for to, _, _ in mail.mails} == {("engineers@hospital.example",)}
    assert [(path, token) for path, token, _ in chat.said] == [("/hooks/tieout", "Bearer token")] * 2
    said = [body["text"] for _, _, body in chat.said]
    assert "1000 open since" in said[0]
    assert "docs/runbooks/replay.md" in said[0]
    assert "transform.t49 failed: ValueError" in said[1]
    for text in (*said, *(text for _, _, text in mail.mails)):
        assert "DE8937" not in text
        assert "nobody may read" not in text


def test_make_status_lists_what_is_open_with_its_runbook(connection, look, mail, warehouse):
    shown = StringIO()
    console = Console(file=shown, width=120)
    alerts.show(warehouse, console)
    dead_messages(connection, range(1200))
    look()
    alerts.show(warehouse, console)
    alerts.show(make_conninfo(warehouse, port=1), console)
    said = shown.getvalue()
    assert "alerts: none open" in said
    assert [part in said for part in ("ap: delivery failed", "1,200", "docs/runbooks/replay.md")] == [True] * 3
    assert "alerts: unknown, the warehouse does not answer (OperationalError)" in said


def test_it_is_told_again_when_it_grows_tenfold_daily_and_once_when_it_is_over(connection, look, mail):
    dead_messages(connection, range(3))
    assert look() == {"opened": 1}
    dead_messages(connection, range(9))
    assert look(5) == {}
    dead_messages(connection, range(10))
    assert look(10) == {"changed": 1}
    assert look(10 + 24 * 60) == {"reminder": 1}
    resolve_incidents(connection, [f"feedback:dead:{number}" for number in range(10)], at=NOW)
    connection.commit()
    assert look(10 + 24 * 60 + 5) == {}  # it may come back
    assert look(10 + 24 * 60 + 10) == {"resolved": 1}
    assert look(10 + 24 * 60 + 15) == look(4000) == {}
    assert [subject.split("] ")[1] for subject in mail.subjects] == [
        "ap: delivery failed", "worse: ap: delivery failed", "still: ap: delivery failed", "ap: delivery failed"
    ]  # fmt: skip


def test_what_comes_and_goes_within_minutes_is_one_alert_and_what_mends_itself_is_none(connection, look, mail):
    for minutes in (0, 4, 8):
        dead_messages(connection, [1])
        look(minutes)
        resolve_incidents(connection, ["feedback:dead:1"], at=NOW)
        raise_incident(
            connection, fingerprint="extract:erp_west:invoices", incident_class="unavailable", message="503",
            runbook="extract", at=NOW, source_system="erp_west",
        )  # fmt: skip
        connection.commit()
        look(minutes + 2)
        resolve_incidents(connection, ["extract:erp_west:invoices"], at=NOW)
        connection.commit()
    look(30)
    assert [subject.split()[1] for subject in mail.subjects] == ["[high]", "[resolved]"]
    found = connection.execute("select title, looks, state from ops.alert order by alert_id").fetchall()
    assert found == [("ap: delivery failed", 3, "resolved"), ("erp_west: unavailable", 3, "resolved")]


def test_a_mail_server_that_is_down_fails_nobody_is_recorded_and_hears_everything_when_it_is_back(
    connection, look, mail, chat
):
    address = mail.server_address
    mail.shutdown()
    mail.server_close()
    dead_messages(connection, [1])
    assert look() == {"opened": 1}  # by chat
    failed = connection.execute("select class, source_system, runbook, state from ops.incident where fingerprint = %s",
                                ["notify:mail"]).fetchall()  # fmt: skip
    assert failed == [("delivery failed", "mail", "watch", "retrying")]
    assert look(5) == {"opened": 1}  # that there is no mail is an alert too; mail itself was tried once a look
    tried = "select count(*) from ops.notification where channel = 'mail' and error is not null"
    assert connection.execute(tried).fetchone() == (2,)
    with serving(MailServer(address[1])) as back:
        assert look(10) == {"opened": 2}
        assert look(30) == {"resolved": 2}
        assert back.subjects == [
            "Tieout: [high] ap: delivery failed",
            "Tieout: [high] mail: delivery failed",
            "Tieout: [resolved] mail: delivery failed",
        ]
    assert len(chat.said) == 3


def test_what_airflow_calls_when_a_task_ends_records_its_failure_with_its_system_and_its_end(
    airflow_warehouse, connection
):
    task = ExtractSource(task_id="extract_erp_west", system="erp_west")
    instance = SimpleNamespace(dag_id="extract_erp", task_id=task.task_id)
    context = {"task_instance": instance, "task": task, "exception": Transient("The ERP is down.")}
    TechnicalFailure(runbook="extract").notify(context)
    found = "select fingerprint, class, source_system, message, runbook, state from ops.incident"
    assert connection.execute(found).fetchall() == [
        ("task:extract_erp.extract_erp_west", "unavailable", "erp_west",
         "extract_erp.extract_erp_west failed: The ERP is down.", "extract", "dead")
    ]  # fmt: skip
    connection.commit()
    Recovered().notify(context)
    assert connection.execute("select state from ops.incident").fetchall() == [("resolved",)]


def test_that_a_target_refuses_us_is_told_once_whichever_dag_delivers(airflow_warehouse, connection):
    raise_incident(
        connection, fingerprint="feedback:target:ap", incident_class="refused", message="401",
        runbook="publish", at=NOW, source_system="ap", state="dead",
    )  # fmt: skip
    connection.commit()
    task = Deliver(task_id="deliver_ap", target="ap")
    for dag_id in ("deliver", "receive", "publish"):
        instance = SimpleNamespace(dag_id=dag_id, task_id=task.task_id)
        context = {"task_instance": instance, "task": task, "exception": Refused("ap refused our credentials: 401.")}
        TechnicalFailure(runbook=dag_id).notify(context)
    assert connection.execute("select fingerprint from ops.incident").fetchall() == [("feedback:target:ap",)]


def test_a_task_that_failed_is_not_told_beside_what_its_room_has_said_and_ends_with_its_success(connection):
    raise_incident(
        connection, fingerprint="extract:erp_west:invoices", incident_class="unavailable", message="503",
        runbook="transform", at=NOW, source_system="erp_west",
    )  # fmt: skip
    task_fails(connection, 1, Transient("503"), system="erp_west")
    task_fails(connection, 2, Transient("503"))
    task_fails(connection, 3, ConfigurationError("config/alerts.yml:3: technical: must have keys"))
    task_fails(connection, 4, ConfigurationError("config/alerts.yml:3: technical: must have keys"))
    opened = "select fingerprint from ops.incident where state in ('retrying', 'dead') order by incident_id"
    assert connection.execute(opened).fetchall() == [
        ("extract:erp_west:invoices",), ("task:transform.t2",), ("configuration",)
    ]  # fmt: skip
    assert record_success(connection, dag_id="watch", task_id="watch", checked=False, at=NOW) == 0
    assert record_success(connection, dag_id="transform", task_id="t2", checked=True, at=NOW) == 2
    assert connection.execute(opened).fetchall() == [("extract:erp_west:invoices",)]
