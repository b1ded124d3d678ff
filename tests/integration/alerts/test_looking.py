"""What should have happened by now is noticed, and over when it has happened."""

from datetime import timedelta
from decimal import Decimal

import psycopg
import pytest

from launcher import health
from tests.integration.alerts.conftest import MAIL, NOW
from tests.support.listeners import HealthEndpoint, serving
from tieout import settings
from tieout.alerts import ages, lists, store
from tieout.alerts.alerting import Alerting
from tieout.alerts.look import Schedules, look
from tieout.alerts.promises import ARRIVED, KNOWN, Promise, Served, late
from tieout.operators import schedules, watch
from tieout.operators.watch import Watch
from tieout.warehouse.connection import connect

H1, H2 = (Served(entity, "supply", "receipt_line") for entity in ("H1", "H2"))
PROMISES = [Promise("read", KNOWN, Decimal(2), "receipt_line"), Promise("rows", ARRIVED, Decimal(24), "receipt_line")]
OPEN = "select fingerprint from ops.incident where state in ('retrying', 'dead') order by fingerprint"
BATCH = """
insert into ops.batch (batch_id, source_system, feed, object, interval_start, interval_end, payload_sha256,
    archive_manifest, profile_version, entity_codes_sha256, contract_version, rows_read, rows_landed, rows_unchanged,
    state, origin, trace_id, landed_at)
values (%(id)s, 'supply', 'receipts', 'receipt_line', %(start)s, %(end)s, %(id)s, '', 1, '', 1, 1, 1, 0, %(state)s,
    'scheduled', 't', %(end)s)
"""
CONCLUDED = """
insert into ops.run (run_id, as_of, full_refresh, sends_feedback, state, started_at, ended_at)
values ('r', %s, false, true, 'succeeded', %s, %s)
"""
ROW = """
insert into raw.receipt_line (_source_system, _record_key, _batch_id, _payload_sha256, _row_number, _row_sha256,
    _profile_version, _ingested_at, _trace_id, entity_id)
values ('supply', %(id)s || %(entity)s, %(id)s, '', %(row)s, '', 1, %(end)s, 't', %(entity)s)
"""


@pytest.fixture
def connection(warehouse):
    with connect(warehouse) as opened:
        yield opened


def read(connection, hours_ago, outcome="succeeded"):
    """The system was asked for receipts up to some hours before noon."""
    end = NOW - timedelta(hours=hours_ago)
    connection.execute(
        "insert into ops.interface_run (direction, source_system, feed, object, interval_start, interval_end,"
        " started_at, outcome) values ('extract', 'supply', 'receipts', 'receipt_line', %s, %s, %s, %s)",
        (end - timedelta(hours=1), end, end, outcome),
    )


def came(connection, name, hours_ago, *entities, state="promoted"):
    """Receipts of facilities came in a batch."""
    end = NOW - timedelta(hours=hours_ago)
    connection.execute(BATCH, {"id": name, "start": end - timedelta(hours=1), "end": end, "state": state})
    for row, entity in enumerate(entities):
        connection.execute(ROW, {"id": name, "entity": entity, "row": row, "end": end})


def looked(connection, at=NOW):
    """What is open after a look."""
    served = [H1, H2]
    found = late(at, PROMISES, served, ages.read_ages(connection, PROMISES, served))
    ages.record_late(connection, found, at)
    return [fingerprint for (fingerprint,) in connection.execute(OPEN)]


def test_a_system_that_was_not_read_and_a_facility_whose_rows_did_not_come_are_late_until_they_are_not(connection):
    assert looked(connection) == []  # nobody has asked yet
    read(connection, 30)
    came(connection, "old", 30, "H1", "H2")
    came(connection, "new", 3, "H2")
    read(connection, 3)
    read(connection, 1, outcome="failed")
    assert looked(connection) == ["late:read:supply:receipt_line", "late:rows:supply:receipt_line:H1"]
    message = "select message, entity_id from ops.incident where fingerprint like 'late:rows%'"
    assert connection.execute(message).fetchone() == (
        "receipt_line from supply, rows of H1: known up to 2026-03-31 06:00 UTC, promised (rows) up to"
        " 2026-03-31 12:00.",
        "H1",
    )
    read(connection, 0)
    came(connection, "now", 0, "H1")
    assert looked(connection) == []


def test_what_landed_and_was_not_let_through_is_not_known(connection):
    read(connection, 0)
    came(connection, "waits", 3, "H1", "H2", state="landed")
    assert "late:read:supply:receipt_line" in looked(connection)
    connection.execute("update ops.batch set state = 'promoted'")
    assert looked(connection) == []


def test_a_system_that_never_answered_is_late_from_when_it_was_first_asked(connection):
    read(connection, 1, outcome="failed")
    assert looked(connection) == []
    assert looked(connection, NOW + timedelta(hours=2)) == ["late:read:supply:receipt_line"]


def test_a_dag_that_did_not_run_is_noticed_and_over_when_it_has(connection):
    runs = set()

    def at(minutes):
        look(
            connection, config=settings.config_dir(), alerting=Alerting(), now=NOW + timedelta(minutes=minutes),
            business_now=NOW, schedules=Schedules({"extract_bank": "0 * * * *"}),
            made=lambda dag_id, starts, _: any((dag_id, start) in runs for start in starts),
        )  # fmt: skip
        return [fingerprint for (fingerprint,) in connection.execute(OPEN)]

    came(connection, "waits", 0, "H1", state="landed")
    connection.execute(CONCLUDED, [NOW, NOW, NOW + timedelta(minutes=1)])
    assert at(5) == ["missing:extract_bank"]
    assert at(65) == ["missing:extract_bank", "missing:publish", "missing:transform"]
    runs.add(("extract_bank", NOW))
    connection.execute("update ops.batch set state = 'promoted'")
    store.beat(connection, "publish", NOW + timedelta(minutes=66))
    assert at(75) == []


def test_a_screening_list_that_stops_coming_is_noticed_until_it_comes_again(connection):
    days = {"sdn": 14, "leie": 45}

    def at(after):
        lists.record_stale(connection, lists.stale(NOW + after, days, lists.read_taken(connection, days)), NOW + after)
        return [fingerprint for (fingerprint,) in connection.execute(OPEN)]

    def took(feed, after, outcome="landed"):
        connection.execute(
            "insert into ops.taken_file (source_system, feed, path, size_bytes, modified_at, outcome, taken_at)"
            " values ('screening', %(feed)s, %(feed)s, 1, %(at)s, %(outcome)s, %(at)s)",
            {"feed": feed, "at": NOW + after, "outcome": outcome},
        )

    day = timedelta(days=1)
    assert at(90 * day) == []  # nobody has asked for a list yet
    connection.execute(
        "insert into ops.interface_run (direction, source_system, feed, object, interval_start, interval_end,"
        " started_at, outcome) values ('extract', 'screening', 'sdn', 'screening_entry', %s, %s, %s, 'succeeded')",
        (NOW, NOW, NOW),
    )
    took("sdn", 2 * day)
    assert at(16 * day) == []
    assert at(16 * day + timedelta(seconds=1)) == ["stale:screening:sdn"]
    took("sdn", 17 * day, "rejected")
    assert at(17 * day) == ["stale:screening:sdn"]
    took("sdn", 18 * day, "repeated")
    assert at(18 * day) == []
    assert at(46 * day) == ["stale:screening:leie", "stale:screening:sdn"]  # the one never came, the other no more
    ((runbook, said),) = connection.execute(
        "select runbook, message from ops.incident where fingerprint = 'stale:screening:leie'"
    )
    assert (runbook, "more than 45 days ago" in said) == ("decide_screening", True)


def test_the_dag_tells_people_and_leaves_a_heartbeat_also_on_a_wrong_configuration(
    airflow_warehouse, connection, mail, monkeypatch, tmp_path
):
    monkeypatch.setenv("TIEOUT_CONFIG", str(tmp_path))
    monkeypatch.setattr(watch, "was_made", lambda *_: False)
    (tmp_path / "schedules.yml").write_text("wall: {start_date: 2026-01-01, extract_ap: '*/5 * * * *', watch: x}\n")
    (tmp_path / "alerts.yml").write_text(f"technical: {{mail: [{MAIL[0]}], chat: not a connection}}\n")
    schedules._schedules.cache_clear()
    done = Watch(task_id="watch").execute({})
    schedules._schedules.cache_clear()
    assert done == {"late": 0, "old": 0, "missing": 1, "sent": {"opened": 1}}
    assert mail.subjects == ["Tieout: [high] Tieout: pipeline failed"]
    assert "extract_ap did not run" in mail.mails[0][2]
    assert health.warehouse_troubles(airflow_warehouse, settings.wall_now(), timedelta(minutes=1)) == []


@pytest.mark.parametrize(
    ("scheduler", "says"),
    [("healthy", []), ("unhealthy", ["Airflow's scheduler is unhealthy: docs/runbooks/outage_airflow.md"])],
)
def test_the_check_from_outside_names_the_component_of_airflow_that_is_away(scheduler, says):
    states = {name: {"status": "healthy"} for name in health.COMPONENTS} | {"scheduler": {"status": scheduler}}
    with serving(HealthEndpoint(states)) as server:
        assert health.airflow_troubles(f"http://127.0.0.1:{server.server_address[1]}") == says


def test_the_check_from_outside_says_what_is_away(warehouse, connection, empty_database, capsys):
    def troubles(dsn=warehouse, minutes=0):
        found = health.warehouse_troubles(dsn, NOW + timedelta(minutes=minutes), timedelta(minutes=15))
        return [trouble.split(":")[0] for trouble in found]

    assert troubles(empty_database) == ["The warehouse is not migrated"]
    assert troubles() == ["`watch` has never run"]
    store.beat(connection, "watch", NOW)
    connection.commit()
    assert troubles(minutes=15) == []
    assert troubles(minutes=16) == ["`watch` last did its work at 2026-04-01 12"]
    away = psycopg.conninfo.make_conninfo(warehouse, port=1)
    assert troubles(away) == ["The warehouse does not answer (OperationalError)"]
    assert health.main(["--airflow", "http://127.0.0.1:1", "--warehouse", away]) == 1
    said = capsys.readouterr().out
    assert "docs/runbooks/outage_airflow.md" in said
    assert "docs/runbooks/outage_warehouse.md" in said
