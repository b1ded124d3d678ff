"""One ERP is down for a day: everything else goes on, and the next day catches up. Then each other system is away.

West Hospital lives on the ERP that is down, North Hospital on the other one. What the runbooks of these outages say is
followed: their queries show what they say one sees, and that it is over when it is.
"""

from datetime import timedelta

import psycopg
import pytest

from launcher import health
from tests.support.guide import airflow_arguments
from tests.support.pipeline import CHECKOUT, Pipeline
from tests.support.runbook import Runbook
from tieout import settings
from tieout.errors import Transient
from tieout.landing.manifest import Interval
from tieout.warehouse.migrate import migrate

SYSTEMS = ("erp_main", "erp_west", "ap", "supply", "contracts")
DOWN = "erp_west"
RUNS = """
select source_system, outcome, error_class, count(distinct feed)
from ops.interface_run
where direction = 'extract' and interval_end = %s
group by 1, 2, 3
order by 1, 2
"""
INCIDENTS = """
select class, state, count(*) from ops.incident where fingerprint like 'extract:%' group by 1, 2 order by 1, 2
"""
NEWEST = """
select distinct on (_record_key) _record_key, _row_sha256, _source_updated_at
from raw.{object}
where _source_system = 'erp_west'
order by _record_key, _source_updated_at desc, _ingested_at desc
"""
TWICE = """
select _record_key, _row_sha256, _source_updated_at
from raw.{object}
group by _source_system, _record_key, _row_sha256, _source_updated_at
having count(*) > 1
"""
VERDICTS = "select count(*), count(verdict) from match.match_invoice where entity_id = %s"
INVOICES = "select count(distinct _record_key) from raw.invoice where _source_system = 'ap' and entity_id = %s"
UNSENT = "select message_id from feedback.message_state where state in ('pending', 'retrying', 'dead')"


def test_an_erp_that_is_down_for_a_day_stops_nobody_else_and_is_caught_up(pipeline, postgres):
    feeds = pipeline.extract(Interval(pipeline.now(), pipeline.estate.advance(4)[1]), SYSTEMS)
    assert feeds[DOWN] > 0

    told_before = pipeline.estate.counters().get(DOWN)
    pipeline.estate.fault(DOWN, "down")
    pipeline.cycle(systems=SYSTEMS, may_fail=[DOWN])
    the_others_went_on(pipeline)
    assert pipeline.estate.counters().get(DOWN) == told_before
    erp = Outage(pipeline, "erp", DOWN)
    assert len(erp.is_seen()) == 3  # a clearance waits as well

    pipeline.estate.end_faults()
    yesterday = pipeline.now()
    pipeline.extract(Interval(yesterday, pipeline.estate.advance(1)[1]), SYSTEMS)
    nothing_is_lost_or_twice(pipeline, postgres)
    assert {run[1] for run in pipeline.query(RUNS, [pipeline.now()])} == {"succeeded"}
    run = pipeline.transform()

    ap = Outage(pipeline, "ap", "ap")
    pipeline.estate.fault("ap", "down")
    pipeline.publish(run)
    erp.is_over()
    today = Interval(pipeline.now(), pipeline.estate.advance(1)[1])
    pipeline.extract(today, ["ap"], may_fail=["ap"])
    assert len(ap.is_seen()) == 3  # verdicts wait as well
    pipeline.estate.end_faults()
    for name in ("supply", "bank"):
        other = Outage(pipeline, name, name)
        pipeline.estate.fault(name, "down")
        pipeline.extract(today, [name], may_fail=[name])
        assert len(other.is_seen()) == 2
        pipeline.estate.end_faults()
        other.catch_up(today)
        other.is_over()
    ap.catch_up(today)
    pipeline.publish(run)
    ap.is_over()
    everything_is_caught_up(pipeline)
    the_warehouse_itself_is_away_and_comes_back(pipeline, postgres, today)


class Outage:
    """A system's outage, met with its runbook in hand."""

    def __init__(self, pipeline: Pipeline, kind: str, system: str) -> None:
        self.pipeline = pipeline
        self.kind = kind
        self.system = system
        self.runbook = Runbook(CHECKOUT / f"docs/runbooks/outage_{kind}.md", system)

    def is_seen(self) -> list[list[tuple]]:
        """What one sees says so, what is done by hand can be printed, and it is not over."""
        seen = [rows for query in self.runbook.queries("See it") if (rows := self.pipeline.query(query))]
        assert "unavailable" in str(seen[0])
        assert "unavailable" in str(seen[1])
        printed = [self.pipeline.query(query) for query in self.runbook.queries("By hand meanwhile")]
        assert all(printed) or self.kind == "bank"  # of which no payment is known here
        assert all(self.pipeline.query(query) for query in self.runbook.queries("It is over when"))
        return seen

    def catch_up(self, interval: Interval) -> None:
        """Do what the DAGs do that the runbook starts."""
        started = [airflow_arguments(command)[2] for command in self.runbook.commands("Catch up")]
        assert started[0] == f"extract_{self.kind}"
        assert set(started[1:]) <= {"publish"}
        self.pipeline.extract(interval, [self.system])

    def is_over(self) -> None:
        """Nothing that says that it is not is found."""
        assert [self.pipeline.query(query) for query in self.runbook.queries("It is over when")] == [
            [] for _ in self.runbook.queries("It is over when")
        ]


def the_warehouse_itself_is_away_and_comes_back(pipeline, postgres, interval):
    """It lets nobody in: the check from outside says so, an extraction fails as one that waiting mends."""
    runbook = Runbook(CHECKOUT / "docs/runbooks/outage_warehouse.md")
    name = pipeline.dsn.rsplit("/", 1)[1]
    with psycopg.connect(postgres.dsn("postgres"), autocommit=True) as server:
        server.execute(f"alter database {name} with allow_connections false")  # the name is of our own making
        server.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [name])
        (trouble,) = health.warehouse_troubles(pipeline.dsn, settings.wall_now(), timedelta(minutes=15))
        assert trouble.startswith("The warehouse does not answer")
        assert "docs/runbooks/outage_warehouse.md" in trouble
        with pytest.raises(Transient, match="The warehouse cannot be reached"):
            pipeline.extract(interval, ["contracts"])
        server.execute(f"alter database {name} with allow_connections true")
    assert {airflow_arguments(command)[2] for command in runbook.commands("Catch up")[1:]} == {
        f"extract_{kind}" for kind in ("erp", "ap", "supply", "bank", "files")
    }
    pipeline.extract(interval, ["contracts"])
    assert [pipeline.query(query) for query in runbook.queries("It is over when")] == [[], []]


def the_others_went_on(pipeline):
    """The failed feeds are on record; what the other systems sent is judged and answered."""
    runs = pipeline.query(RUNS, [pipeline.now()])
    of_west = [run[1:3] for run in runs if run[0] == DOWN]
    assert of_west == [("failed", "unavailable")]
    assert {run[0] for run in runs if run[1] == "succeeded"} == {*SYSTEMS} - {DOWN}
    failed = next(run[3] for run in runs if run[0] == DOWN)
    assert pipeline.query(INCIDENTS) == [("unavailable", "retrying", failed)]
    for entity in ("H1", "H3"):
        invoices = pipeline.query(INVOICES, [entity])[0][0]
        assert pipeline.query(VERDICTS, [entity]) == [(invoices, invoices)]
    took = pipeline.estate.counters()
    assert took["ap"]["match_result"]["effective"] > 0
    assert took["erp_main"]["invoice_clearance"]["effective"] > 0


def everything_is_caught_up(pipeline):
    """The window that was missed is read, what waited is delivered, and the incidents are over."""
    assert [row[:2] for row in pipeline.query(INCIDENTS)] == [("unavailable", "resolved")]
    assert pipeline.query(UNSENT) == []
    assert pipeline.estate.counters()[DOWN]["invoice_clearance"]["effective"] > 0
    assert pipeline.query("select count(*) from quality.quarantine where source_system = %s", [DOWN]) == [(0,)]


def nothing_is_lost_or_twice(pipeline, postgres):
    """A fresh warehouse that reads the ERP over all days at once finds nothing that this one lacks, nor otherwise."""
    day, now = pipeline.estate.clock()
    whole = Interval(now - timedelta(days=day), now)
    name = pipeline.home.name.replace("-", "_")
    home = pipeline.home / "fresh"
    home.mkdir()
    fresh = Pipeline(postgres.create_database(name), home, pipeline.estate)
    fresh.keys = pipeline.keys  # tokens of sensitive values are part of a row's hash
    migrate(fresh.dsn, settings.objects_dir())
    try:
        fresh.extract(whole, [DOWN])
        objects = fresh.query("select distinct object from ops.batch where source_system = %s", [DOWN])
        assert len(objects) > 5
        for (name_of_object,) in objects:
            found = pipeline.query(NEWEST.format(object=name_of_object))
            assert found == fresh.query(NEWEST.format(object=name_of_object)), name_of_object
            assert pipeline.query(TWICE.format(object=name_of_object)) == []
    finally:
        postgres.drop_database(name)
