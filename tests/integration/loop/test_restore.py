"""A warehouse restored from last night's backup catches up with the real estate and sends nothing twice.

Days are played and answered; the warehouse is backed up with ``pg_dump``; another day is played and answered; the
backup is restored beside the warehouse that goes on. A day later both must conclude the same, and must want to say
the same, while only the restored one says it.
"""

import tempfile
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from tests.support.pipeline import Pipeline, running_estate
from tieout.archive.store import Archive
from tieout.audit.verify import verify
from tieout.feedback import restore
from tieout.feedback.confirmation import confirm
from tieout.feedback.exceptions import enqueue_exceptions
from tieout.feedback.publish import enqueue
from tieout.feedback.targets import load_targets
from tieout.landing.configuration_files import load_configuration
from tieout.landing.manifest import Interval
from tieout.landing.recover import recover
from tieout.warehouse.connection import connect

pytestmark = pytest.mark.slow

# All columns but those that say when something became known, and by which run: a restored warehouse knows it later.
COLUMNS = """
select c.table_name, array_agg(c.column_name::text order by c.ordinal_position)
from information_schema.columns as c
inner join information_schema.tables as t using (table_schema, table_name)
where c.table_schema = %s and t.table_type = 'BASE TABLE'
group by c.table_name
order by c.table_name
"""
# What differs nevertheless: attempts and confirmations between backup and restore are lost, extractions are counted.
OF_OUR_OWN_WORK = {"kpi_value_log": "kpi not in ('erp_sync_success_rate', 'failed_interface_count')"}
SAID = """
select target, operation, subject_id, sequence, idempotency_key, mode from feedback.outbox order by 1, 2, 3, 4
"""
UNSURE = "select state, count(*) from feedback.message_state group by state order by state"


@pytest.fixture
def pipeline(postgres, warehouse):
    """A pipeline over a hospital on each ERP."""
    home = Path(tempfile.mkdtemp(prefix="tieout-restore-"))
    home.chmod(0o755)
    with running_estate(postgres, home, volume=0.3, entities=["H1", "H3"]) as estate:
        yield Pipeline(warehouse, home, estate)


def test_a_restored_warehouse_catches_up_and_sends_nothing_twice(pipeline, postgres, tmp_path):
    name = pipeline.dsn.rpartition("/")[2]
    pipeline.cycle(4)
    postgres.back_up(name, tmp_path / "last_night.dump")
    pipeline.cycle(1)
    sent, said = pipeline.estate.counters(), pipeline.query(SAID)

    restored = Pipeline(postgres.create_database(f"{name}_again"), pipeline.home, pipeline.estate)
    restored.keys, restored.runs = pipeline.keys, 1000
    try:
        postgres.restore(f"{name}_again", tmp_path / "last_night.dump")
        found = noticed(restored)
        assert restored.query(SAID) == said, "the journal has every message with its sequence and key"
        again = land_from_archive(restored, found)
        assert raw_rows(restored) == raw_rows(pipeline)

        held_back = restored.publish(restored.transform())
        assert held_back.off
        assert pipeline.estate.counters() == sent, "nothing was sent while the restore was not over"

        end = pipeline.estate.advance(1)[1]
        restored.extract(Interval(end - timedelta(days=1), end))
        run = restored.transform()
        recover(pipeline.dsn, *again, trace_id="undisturbed", now=pipeline.now())
        read_as_well(pipeline, restored)
        pipeline.configure()
        would_say(pipeline, pipeline.transform())
        differ = differences(restored, pipeline)

        assert restored.publish(run).off == ()
        otherwise = set(restored.query(SAID)) ^ set(pipeline.query(SAID))
        assert not otherwise, "both want to say the same, under the same keys"
        nothing_had_an_effect_twice(pipeline, sent, said)
        assert not {"pending", "retrying", "dead"} & {state for state, _ in restored.query(UNSURE)}
        trail_verifies(restored)
        assert not differ, "\n".join(differ[:40])
    finally:
        postgres.drop_database(f"{name}_again")


def archive_of(pipeline) -> Archive:
    return Archive(pipeline._archive(), pipeline.keys)


def noticed(restored):
    """The warehouse sees by itself that the archive knows more."""
    with connect(restored.dsn) as connection:
        found = restore.look(connection, archive_of(restored), restored.now())
    assert found is not None
    assert found.sent_until == restored.now()
    return found


def land_from_archive(restored, found):
    """What the DAG does."""
    given = (load_configuration(restored.config), restored._archive(), restored.keys)
    recovered = recover(restored.dsn, *given, trace_id="restore", now=restored.now())
    assert recovered.pulls
    assert not [feed.errors for outcome in recovered.outcomes for feed in outcome.feeds if feed.errors]
    restored.configure()
    with connect(restored.dsn) as connection:
        restore.landed(connection, found, recovered.pulls)
    return given


def raw_rows(pipeline):
    """Every row of raw, whenever and in whichever batch it was landed."""
    tables = pipeline.query("select distinct object from ops.batch order by 1")
    return {
        name: pipeline.query(f"select _source_system, _record_key, _row_sha256, _source_updated_at"
                             f" from raw.{name} order by 1, 2, 4, 3")
        for (name,) in tables
    }  # fmt: skip


def read_as_well(pipeline, restored):
    """The undisturbed warehouse got the day from the archive; it knows, too, up to when the systems were read."""
    columns = "direction, source_system, feed, object, interval_start, interval_end, started_at, ended_at, outcome"
    day = "select {} from ops.interface_run where direction = 'extract' and interval_end = %s"
    runs = restored.query(day.format(columns), [restored.now()])
    assert runs
    with connect(pipeline.dsn) as connection, connection.cursor() as cursor:
        cursor.executemany(f"insert into ops.interface_run ({columns}) values ({', '.join(['%s'] * 9)})", runs)


def would_say(pipeline, run):
    """Let the undisturbed warehouse make its messages; it sends none."""
    targets = load_targets(pipeline.config / "feedback")
    with connect(pipeline.dsn) as connection:
        confirm(connection, pipeline.now(), targets_config=targets)
        enqueue(connection, run_id=run, now=pipeline.now(), targets_config=targets)
        enqueue_exceptions(connection, now=pipeline.now(), targets_config=targets)


def nothing_had_an_effect_twice(pipeline, before, said):
    """What the estate took since is what was said since: one effect for each live message, no key a second time.

    More may be received: what no target showed goes out again with its key, and is answered as it was.
    """
    keys = [effect["key"] for effect in pipeline.estate._call("GET", "/effects") if effect["key"]]
    assert len(keys) == len(set(keys))
    new = {row[4] for row in pipeline.query(SAID) if row[5] == "live"} - {row[4] for row in said}
    after = pipeline.estate.counters()
    assert effective(after) - effective(before) == len(new)


def effective(counters):
    return sum(counts["effective"] for system in counters.values() for counts in system.values())


def trail_verifies(restored):
    with psycopg.connect(restored.dsn) as connection:
        report = verify(connection, archive_of(restored))
    assert report.findings.shown == []
    assert "restored from a backup" in report.notes[0]


def differences(one, other):
    """Rows of match and mart that only one of them has, but for when something became known."""
    found = []
    for schema in ("match", "mart"):
        for table, columns in one.query(COLUMNS, [schema]):
            compared = [name for name in columns if not is_knowledge(name)]
            query = f"select {', '.join(compared)} from {schema}.{table} where {OF_OUR_OWN_WORK.get(table, 'true')}"
            ours, theirs = map(frozenset, (map(str, one.query(query)), map(str, other.query(query))))
            found += [f"{schema}.{table} restored  {row}" for row in sorted(ours - theirs)]
            found += [f"{schema}.{table} otherwise {row}" for row in sorted(theirs - ours)]
    return found


def is_knowledge(column: str) -> bool:
    return column.startswith("_") or column.endswith(("known_at", "opened_at", "resolved_at", "as_of", "run_id"))
