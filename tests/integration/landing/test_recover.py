"""After a restore from a backup, what the sources sent since is landed from the archive, as it was."""

import json
import os
from types import SimpleNamespace

import psycopg
import pytest
from airflow.sdk.exceptions import AirflowSkipException

from tests.integration.landing.conftest import EMPTY
from tieout.landing.extract import extract_source
from tieout.operators.restore import LandFromArchive
from tieout.sources.endpoint import Endpoint

PROFILE = """
system: contracts
kind: files
version: 1
protocol: folder
feeds:
  - name: prices
    read: {directory: in, pattern: "*.csv", done: in/done, reject: in/reject}
    format: {type: csv, header: true}
    objects:
      contract_price:
        fields: {contract_number: C, item_number: I, unit: U, valid_from: F, price: P, currency: {constant: USD}}
"""
LANDED = """
select _batch_id, _record_key, _row_sha256, _row_number, _source_updated_at, _payload_sha256
from raw.contract_price
order by 1, 4
"""
TAKEN = "select path, size_bytes, modified_at, payload_sha256 from ops.taken_file where outcome = 'landed' order by 1"


@pytest.fixture
def restored(tmp_path, make_configuration, make_context, rows, warehouse, day, monkeypatch):
    """A warehouse that landed two files and refused a third, and that lost all of it; what it had landed."""
    folder = tmp_path / "files" / "in"
    folder.mkdir(parents=True)
    for number, content in enumerate(
        ("C,I,U,F,P\nC1,I1,EA,2026-01-01,5\n", "C,I,U,F,P\nC1,I1,EA,2026-01-01,6\n", "C,I\nx")
    ):
        path = folder / f"{number}.csv"
        path.write_text(content)
        os.utime(path, (1774960000 + number, 1774960000 + number))
    context = make_context(
        make_configuration(contracts=PROFILE), {"contracts": Endpoint(extra={"path": str(folder.parent)})}
    )
    assert extract_source("contracts", day, context=context).rows_landed == 2
    assert not list(folder.glob("*.csv")), "the files were moved away"
    landed, taken = rows(LANDED), rows(TAKEN)
    with psycopg.connect(warehouse) as connection:
        connection.execute(EMPTY)
    connections = {
        "WAREHOUSE": warehouse.replace("postgresql://", "postgres://"),
        "TIEOUT_KEYS": json.dumps({"extra": {"encryption_keys": ["k" * 32], "token_key": "t" * 32}}),
    }
    for name, connection_text in connections.items():
        monkeypatch.setenv(f"AIRFLOW_CONN_{name}", connection_text)
    monkeypatch.setenv("TIEOUT_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("TIEOUT_ARCHIVE", f"file://{tmp_path / 'archive'}")
    return landed, taken


def run(declared_by: str):
    """What the DAG's task does."""
    context = {
        "params": {"declared_by": declared_by},
        "run_id": "restore-1",
        "dag_run": SimpleNamespace(run_type="manual"),
        "outlet_events": {},
    }
    return LandFromArchive(task_id="land_from_archive").execute(context)


def test_files_that_were_moved_away_since_the_backup_are_landed_from_the_archive_as_they_were(restored, rows):
    landed, taken = restored
    assert run("D. Engineer") == {"contracts": {"contract_price": 2}}
    assert (rows(LANDED), rows(TAKEN)) == (landed, taken)
    assert run("D. Engineer") == {"contracts": {"contract_price": 0}}
    assert rows(LANDED) == landed
    assert rows("select found_by, pulls_landed, closed_at from ops.restore") == [("D. Engineer", 1, None)]


def test_nothing_is_landed_where_nothing_shows_a_restore_and_nobody_says_so(restored, rows):
    with pytest.raises(AirflowSkipException):
        run("")
    assert rows(LANDED) == []
