"""An ERP's own database: incremental windows, many rows, refusals."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import psycopg
import pytest

from tieout.errors import ConfigurationError, Refused, Transient
from tieout.landing import raw
from tieout.landing.extract import extract_source
from tieout.landing.manifest import Interval
from tieout.sources.endpoint import Endpoint

PROFILE = """
system: erp_main
kind: erp
version: 1
protocol: database
feeds:
  - name: holds
    read: {read}
    cursor: {{field: LAST_UPDATE, overlap: PT15M}}
    objects:
      cost_center:
        updated_at: LAST_UPDATE
        fields: {{cost_center_code: CODE, entity_id: {{path: ORG, entity: true}}, name: NAME, active: ENABLED}}
"""
TABLE = "{table: AP_CC, columns: [CODE, ORG, NAME, ENABLED, LAST_UPDATE]}"
FILL = """
create table "AP_CC" ("CODE" text, "ORG" text, "NAME" text, "ENABLED" text, "LAST_UPDATE" timestamptz);
insert into "AP_CC"
select
    'C' || n, 'US01', E'line one\nline "two", \\\\ ' || n, 'Y',
    timestamptz '2026-03-31 00:00Z' + n * interval '1 minute'
from generate_series(-30, 1500) as n
"""


@pytest.fixture(scope="module")
def erp(postgres) -> Iterator[str]:
    """A database with 1,531 cost centres, one changed each minute around 31 March 2026."""
    database = postgres.create_database("landing_erp")
    with psycopg.connect(database) as connection:
        connection.execute(FILL)
    yield database
    postgres.drop_database("landing_erp")


@pytest.fixture
def context(erp, make_configuration, make_context):
    """A context whose connection `erp_main` is the database."""
    return make_context(make_configuration(erp_main=PROFILE.format(read=TABLE)), {"erp_main": Endpoint(uri=erp)})


def test_a_window_with_its_overlap_is_read(context, rows, day):
    extract_source("erp_main", day, context=context).raise_failures()
    landed = rows("select count(*), min(_source_updated_at), max(_source_updated_at) from raw.cost_center")
    assert landed == [(1440 + 15, datetime(2026, 3, 30, 23, 45, tzinfo=UTC), datetime(2026, 3, 31, 23, 59, tzinfo=UTC))]
    assert rows("select name, active, entity_id from raw.cost_center where cost_center_code = 'C7'") == [
        ('line one\nline "two", \\ 7', "true", "H1")
    ]


def test_rows_in_many_parts_are_all_landed_once(context, rows, day, monkeypatch):
    monkeypatch.setattr(raw, "FLUSH_LINES", 100)
    monkeypatch.setattr(raw, "MOVE_LINES", 250)
    extract_source("erp_main", day, context=context).raise_failures()
    counted = rows("select count(*), count(distinct _record_key), max(_row_number) from raw.cost_center")
    assert counted == [(1455, 1455, 1455)]
    assert rows("select rows_read, rows_landed from ops.batch") == [(1455, 1455)]


def test_the_overlap_of_the_next_interval_adds_nothing(context, rows, day):
    extract_source("erp_main", day, context=context).raise_failures()
    later = Interval(day.end, datetime(2026, 4, 2, tzinfo=UTC))
    outcome = extract_source("erp_main", later, context=replace(context, dag_run_id="run-2"))
    assert (outcome.feeds[0].rows_read("cost_center"), outcome.rows_landed) == (15 + 61, 61)


def test_a_query_is_read_in_the_same_window(erp, make_configuration, make_context, rows, day):
    query = '{query: \'select * from "AP_CC" where "CODE" <> $$C1$$\'}'
    context = make_context(make_configuration(erp_main=PROFILE.format(read=query)), {"erp_main": Endpoint(uri=erp)})
    extract_source("erp_main", day, context=context).raise_failures()
    assert rows("select count(*) from raw.cost_center") == [(1454,)]


@pytest.mark.parametrize(
    ("read", "change", "error"),
    [
        (TABLE, {"password": "wrong"}, Refused),
        (TABLE, {"port": 1}, Transient),
        ("{table: NO_SUCH}", {}, ConfigurationError),
    ],
)
def test_a_database_that_cannot_be_read_says_whether_waiting_helps(
    erp, make_configuration, make_context, rows, day, read, change, error
):
    parts = psycopg.conninfo.conninfo_to_dict(erp)
    values = {
        "host": parts["host"],
        "port": int(parts["port"]),
        "login": parts["user"],
        "password": parts["password"],
        "schema": parts["dbname"],
        **change,
    }
    context = make_context(make_configuration(erp_main=PROFILE.format(read=read)), {"erp_main": Endpoint(**values)})
    with pytest.raises(error):
        extract_source("erp_main", day, context=context).raise_failures()
    assert rows("select count(*) from raw.cost_center") == [(0,)]
    assert rows("select count(*) from ops.incident") == [(1,)]
