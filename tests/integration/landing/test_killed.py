"""A worker that is killed for good leaves nothing or everything, wherever it dies."""

import os
import subprocess
import sys

import pytest

from tieout import settings
from tieout.landing.extract import extract_source
from tieout.sources.endpoint import Endpoint

PROFILE = """
system: notes
kind: files
version: 1
protocol: folder
feeds:
  - name: terms
    read: {directory: ".", pattern: "*.csv", done: done}
    format: {type: csv, header: true}
    objects: {payment_term: {fields: {payment_term_code: code, net_days: days}}}
"""
# Dies without any clean-up on the call whose name it is given.
WORKER = """
import importlib, os, sys
from datetime import UTC, datetime
from pathlib import Path
from tieout.landing.configuration_files import load_configuration
from tieout.landing.context import Context
from tieout.landing.extract import extract_source
from tieout.archive.keys import Keys
from tieout.landing.manifest import Interval
from tieout.sources.endpoint import Endpoint

dsn, root, module, name, call = sys.argv[1:]
owner = importlib.import_module(module)
if name:
    owner = getattr(owner, name)
setattr(owner, call, lambda *arguments, **named: os._exit(9))
end = datetime(2026, 4, 1, tzinfo=UTC)
context = Context(
    warehouse_dsn=dsn, configuration=load_configuration(Path(root) / "config"), archive_root=Path(root) / "archive",
    keys=Keys([b"k" * 32], b"t" * 32), resolve=lambda name: Endpoint(extra={"path": root + "/folder"}),
    dag_run_id="run-1", now=lambda: end,
)
extract_source("notes", Interval(datetime(2026, 3, 31, tzinfo=UTC), end), context=context)
"""


@pytest.mark.parametrize(
    ("module", "name", "call", "landed"),
    [
        ("tieout.archive.store", "Archive", "_publish", 0),
        ("tieout.landing.file_feeds", "", "land", 0),
        ("tieout.landing.raw", "RawLoader", "finish", 0),
        ("tieout.landing.manifest", "Pull", "finish_entry", 2),
        ("tieout.sources.files", "", "put_away", 2),
    ],
)
def test_the_next_attempt_finishes_what_a_killed_worker_began(
    make_configuration, make_context, rows, day, tmp_path, warehouse, module, name, call, landed
):
    configuration = make_configuration(notes=PROFILE)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "terms.csv").write_text("code,days\nN30,30\nN60,60\n")
    environment = {**os.environ, "PYTHONPATH": str(settings.CHECKOUT / "plugins")}
    worker = subprocess.run(
        [sys.executable, "-c", WORKER, warehouse, str(tmp_path), module, name, call], env=environment, check=False
    )
    assert worker.returncode == 9
    counts = (
        "select (select count(*) from raw.payment_term), (select count(distinct _record_key) from raw.payment_term)"
    )
    assert rows(counts) == [(landed, landed)]
    context = make_context(configuration, {"notes": Endpoint(extra={"path": str(tmp_path / "folder")})})
    extract_source("notes", day, context=context).raise_failures()
    assert rows(counts) == [(2, 2)]
    assert rows("select count(*), sum(rows_landed)::int from ops.batch") == [(1, 2)]
    assert rows("select outcome from ops.interface_run order by interface_run_id") == [("failed",), ("succeeded",)]
    assert (tmp_path / "folder" / "done" / "terms.csv").exists()
