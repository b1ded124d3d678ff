"""The archive on S3, as an operator gives it to the extraction: same promises as in a folder."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace

import pytest
from airflow.sdk import ObjectStoragePath

from tests.integration.landing.s3 import BUCKET, S3, serve_s3
from tests.integration.landing.servers import Api, serve_http
from tieout.archive.places import PART, ObjectStore
from tieout.archive.store import Archive
from tieout.errors import TieoutError
from tieout.landing import extract
from tieout.landing.extract import extract_source
from tieout.landing.reparse import reparse_source
from tieout.operators.connections import archive_root
from tieout.operators.extract import ExtractSource

PROFILE = """
system: ap
kind: ap
version: {version}
protocol: rest
feeds:
  - name: invoices
    read:
      path: /v1/invoices
      auth: oauth2_client_credentials
      pagination: {{kind: cursor, next: meta.next, limit: 3}}
    format: {{type: json, records: data}}
    objects:
      invoice:
        updated_at: updatedAt
        fields:
          invoice_ref: id
          entity_id: {{constant: H1}}
          invoice_number: {number}
          kind: {{constant: invoice}}
          currency: {{constant: USD}}
          net_amount: {{constant: "10.00"}}
          gross_amount: {{constant: "10.00"}}
          status: {{constant: entered}}
          remit_to_account: iban
"""
URL = f"s3://archive@{BUCKET}/landing"


class Killed(BaseException):
    """What no code of ours expects."""


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[S3]:
    """One S3 for all tests: Airflow opens a connection's store once per process."""
    with serve_s3() as s3, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW_HOME", str(tmp_path_factory.mktemp("airflow")))
        patch.setenv("AIRFLOW_CONN_ARCHIVE", s3.connection(s3.tieout))
        patch.setenv("AIRFLOW_CONN_ANOTHER_PROCESS", s3.connection(s3.tieout))
        patch.setenv("AIRFLOW_CONN_OLD_SECRET", s3.connection((s3.tieout[0], "changed")))
        patch.setenv("AIRFLOW_CONN_OWNER", s3.connection(s3.owner))
        yield s3


@pytest.fixture
def s3(server) -> Iterator[S3]:
    """The server with an empty bucket."""
    yield server
    server.empty()


@pytest.fixture
def root(s3, monkeypatch) -> ObjectStoragePath:
    """The archive's root by configuration."""
    monkeypatch.setenv("TIEOUT_ARCHIVE", URL)
    return archive_root()


@pytest.fixture
def api() -> Api:
    """Ten invoices on four pages."""
    return Api(
        [
            {"id": f"I{number}", "number": f"INV-{number}", "iban": "DE89", "updatedAt": "2026-03-31T08:00:00Z"}
            for number in range(10)
        ]
    )


@pytest.fixture
def context(api, root, make_configuration, make_context) -> Iterator:
    """A context whose connection `ap` is the API and whose archive is on S3."""
    with serve_http(api) as endpoint:
        configuration = make_configuration(ap=PROFILE.format(version=1, number="number"))
        yield make_context(configuration, {"ap": endpoint}, archive_root=root)


def names(s3: S3, folder: str) -> list[str]:
    """Return the names in a folder of the archive."""
    return sorted(key for key in s3.objects() if key.startswith(f"landing/{folder}/"))


def test_an_extraction_leaves_sealed_payloads_and_its_manifest_in_the_bucket(context, s3, rows, day):
    extract_source("ap", day, context=context).raise_failures()
    assert rows("select count(*) from raw.invoice") == [(10,)]
    assert len(names(s3, "objects")) == 4
    assert [name.rpartition("/")[2] for name in names(s3, "pulls")] == [
        *(f"0000{number}.json" for number in (1, 2, 3, 4)),
        "closed.json",
        "complete.json",
        "opened.json",
    ]
    assert names(s3, "incoming") == []
    assert not [key for key, content in s3.objects().items() if b"INV-" in content or b"DE89" in content]
    assert all(s3.objects()[name].startswith(b"TIEOUT1\n") for name in names(s3, "objects"))


def test_everything_below_a_folder_is_listed_as_it_is_now_for_a_recovery(context, s3, day, root):
    archive = Archive(root, context.keys)
    assert list(archive.names("pulls")) == []
    extract_source("ap", day, context=context).raise_failures()
    assert sorted(f"landing/{name}" for name in archive.names("pulls")) == names(s3, "pulls")


def test_the_operator_finds_the_archive_by_configuration(context, s3, rows, day, warehouse, tmp_path, monkeypatch):
    ap = context.resolve("ap")
    connections = {
        "WAREHOUSE": warehouse.replace("postgresql://", "postgres://"),
        "AP": f"http://{ap.login}:{ap.password}@{ap.host}:{ap.port}",
        "TIEOUT_KEYS": json.dumps({"extra": {"encryption_keys": ["k" * 32], "token_key": "t" * 32}}),
    }
    for name, connection in connections.items():
        monkeypatch.setenv(f"AIRFLOW_CONN_{name}", connection)
    monkeypatch.setenv("TIEOUT_CONFIG", str(tmp_path / "config"))
    run = SimpleNamespace(run_type="manual", run_id="run-1", dag_id="extract_ap")
    interval = {"data_interval_start": day.start, "data_interval_end": day.end}
    landed = ExtractSource(task_id="extract_ap", system="ap").execute({"dag_run": run, "outlet_events": {}, **interval})
    assert landed == {"invoice": 10}
    assert rows("select count(*) from raw.invoice") == [(10,)]
    assert (len(names(s3, "objects")), len(names(s3, "pulls"))) == (4, 7)


def test_a_retry_after_a_crash_between_archive_and_copy_goes_on_from_the_manifest(context, api, rows, day, monkeypatch):
    def kill(*arguments, **named):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(extract, "land", kill)
        with pytest.raises(Killed):
            extract_source("ap", day, context=context)
    api.asked.clear()
    extract_source("ap", day, context=context).raise_failures()
    assert api.asked == []
    assert rows("select count(*), count(distinct _record_key) from raw.invoice") == [(10, 10)]


def test_a_retry_after_a_crash_between_two_pages_asks_for_the_rest(context, api, rows, day, monkeypatch):
    put = Archive.put
    kept = []

    def kill_at_the_third(self, chunks):
        if len(kept) == 2:
            raise Killed
        kept.append(put(self, chunks))
        return kept[-1]

    with monkeypatch.context() as patch:
        patch.setattr(Archive, "put", kill_at_the_third)
        with pytest.raises(Killed):
            extract_source("ap", day, context=context)
    api.asked.clear()
    extract_source("ap", day, context=context).raise_failures()
    assert [query.rpartition("cursor=")[2] for query in api.asked] == ["2", "3"]
    assert rows("select count(*), count(distinct _record_key) from raw.invoice") == [(10, 10)]


def test_another_run_keeps_the_same_payload_once(context, s3, day):
    extract_source("ap", day, context=context).raise_failures()
    before = {name: s3.objects()[name] for name in names(s3, "objects")}
    extract_source("ap", day, context=replace(context, dag_run_id="run-2", origin="backfill")).raise_failures()
    assert {name: s3.objects()[name] for name in names(s3, "objects")} == before
    assert names(s3, "incoming") == []


def test_a_corrected_profile_parses_what_is_in_the_bucket(context, api, rows, day, make_configuration):
    extract_source("ap", day, context=context).raise_failures()
    api.asked.clear()
    outcome = reparse_source(
        "ap",
        day,
        dsn=context.warehouse_dsn,
        configuration=make_configuration(ap=PROFILE.format(version=2, number="id")),
        archive_root=context.archive_root,
        keys=context.keys,
        trace_id="again",
        now=day.end,
    )
    outcome.raise_failures()
    assert (outcome.rows_landed, api.asked) == (10, [])
    assert rows("select max(invoice_number) from raw.invoice where _profile_version = 2") == [("I9",)]


def test_a_payload_of_several_parts_appears_whole_and_reads_as_it_came(root, s3, keys):
    archive = Archive(root, keys)
    chunks = [os.urandom(1 << 20) for _ in range(2 * PART // (1 << 20) + 3)]
    seen = []

    def watched():
        yield from chunks
        seen.extend([s3.objects(), s3.uploads()])

    stored = archive.put(watched(), compress=False)
    assert seen[0] == {}
    assert len(seen[1]) == 1
    assert list(s3.objects()) == [f"landing/objects/{stored.sha256[:2]}/{stored.sha256}"]
    assert b"".join(archive.read(stored.sha256)) == b"".join(chunks)


@pytest.mark.parametrize("size", [100, 2 * PART])
def test_a_payload_that_breaks_off_leaves_nothing(root, s3, keys, size):
    def broken():
        yield os.urandom(size)
        raise Killed

    with pytest.raises(Killed):
        Archive(root, keys).put(broken(), compress=False)
    assert s3.objects() == {}
    assert s3.uploads() == []


def test_a_worker_killed_between_copy_and_removal_leaves_only_what_may_expire(root, s3, keys, monkeypatch):
    def kill(*arguments):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(ObjectStore, "remove", kill)
        with pytest.raises(Killed):
            Archive(root, keys).put([b"payload"])
    assert (len(names(s3, "objects")), len(names(s3, "incoming"))) == (1, 1)
    stored = Archive(root, keys).put([b"payload"])
    assert (len(names(s3, "objects")), len(names(s3, "incoming"))) == (1, 1)
    assert b"".join(Archive(root, keys).read(stored.sha256)) == b"payload"


def test_what_another_process_writes_is_seen_at_once(root, s3, keys):
    here = Archive(root, keys)
    there = Archive(ObjectStoragePath(URL.replace("archive@", "another_process@")), keys)
    here.note("pulls/ap/1.json", {"number": 1})
    assert here.recall("pulls/ap/2.json") is None
    there.note("pulls/ap/2.json", {"number": 2})
    assert here.recall("pulls/ap/2.json") == {"number": 2}
    there.note("pulls/ap/2.json", {"number": 3})
    assert here.recall("pulls/ap/2.json") == {"number": 3}
    stored = there.put([b"payload"])
    before = s3.objects()
    assert here.put([b"payload"]) == stored
    assert s3.objects() == before


@pytest.mark.parametrize("url", [URL.replace("archive@", "old_secret@"), URL.replace("landing", "elsewhere")])
def test_credentials_that_the_store_refuses_fail_the_extraction_and_ask_no_source(context, api, s3, day, url):
    outcome = extract_source("ap", day, context=replace(context, archive_root=ObjectStoragePath(url)))
    with pytest.raises(TieoutError, match="PermissionError"):
        outcome.raise_failures()
    assert (api.asked, s3.objects()) == ([], {})


def test_a_misspelt_bucket_is_not_made_even_by_one_who_may(s3, keys):
    archive = Archive(ObjectStoragePath(f"s3://owner@{BUCKET}s/landing"), keys)
    with pytest.raises(FileNotFoundError):
        archive.put([b"payload"])
    with pytest.raises(FileNotFoundError):
        archive.note("pulls/ap/1.json", {})
    assert [bucket["Name"] for bucket in s3.administrator.list_buckets()["Buckets"]] == [BUCKET]


def test_an_archive_that_was_a_folder_is_read_from_its_copy_in_the_bucket(root, s3, keys, tmp_path):
    folder = Archive(tmp_path, keys)
    stored = folder.put([b"payload"])
    folder.note("pulls/ap/1.json", {"number": 1})
    for path in (path for path in tmp_path.rglob("*") if path.is_file()):
        s3.administrator.upload_file(str(path), BUCKET, f"landing/{path.relative_to(tmp_path)}")
    assert b"".join(Archive(root, keys).read(stored.sha256)) == b"payload"
    assert Archive(root, keys).recall("pulls/ap/1.json") == {"number": 1}


def test_a_connection_that_is_missing_is_not_replaced_by_the_credentials_of_the_machine(s3, monkeypatch):
    monkeypatch.setenv("TIEOUT_ARCHIVE", URL.replace("archive@", "nowhere@"))
    with pytest.raises(Exception, match="nowhere"):
        archive_root()
