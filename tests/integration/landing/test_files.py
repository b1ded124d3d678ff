"""Files by SFTP: taken whole, once; half-written, repeated, truncated and wrongly encoded ones."""

import gzip
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.integration.landing.servers import serve_sftp
from tieout.errors import Refused
from tieout.landing import file_feeds
from tieout.landing.context import Context
from tieout.landing.extract import extract_source
from tieout.landing.manifest import Interval
from tieout.landing.raw import RawLoader
from tieout.sources.sftp import connect

PROFILE = """
system: supply
kind: supply
version: 1
protocol: sftp
maps:
  kind: {R: receipt, T: return}
feeds:
  - name: receipts
    read: {directory: out, pattern: "receipts_*", done: out/done, reject: out/reject}
    format: {type: csv, header: true, encoding: [utf-8-sig, cp1252], trailer: {starts_with: TRL, count: 1}}
    objects:
      receipt_line:
        updated_at: MODIFIED
        fields:
          receipt_ref: ID
          entity_id: {path: SITE, entity: true}
          po_number: PO
          po_line_number: LINE
          kind: {path: KIND, map: kind}
          qty: {path: QTY, sign: absolute}
          received_at: {path: RECEIVED, format: "%d.%m.%Y %H:%M"}
          packing_slip: SLIP
  - name: prices
    read: {directory: prices, pattern: "*.csv.gz", marker: "*.ok"}
    format: {type: csv, header: true, compression: gzip}
    objects:
      contract_price:
        fields: {contract_number: C, item_number: I, unit: U, valid_from: F, price: P, currency: {constant: USD}}
"""
HEADER = "ID,SITE,PO,LINE,KIND,QTY,RECEIVED,SLIP,MODIFIED\n"
ROW = "{id},US01,PO{id},1,R,5,31.03.2026 10:00,{slip},2026-03-31T10:00:00Z\n"


def receipts(*ids: int, slip: str = "s") -> str:
    """Return a file of receipts that foots."""
    return HEADER + "".join(ROW.format(id=number, slip=slip) for number in ids) + f"TRL,{len(ids)},,,,,,,\n"


@pytest.fixture
def folder(tmp_path) -> Path:
    """The server's folder."""
    for name in ("out", "prices"):
        (tmp_path / "sftp" / name).mkdir(parents=True)
    return tmp_path / "sftp"


@pytest.fixture
def context(folder, make_configuration, make_context) -> Iterator[Context]:
    """A context whose connection `supply` is the server."""
    with serve_sftp(folder) as endpoint:
        yield make_context(make_configuration(supply=PROFILE), {"supply": endpoint})


@pytest.fixture
def run(context) -> Callable[[int], list[str]]:
    """Extract 31 March plus days and return the messages of what failed."""

    def extract(day: int = 0) -> list[str]:
        interval = Interval(datetime(2026, 3, 31, tzinfo=UTC), datetime(2026, 4, 1 + day, tzinfo=UTC))
        outcome = extract_source("supply", interval, context=replace(context, dag_run_id=f"run-{day}"))
        return [error.message for error in outcome.errors]

    return extract


def drop(path: Path, content: str | bytes) -> None:
    """Write a file with a time of its own."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    os.utime(path, (1774960000 + len(path.name), 1774960000 + len(path.name)))


def test_a_file_is_landed_and_moved_to_the_done_folder(run, folder, rows):
    drop(folder / "out" / "receipts_1.csv", receipts(1, 2))
    assert run() == []
    assert not (folder / "out" / "receipts_1.csv").exists()
    assert (folder / "out" / "done" / "receipts_1.csv").exists()
    assert rows("select receipt_ref, entity_id, kind, received_at from raw.receipt_line order by 1") == [
        ("1", "H1", "receipt", "2026-03-31T10:00:00+00:00"),
        ("2", "H1", "receipt", "2026-03-31T10:00:00+00:00"),
    ]
    assert rows("select path, outcome from ops.taken_file") == [("out/receipts_1.csv", "landed")]


def test_the_same_file_twice_is_recognised_and_adds_nothing(run, folder, rows):
    drop(folder / "out" / "receipts_1.csv", receipts(1))
    run()
    drop(folder / "out" / "receipts_1_again.csv", receipts(1))
    assert run(1) == []
    assert rows("select count(*) from raw.receipt_line") == [(1,)]
    assert rows("select outcome from ops.taken_file order by path") == [("landed",), ("repeated",)]


def test_a_file_that_is_still_being_written_waits_for_the_next_run(context, folder, rows, day):
    path = folder / "out" / "receipts_1.csv"
    whole = receipts(*range(50))
    drop(path, whole[:700])

    def grow(seconds: float) -> None:
        if path.exists() and path.stat().st_size < len(whole):
            path.write_text(whole)

    outcome = extract_source("supply", day, context=replace(context, pause=grow))
    assert (outcome.errors, outcome.rows_landed) == ([], 0)
    assert rows("select count(*) from ops.taken_file") == [(0,)]
    extract_source("supply", day, context=replace(context, dag_run_id="run-2")).raise_failures()
    assert rows("select count(*) from raw.receipt_line") == [(50,)]


BAD = {
    "half": (receipts(1, 2)[:-20], "does not parse|no trailer"),
    "trailer": (receipts(1).replace("TRL,1", "TRL,2"), "number of records is 1, the trailer says 2"),
    "width": (receipts(1).replace(",s,", ","), "fields where"),
    "encoding": (receipts(1).encode() + b"\x81\x8d\n", "Byte [0-9]+ does not decode as cp1252"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_cannot_be_read_is_rejected_whole_and_the_others_go_on(run, folder, rows, name):
    content, message = BAD[name]
    drop(folder / "out" / f"receipts_1_{name}.csv", content)
    drop(folder / "out" / "receipts_2.csv", receipts(7))
    (found,) = run()
    assert re.search(message, found)
    assert (folder / "out" / "reject" / f"receipts_1_{name}.csv").exists()
    assert rows("select receipt_ref from raw.receipt_line") == [("7",)]
    assert rows("select outcome from ops.taken_file order by path") == [("rejected",), ("landed",)]
    assert rows(
        "select e.action, e.after ->> 'feed' = t.feed from audit.event as e"
        " join ops.taken_file as t on t.payload_sha256 = e.subject_id"
    ) == [("rejected", True)]
    assert rows("select class, state from ops.incident") == [("malformed payload", "dead")]
    assert run(1) == []


@pytest.mark.parametrize("end", ["\r", "\r\n"])
def test_line_ends_and_a_byte_order_mark_do_not_matter(run, folder, rows, end):
    drop(folder / "out" / "receipts_1.csv", b"\xef\xbb\xbf" + receipts(1, 2).replace("\n", end).encode())
    assert run() == []
    assert rows("select count(*) from raw.receipt_line") == [(2,)]


def test_the_second_declared_encoding_is_used_where_the_first_fails(run, folder, rows):
    drop(folder / "out" / "receipts_1.csv", receipts(1, slip="Müller").encode("cp1252"))
    assert run() == []
    assert rows("select packing_slip from raw.receipt_line") == [("Müller",)]


def test_values_that_do_not_cast_are_landed_for_the_gate_to_see(run, folder, rows):
    drop(folder / "out" / "receipts_1.csv", receipts(1).replace(",5,31.03.2026 10:00", ",five,yesterday"))
    assert run() == []
    assert rows("select qty, received_at from raw.receipt_line") == [("five", "yesterday")]


def test_a_truncated_gzip_is_rejected(run, folder, rows):
    content = gzip.compress(b"C,I,U,F,P\n" + b"K1,I1,EA,2026-01-01,5.00\n" * 99)
    drop(folder / "prices" / "a.csv.gz", content[:-10])
    drop(folder / "prices" / "a.csv.gz.ok", "")
    (message,) = run()
    assert "truncated" in message
    assert rows("select count(*) from raw.contract_price") == [(0,)]
    assert run(1) == []


def price(amount: str) -> bytes:
    """Return a price list of one price."""
    return gzip.compress(f"C,I,U,F,P\nK1,I1,EA,2026-01-01,{amount}\n".encode(), mtime=0)


def test_a_file_waits_for_its_marker(run, folder, rows):
    drop(folder / "prices" / "a.csv.gz", price("5.00"))
    run()
    assert rows("select count(*) from raw.contract_price") == [(0,)]
    drop(folder / "prices" / "a.csv.gz.ok", "")
    run(1)
    assert rows("select count(*) from raw.contract_price") == [(1,)]


def test_a_price_that_goes_back_is_a_new_version_though_its_list_says_no_time(run, folder, rows):
    for day, amount in enumerate(("5.00", "6.00", "6.00", "5.00")):
        drop(folder / "prices" / f"{'x' * (day + 1)}.csv.gz", price(amount))
        drop(folder / "prices" / f"{'x' * (day + 1)}.csv.gz.ok", "")
        assert run(day) == []
    assert rows("select price from raw.contract_price order by _source_updated_at") == [("5.00",), ("6.00",), ("5.00",)]


def test_links_and_names_with_tricks_are_left_alone(run, folder, rows, tmp_path):
    (tmp_path / "secret.csv").write_text(receipts(1))
    (folder / "out" / "receipts_link.csv").symlink_to(tmp_path / "secret.csv")
    (folder / "out" / "receipts_..\\x.csv").write_text(receipts(2))
    assert run() == []
    assert rows("select count(*) from ops.taken_file") == [(0,)]


def test_a_worker_killed_after_archiving_a_file_finishes_it_though_the_file_is_gone(
    context, folder, rows, day, monkeypatch
):
    class Killed(BaseException):
        pass

    def kill(*arguments, **named):
        raise Killed

    drop(folder / "out" / "receipts_1.csv", receipts(1, 2))
    with monkeypatch.context() as patch:
        patch.setattr(file_feeds, "land", kill)
        with pytest.raises(Killed):
            extract_source("supply", day, context=context)
    assert rows("select count(*) from raw.receipt_line") == [(0,)]
    (folder / "out" / "receipts_1.csv").unlink()
    extract_source("supply", day, context=context).raise_failures()
    assert rows("select count(*) from raw.receipt_line") == [(2,)]


def test_a_file_is_all_or_nothing_when_the_worker_dies_while_loading(context, folder, rows, day, monkeypatch):
    class Killed(BaseException):
        pass

    def kill(self):
        raise Killed

    drop(folder / "out" / "receipts_1.csv", receipts(*range(300)))
    with monkeypatch.context() as patch:
        patch.setattr(RawLoader, "finish", kill)
        with pytest.raises(Killed):
            extract_source("supply", day, context=context)
    counts = "select (select count(*) from raw.receipt_line), (select count(*) from ops.batch), "
    counts += "(select count(*) from ops.taken_file)"
    assert rows(counts) == [(0, 0, 0)]
    extract_source("supply", day, context=context).raise_failures()
    assert rows(counts) == [(300, 1, 1)]


def test_a_wrong_password_is_refused(context, day):
    wrong = replace(context, resolve=lambda name: replace(context.resolve(name), password="wrong"))
    with pytest.raises(Refused):
        extract_source("supply", day, context=wrong).raise_failures()


def test_a_client_that_somebody_else_opened_is_used(context, folder, rows, day):
    drop(folder / "out" / "receipts_1.csv", receipts(1))
    given = replace(context, open_sftp=lambda name: connect(context.resolve(name)))
    extract_source("supply", day, context=given).raise_failures()
    assert rows("select count(*) from raw.receipt_line") == [(1,)]
