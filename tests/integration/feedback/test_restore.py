"""A warehouse that was restored from a backup notices it, sends nothing, catches up, and sends nothing twice."""

import secrets
from datetime import timedelta

import psycopg
import pytest

from tieout.archive.keys import Keys
from tieout.archive.store import Archive
from tieout.audit.verify import RESTORED
from tieout.errors import ConfigurationError, TieoutError
from tieout.feedback import journal, restore
from tieout.feedback.publication import may_send, publish, tell_exceptions
from tieout.feedback.taking import targets_due

OPERATION = "invoice_clearance"
TARGET = "erp_west"  # takes keys, and answers a known key as before


@pytest.fixture
def archive(tmp_path):
    return Archive(tmp_path / "archive", Keys([secrets.token_bytes(32)], secrets.token_bytes(32)))


class Warehouse:
    """The loop with its archive, and backups of its state."""

    def __init__(self, loop, archive, postgres):
        self.loop, self.archive, self.postgres = loop, archive, postgres
        loop.targets = {name: loop.targets[name] for name in (TARGET, "service_desk")}
        loop.change(TARGET, operations={OPERATION: loop.targets[TARGET].operations[OPERATION]})

    def cycle(self, hours: int = 0):
        """Publish and deliver, as the DAG does."""
        self.loop.now += timedelta(hours=hours)
        with psycopg.connect(self.loop.dsn) as connection:
            done = publish(
                connection, self.archive, [self.loop.run()], targets_config=self.loop.targets, now=self.loop.now
            )
            clear = may_send(connection, self.archive, TARGET, self.loop.now)
        if clear:
            self.loop.deliver(TARGET)
        return done

    def say(self, **verdicts):
        """Conclude, publish and deliver."""
        for subject, verdict in verdicts.items():
            self.loop.conclude(subject, verdict, target=TARGET)
        return self.cycle()

    def show(self, **readbacks):
        """What the target shows, known now."""
        for subject, readback in readbacks.items():
            self.loop.observe(subject, readback, self.loop.now, target=TARGET)

    def back_up(self) -> str:
        """Copy the database."""
        name = f"backup_{secrets.token_hex(6)}"
        self.postgres.create_database(name, template=self.loop.dsn.rpartition("/")[2])
        return name

    def restore(self, backup: str) -> None:
        """Put the copy in the database's place."""
        name = self.loop.dsn.rpartition("/")[2]
        self.postgres.drop_database(name)
        self.postgres.create_database(name, template=backup)
        self.postgres.drop_database(backup)

    def read_everything(self):
        """What the archive has is landed, and every system was read past now and concluded from."""
        self.loop.now += timedelta(hours=1)
        with psycopg.connect(self.loop.dsn) as connection:
            restore.landed(connection, restore.under_way(connection), 0)
        self.loop.rows(
            "insert into ops.interface_run (direction, source_system, object, interval_start, interval_end,"
            " started_at, outcome) values ('extract', 'erp_west', 'invoice', %s, %s, %s, 'succeeded')",
            self.loop.now, self.loop.now, self.loop.now,
        )  # fmt: skip
        self.loop.run()

    def messages(self):
        """Subject, sequence, key of each message."""
        query = "select message_id, subject_id, sequence, idempotency_key from feedback.outbox order by message_id"
        return self.loop.rows(query)


@pytest.fixture
def wh(loop, archive, postgres):
    return Warehouse(loop, archive, postgres)


def test_a_restored_warehouse_takes_back_its_messages_and_sends_nothing_until_it_has_read(wh, server):
    wh.say(INV1="matched", INV2="held")
    backup = wh.back_up()
    wh.say(INV1="held", INV3="matched")
    wh.say(INV1="matched", INV2="matched")
    said, received = wh.messages(), len(server.received)
    wh.restore(backup)

    wh.loop.conclude("INV4", target=TARGET)
    assert wh.cycle(hours=1).off
    assert wh.messages() == said, "the journal has each message with its id, sequence and key"
    assert wh.loop.incidents("dead") == [("pipeline failed", "dead")]
    wh.read_everything()
    wh.show(INV1="cleared", INV2="cleared", INV3="cleared")
    assert len(server.received) == received, "nothing was sent while the restore was not over"

    for subject in ("INV1", "INV2", "INV3"):  # what is concluded from the same facts again
        wh.loop.conclude(subject, "matched", target=TARGET)
    assert wh.cycle().off == ()
    assert [each["subject"] for each in server.received[received:]] == ["INV4"]
    assert wh.loop.states(TARGET)["INV3"] == ["confirmed"]
    assert wh.loop.states(TARGET)["INV1"] == ["acknowledged", "superseded", "confirmed"]
    assert server.effects == {"INV1": 3, "INV2": 2, "INV3": 1, "INV4": 1}
    actions = wh.loop.rows("select action from audit.event where subject_type = 'warehouse' order by event_id")
    assert actions == [(RESTORED,), ("delivery on",)]
    assert wh.loop.incidents("dead") == []
    assert wh.cycle().live == 0


def test_what_the_target_does_not_show_goes_out_again_with_its_own_key_and_has_no_second_effect(wh, server):
    wh.say(INV1="held")
    backup = wh.back_up()
    wh.say(INV1="matched")
    effects = dict(server.effects)
    wh.restore(backup)
    wh.loop.conclude("INV1", "matched", target=TARGET)
    wh.cycle()
    wh.read_everything()
    wh.show(INV1="held")
    wh.cycle()
    keys = [each["headers"]["idempotency-key"] for each in server.received]
    assert keys[-1] == keys[-2]
    assert server.effects == effects


def test_a_conclusion_that_went_back_and_forth_gets_a_new_key_after_a_restore(wh, server):
    wh.say(INV1="held")
    backup = wh.back_up()
    wh.say(INV1="matched")
    wh.say(INV1="held")
    wh.restore(backup)
    wh.loop.conclude("INV1", "matched", target=TARGET)
    wh.cycle()
    wh.read_everything()
    wh.show(INV1="held")
    wh.cycle()
    assert server.state["INV1"]["releaseStatus"] == "cleared", "a key used before would have had no effect"
    keys = [each["headers"]["idempotency-key"] for each in server.received]
    assert len(set(keys)) == len(keys) == 4


def test_a_readback_that_says_nothing_new_proves_nothing_and_the_message_is_sent(wh, server):
    wh.say(INV1="held")
    backup = wh.back_up()
    wh.loop.rows("update fb.fb_desired_state set facts_sha256 = 'other facts, the same readback'")
    wh.cycle()
    wh.restore(backup)
    wh.loop.rows("update fb.fb_desired_state set facts_sha256 = 'other facts, the same readback'")
    wh.cycle()
    wh.read_everything()
    wh.show(INV1="held")
    wh.cycle()
    keys = [each["headers"]["idempotency-key"] for each in server.received]
    assert len(keys) == 3
    assert keys[2] == keys[1]


def test_each_system_must_be_read_past_the_last_sending_and_concluded_from(wh):
    wh.say(INV1="held")
    backup = wh.back_up()
    wh.say(INV1="matched")
    wh.restore(backup)
    assert wh.cycle().off == [
        "start the DAG restore_warehouse: it lands what the archive has",
        "read erp_west's invoice past the last sending, and transform",
    ]
    wh.read_everything()
    wh.loop.rows("update ops.interface_run set interval_end = %s", wh.loop.now - timedelta(hours=1))
    assert wh.cycle().off == ["read erp_west's invoice past the last sending, and transform"]
    wh.loop.rows("update ops.interface_run set interval_end = %s", wh.loop.now)
    assert wh.cycle().off == ()


def test_a_warehouse_that_is_what_it_was_is_not_taken_for_a_restored_one(wh, archive, server):
    wh.say(INV1="held")
    wh.say(INV1="matched")
    newest = wh.loop.rows("select max(number) from feedback.journal")[0][0]
    with psycopg.connect(wh.loop.dsn) as connection, journal.held(connection):
        entry = journal.read(archive, newest)
        assert journal.last(connection, archive) == entry
    assert wh.cycle().off == ()
    assert wh.loop.rows("select * from ops.restore") == []
    assert server.effects["INV1"] == 2


def test_an_entry_that_a_killed_run_did_not_write_is_written(wh, tmp_path):
    wh.say(INV1="held")
    newest = max((tmp_path / "archive" / "feedback").iterdir())
    text = newest.read_bytes()
    newest.unlink()
    assert wh.cycle().off == ()
    assert newest.exists()
    assert newest.read_bytes() != text, "sealed anew, with a salt of its own"
    assert wh.loop.rows("select * from ops.restore") == []


def test_a_run_under_way_sends_nothing_that_the_archive_does_not_know_yet(wh, server):
    wh.say(INV1="matched")
    wh.loop.conclude("INV2", target=TARGET)
    wh.loop.publish()  # and the publication is killed before the archive knew of it
    wh.loop.deliver(TARGET)
    assert [each["subject"] for each in server.received] == ["INV1"]
    with psycopg.connect(wh.loop.dsn) as connection:
        due = targets_due(connection, wh.loop.targets.values(), wh.loop.wall_now())
        assert due == [TARGET], "the next run is asked for"
        assert may_send(connection, wh.archive, TARGET, wh.loop.now)
    wh.loop.deliver(TARGET)
    assert [each["subject"] for each in server.received] == ["INV1", "INV2"]


def test_a_copy_of_a_warehouse_on_the_archive_of_the_other_sends_nothing(wh, server):
    wh.say(INV1="held")
    backup = wh.back_up()
    wh.say(INV1="matched")
    wh.restore(backup)
    wh.loop.rows("insert into feedback.journal values (3, repeat('0', 64), null, 0, 1, now())")
    received = len(server.received)
    with pytest.raises(ConfigurationError, match="another warehouse"):
        wh.cycle()
    assert len(server.received) == received


def test_messages_that_were_made_before_anybody_looked_are_not_mixed_with_those_of_the_journal(wh, server):
    wh.say(INV1="held")
    backup = wh.back_up()
    wh.say(INV1="matched")
    wh.restore(backup)
    wh.loop.conclude("INV2", target=TARGET)
    wh.loop.publish()
    received = len(server.received)
    with pytest.raises(TieoutError, match="under their ids"):
        wh.cycle()
    assert len(server.received) == received


def test_the_service_desk_is_told_nothing_while_the_restore_is_not_over(wh, archive):
    wh.say(INV1="held")
    backup = wh.back_up()
    wh.say(INV1="matched")
    wh.restore(backup)
    with psycopg.connect(wh.loop.dsn) as connection:
        assert tell_exceptions(connection, archive, targets_config=wh.loop.targets, now=wh.loop.now) is None
    assert [row[1] for row in wh.messages()] == ["ap:INV1", "ap:INV1"]


def test_a_person_may_say_that_the_warehouse_was_restored(wh, archive):
    wh.say(INV1="held")
    with psycopg.connect(wh.loop.dsn) as connection:
        found = restore.declare(connection, archive, wh.loop.now, "D. Engineer")
        assert restore.declare(connection, archive, wh.loop.now, "D. Engineer") == found
    assert wh.cycle().off
    assert wh.loop.rows("select actor from audit.event where action = %s", RESTORED) == [("D. Engineer",)]
    wh.read_everything()
    assert wh.cycle().off == ()
