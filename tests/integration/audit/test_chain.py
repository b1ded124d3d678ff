"""The audit trail is chained without making writers wait, and whatever is done to it afterwards is found."""

import json
import secrets
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from tieout import audit, operations, settings
from tieout.archive.keys import Keys
from tieout.archive.store import Archive
from tieout.audit import __main__ as cli
from tieout.audit import anchors, chain, upkeep
from tieout.audit.encoding import COLUMNS
from tieout.audit.verify import RESTORED, look, verify
from tieout.warehouse import migrate

FIRST_DAY = datetime(2026, 4, 1, 9, tzinfo=UTC)


class Trail:
    """A warehouse's audit trail and its archive."""

    def __init__(self, dsn: str, folder: Path) -> None:
        self.dsn = dsn
        self.folder = folder
        self.archive = Archive(folder, Keys([b"k" * 32], b"t" * 32))
        self.day = FIRST_DAY

    def write(self, count: int) -> None:
        """Add events, each in a transaction of its own."""
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            for number in range(count):
                audit.record(
                    connection, at=self.day + timedelta(minutes=number, microseconds=7), actor="s.steward",
                    action="release", subject_type="quarantine", subject_id=str(number),
                    before={"state": "waiting", "value": 1.50}, after={"note": 'a "quote"\n\ttab — ü'},
                )  # fmt: skip

    def check(self):
        """Do what is done daily."""
        with psycopg.connect(self.dsn) as connection:
            return upkeep.check(connection, self.archive, self.day)

    def next_day(self, count: int = 4):
        """Add events and check them a day later."""
        self.day += timedelta(days=1)
        self.write(count)
        return self.check()

    def findings(self) -> list[str]:
        """What a verification finds."""
        with psycopg.connect(self.dsn) as connection:
            return verify(connection, self.archive).findings.shown

    def tamper(self, *statements: str) -> None:
        """Do as a superuser what the triggers refuse to everybody."""
        with psycopg.connect(self.dsn) as connection:
            connection.execute("set session_replication_role = replica")
            for statement in statements:
                connection.execute(statement.encode())

    def query(self, statement: str):
        """The rows of a query."""
        with psycopg.connect(self.dsn) as connection:
            return connection.execute(statement.encode()).fetchall()


@pytest.fixture(scope="module")
def three_days(postgres, warehouse_template):
    """A trail of three days, in a database that each test copies."""
    name = f"trail_{secrets.token_hex(6)}"
    trail = Trail(postgres.create_database(name, template=warehouse_template), Path(tempfile.mkdtemp()))
    for _ in range(3):
        assert trail.next_day().findings.count == 0
    yield name, trail
    postgres.drop_database(name)


class Tampered(Trail):
    """A trail that is tampered with in one transaction, which is undone."""

    def __init__(self, original: Trail, connection: psycopg.Connection) -> None:
        super().__init__(original.dsn, original.folder)
        self.connection = connection

    def findings(self) -> list[str]:
        """What a verification finds."""
        return look(self.connection, self.archive).findings.shown

    def tamper(self, *statements: str) -> None:
        """Do as a superuser what the triggers refuse to everybody."""
        self.connection.execute("set local session_replication_role = replica")
        for statement in statements:
            self.connection.execute(statement.encode())

    def query(self, statement: str):
        """The rows of a query."""
        return self.connection.execute(statement.encode()).fetchall()


@pytest.fixture
def tampered(three_days):
    """The trail of three days; whatever is done to it is undone."""
    _, original = three_days
    with psycopg.connect(original.dsn) as connection:
        yield Tampered(original, connection)
        connection.rollback()


@pytest.fixture
def trail(postgres, three_days):
    """A copy of the trail of three days, to be tampered with."""
    template, original = three_days
    name = f"trail_{secrets.token_hex(6)}"
    copy = Trail(postgres.create_database(name, template=template), original.folder)
    copy.archive, copy.day = original.archive, original.day
    yield copy
    postgres.drop_database(name)


def test_positions_have_no_gap_and_each_day_has_an_anchor(trail):
    events = trail.query("select count(*) from audit.event")[0][0]
    assert [row[0] for row in trail.query("select position from audit.chain order by 1")] == [*range(1, events + 1)]
    days = [row[0] for row in trail.query("select after ->> 'day' from audit.event where action = 'anchor' order by 1")]
    assert days == ["2026-04-02", "2026-04-03", "2026-04-04"]
    assert trail.check().anchors == 3, "a second verification of the day writes no other anchor"
    assert trail.findings() == []


def test_a_check_that_had_nothing_to_anchor_leaves_no_transaction_open(trail):
    with psycopg.connect(trail.dsn) as connection:
        upkeep.check(connection, trail.archive, trail.day)
        assert verify(connection, trail.archive).findings.shown == []


def test_the_encoding_covers_every_column_of_an_event(trail):
    columns = trail.query(
        "select column_name from information_schema.columns where (table_schema, table_name) = ('audit', 'event')"
    )
    assert {name for (name,) in columns} == set(COLUMNS)


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ("at = at + interval '1 microsecond'", "at"),
        ("actor = 'other'", "actor"),
        ("action = 'reject'", "action"),
        ("subject_type = 'batch'", "subject_type"),
        ("subject_id = '99'", "subject_id"),
        ('before = \'{"state": "waiting", "value": 1.51}\'', "before"),
        ("after = null", "after"),
        ("reason = 'because'", "reason"),
        ("trace_id = ''", "trace_id"),
    ],
)
def test_a_change_of_any_column_is_found_at_its_position(tampered, change, column):
    position, event_id = tampered.query(
        "select position, event_id from audit.chain join audit.event using (event_id)"
        " where action = 'release' order by 1 offset 2 limit 1"
    )[0]
    tampered.tamper(f"update audit.event set {change} where event_id = {event_id}")
    assert change.startswith(f"{column} =")
    assert tampered.findings() == [f"Position {position}: event {event_id} or its place was changed."]


def test_a_deleted_event_is_found_at_its_position(tampered):
    position, event_id = tampered.query("select position, event_id from audit.chain order by 1 offset 4 limit 1")[0]
    tampered.tamper(f"delete from audit.event where event_id = {event_id}")
    assert tampered.findings() == [f"Position {position}: event {event_id} was deleted."]


def test_an_event_deleted_together_with_its_link_is_found(tampered):
    tampered.tamper(
        "delete from audit.event where event_id = (select event_id from audit.chain where position = 5)",
        "delete from audit.chain where position = 5",
    )
    assert tampered.findings() == ["Position 5: removed from the chain."]


def test_a_pair_that_changed_places_is_found(tampered):
    tampered.tamper(
        "update audit.chain set position = 999 where position = 5",
        "update audit.chain set position = 5 where position = 6",
        "update audit.chain set position = 6 where position = 999",
    )
    found = tampered.findings()
    assert [sentence.partition(":")[0] for sentence in found[:3]] == ["Position 5", "Position 6", "Position 7"]


def test_events_that_changed_their_contents_with_each_other_are_found(tampered):
    tampered.tamper(
        "update audit.event as e set subject_id = o.subject_id, at = o.at from audit.chain as c, audit.chain as d,"
        " audit.event as o where c.position in (5, 6) and d.position = 11 - c.position"
        " and e.event_id = c.event_id and o.event_id = d.event_id"
    )
    assert [sentence.partition(":")[0] for sentence in tampered.findings()] == ["Position 5", "Position 6"]


def test_an_event_put_in_past_the_trigger_is_found(tampered):
    tampered.tamper(
        "insert into audit.event (event_id, at, actor, action, subject_type, subject_id) overriding system value"
        " values (0, now(), 'x', 'release', 'quarantine', '1')"
    )
    assert tampered.findings() == [
        "Event 0: has no position and waits for none; it was put in by hand, or the chain was cut."
    ]


def test_a_row_put_between_is_found(tampered):
    tampered.tamper(
        "insert into audit.event (event_id, at, actor, action, subject_type, subject_id) overriding system value"
        " values (0, now(), 'x', 'release', 'quarantine', '1')",
        "update audit.chain set position = position + 1000 where position > 5",
        "update audit.chain set position = position - 999 where position > 1000",
        "insert into audit.chain select 6, 0, sha256, repeat('a', 64) from audit.chain where position = 5",
    )
    found = tampered.findings()
    assert "Position 6: event 0 or its place was changed." in found
    assert "Position 7: does not follow position 6; rows were moved or put between." in found
    assert any(sentence.startswith("Anchor") for sentence in found)


def test_a_cut_tail_is_found_by_the_anchors(tampered):
    position = tampered.query("select (after ->> 'position')::int from audit.event where action = 'anchor' order by 1")
    cut, last = position[0][0], position[-1][0]
    tampered.tamper(
        f"delete from audit.event where event_id in (select event_id from audit.chain where position > {cut})",
        f"delete from audit.chain where position > {cut}",
    )
    found = tampered.findings()
    assert found[-1] == (
        f"Positions {cut + 1} to {last}: cut off the chain's end; Anchor 3 of 2026-04-04 knew position {last}."
    )


def test_a_chain_that_was_written_anew_is_found_by_the_anchors(trail):
    event = trail.query("select event_id from audit.chain where position = 6")[0][0]
    trail.tamper(
        f"update audit.event set actor = 'nobody' where event_id = {event}",
        "delete from audit.chain where position >= 6",
        "insert into audit.unchained select event_id from audit.event"
        " where event_id not in (select event_id from audit.chain)",
    )
    with psycopg.connect(trail.dsn) as connection:
        chain.append(connection)
    found = trail.findings()
    assert found
    assert all("the chain was written anew" in sentence for sentence in found)
    assert all(": at a position after" in sentence for sentence in found)


def test_a_restore_that_is_told_explains_the_anchors_that_it_took_along(trail):
    cut = trail.query("select min((after ->> 'position')::int) from audit.event where action = 'anchor'")[0][0]
    trail.tamper(
        f"delete from audit.event where event_id in (select event_id from audit.chain where position > {cut + 1})",
        f"delete from audit.chain where position > {cut + 1}",
    )
    assert len(trail.findings()) == 2
    with psycopg.connect(trail.dsn) as connection:
        audit.record(
            connection, at=trail.day, actor="journal", action=RESTORED, subject_type="warehouse", subject_id="1",
            after={"anchors_lost": [2, 3]},
        )  # fmt: skip
    try:
        report = trail.next_day(count=20)
        assert report.findings.shown == []
        assert report.notes[0].startswith("Event ")
        assert [note.endswith("A restore explains it.") for note in report.notes] == [False, True, True]
        assert trail.check().anchors == 2, "the new anchor has a number after those that were lost"
        assert (trail.folder / "anchors" / "00000004").exists()
    finally:
        (trail.folder / "anchors" / "00000004").unlink(missing_ok=True)


def test_an_anchor_that_was_changed_or_is_missing_is_found_with_its_day(tampered):
    kept = {path.name: path.read_bytes() for path in (tampered.folder / "anchors").iterdir()}
    try:
        second = tampered.folder / "anchors" / "00000002"
        second.write_bytes(second.read_bytes()[:-1] + b"x")
        assert [s.partition(" (")[0] for s in tampered.findings()] == ["Anchor 2 of 2026-04-03"]
        second.write_bytes(kept["00000001"])
        assert "is not the one that was written" in tampered.findings()[0]
        second.unlink()
        (sentence,) = tampered.findings()
        assert sentence.startswith("Anchor 2 of 2026-04-03")
        assert sentence.endswith("is missing in the archive.")
    finally:
        for name, content in kept.items():
            (tampered.folder / "anchors" / name).write_bytes(content)


def test_a_finding_is_a_technical_exception_that_names_the_position_and_nothing_is_anchored(trail):
    trail.tamper("update audit.event set actor = 'x' where event_id = (select event_id from audit.chain"
                 " where position = 2)")  # fmt: skip
    trail.next_day()
    (state, message) = trail.query("select state, message from ops.incident where fingerprint = 'audit:chain'")[0]
    assert state == "dead"
    assert "Position 2:" in message
    assert len(trail.query("select 1 from audit.event where action = 'anchor'")) == 3


def test_a_switched_off_trigger_is_found(tampered):
    tampered.tamper("alter table audit.chain disable trigger chain_insert_only")
    assert tampered.findings() == ["The trigger chain_insert_only is missing or switched off: rows could be changed."]


def test_no_event_is_passed_over_whatever_the_order_in_which_transactions_end(warehouse):
    event = {"at": FIRST_DAY, "actor": "a", "action": "b", "subject_type": "c", "subject_id": "d"}
    with psycopg.connect(warehouse) as slow, psycopg.connect(warehouse) as quick, psycopg.connect(warehouse) as reader:
        late = audit.record(slow, **event)
        audit.record(quick, **event)
        quick.rollback()
        early = audit.record(quick, **event)
        quick.commit()
        assert late < early
        before = chain.append(reader)
        slow.commit()
        assert (chain.append(reader), chain.append(reader)) == (1, 0)
        order = [row[0] for row in reader.execute("select event_id from audit.chain order by position").fetchall()]
        assert order[before - 1 :] == [early, late]
        assert verify_after(reader) == []


def test_events_from_before_the_chain_are_chained_by_the_first_run(empty_database, monkeypatch, tmp_path):
    for path in migrate.MIGRATIONS.glob("000*.sql"):
        (tmp_path / path.name).write_text(path.read_text())
    everything, earlier = migrate.MIGRATIONS, tmp_path
    monkeypatch.setattr(migrate, "MIGRATIONS", earlier)
    migrate.migrate(empty_database, settings.objects_dir())
    trail = Trail(empty_database, tmp_path)
    trail.write(3)
    monkeypatch.setattr(migrate, "MIGRATIONS", everything)
    migrate.migrate(empty_database, settings.objects_dir())
    with psycopg.connect(empty_database) as connection:
        assert chain.append(connection) == 3
        assert verify_after(connection) == []


def test_appenders_exclude_each_other_and_writers_wait_for_none(warehouse):
    event = {"at": FIRST_DAY, "actor": "a", "action": "b", "subject_type": "c", "subject_id": "d"}
    with psycopg.connect(warehouse) as appender, psycopg.connect(warehouse) as other:
        chain.append(appender)
        chain.lock(appender)
        other.execute("set lock_timeout = '50ms'")
        other.commit()
        audit.record(other, **event)
        other.commit()
        with pytest.raises(psycopg.errors.LockNotAvailable):
            chain.append(other)
        other.rollback()
        appender.rollback()
        assert chain.append(other) == 1


def test_the_owner_changes_nothing_in_the_chain(trail):
    with psycopg.connect(trail.dsn, autocommit=True) as connection:
        for statement in ("update audit.chain set sha256 = 'x'", "delete from audit.chain", "truncate audit.chain"):
            with pytest.raises(psycopg.errors.RaiseException, match=r"audit\.chain is insert-only"):
                connection.execute(statement)


def test_what_a_role_may_do_is_an_event_when_it_changes_and_only_then(trail):
    role = f"reader_{secrets.token_hex(4)}"
    events = (
        f"select before, after from audit.event where action = 'access' and subject_id = '{role}' order by event_id"
    )
    with psycopg.connect(trail.dsn, autocommit=True) as connection:
        owner = connection.info.user
        connection.execute(f"create role {role}")
        try:
            connection.execute(f"grant select on audit.event, audit.chain to {role}")
            connection.execute(f"grant pg_read_all_data to {role}")
            trail.check()
            trail.check()
            connection.execute(f"revoke select on audit.event from {role}")
            trail.check()
            granted = {
                "audit.event": f"select by {owner}",
                "audit.chain": f"select by {owner}",
                "role pg_read_all_data": f"member by {owner}",
            }
            assert trail.query(events) == [
                (dict.fromkeys(granted), granted),
                ({"audit.event": f"select by {owner}"}, {"audit.event": None}),
            ]
        finally:
            connection.execute(f"drop owned by {role}")
            connection.execute(f"drop role {role}")


def test_an_anchor_that_a_killed_run_wrote_is_taken_over(trail):
    with psycopg.connect(trail.dsn) as connection:
        chain.append(connection)
        end = chain.head(connection)
        left = anchors.Anchor(4, "2026-04-05", "2026-04-05T00:00:00+00:00", end.position, end.sha256, end.position)
        trail.archive.keep("anchors/00000004", left.text.encode())
        try:
            trail.day += timedelta(days=1)
            assert anchors.write(connection, trail.archive, trail.day) == left
        finally:
            (trail.folder / "anchors" / "00000004").unlink()


def test_the_archive_keeps_a_text_once(trail):
    trail.archive.keep("once/1", b"first")
    with pytest.raises(FileExistsError):
        trail.archive.keep("once/1", b"second")
    assert trail.archive.kept("once/1") == b"first"
    assert b"first" not in (trail.folder / "once/1").read_bytes()
    assert trail.archive.kept("once/2") is None


def test_an_auditor_who_may_only_read_verifies_the_chain(trail):
    role, secret = f"auditor_{secrets.token_hex(4)}", secrets.token_urlsafe(16)
    with psycopg.connect(trail.dsn, autocommit=True) as connection:
        connection.execute(f"create role {role} login password '{secret}'")
        try:
            connection.execute(
                f"grant usage on schema audit to {role}; grant select on all tables in schema audit to {role}"
            )
            dsn = psycopg.conninfo.make_conninfo(trail.dsn, user=role, password=secret)
            assert cli.main(["verify", "--dsn", dsn]) == 0
        finally:
            connection.execute(f"drop owned by {role}; drop role {role}")


def test_the_command_verifies_what_the_deployment_connects_to(trail, monkeypatch, capsys):
    connections = {
        "WAREHOUSE": trail.dsn.replace("postgresql://", "postgres://"),
        "TIEOUT_KEYS": json.dumps({"extra": {"encryption_keys": ["k" * 32], "token_key": "t" * 32}}),
    }
    for name, text in connections.items():
        monkeypatch.setenv(f"AIRFLOW_CONN_{name}", text)
    monkeypatch.setenv("TIEOUT_ARCHIVE", f"file://{trail.folder}")
    assert cli.main(["verify"]) == 0
    assert "3 anchors agree.\nNothing was changed." in capsys.readouterr().out
    trail.tamper("update audit.event set reason = 'x' where event_id = (select max(event_id) from audit.event)")
    assert cli.main(["verify"]) == 1
    assert "1 findings." in capsys.readouterr().out


def verify_after(connection):
    connection.commit()
    return verify(connection, None).findings.shown


def test_an_incident_of_the_chain_is_over_when_it_verifies(trail):
    with psycopg.connect(trail.dsn) as connection:
        operations.raise_incident(
            connection, fingerprint=upkeep.FINGERPRINT, incident_class="pipeline failed", message="x",
            runbook="verify_audit", at=FIRST_DAY, state="dead",
        )  # fmt: skip
    trail.check()
    assert trail.query("select state from ops.incident") == [("resolved",)]
