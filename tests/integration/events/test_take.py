"""Events become rows of raw exactly once, whatever order they come in and whatever else brings the same records."""

import gzip
import json
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from launcher.postgres import EmbeddedPostgres
from sandbox.wire.supply_events import receipt_document
from tests.integration.events.conftest import NOW
from tieout import settings
from tieout.events import inbox
from tieout.events import round as rounds
from tieout.events.inbox import Arrival
from tieout.events.take import Taken, take_events
from tieout.landing.archive import Archive
from tieout.landing.configuration_files import Configuration, load_configuration
from tieout.landing.keys import Keys
from tieout.landing.land import Landing, PullFacts, land
from tieout.landing.manifest import Entry, Interval
from tieout.landing.reparse import reparse_source

COLUMNS = (
    "RCPT_ID;RCPT_NO;LINE;SITE;PO;PO_LINE;ITEM;TYPE;QTY;UOM;QTY_ACC;QTY_REJ;RECEIVED;POSTED;CLERK;REF_RCPT;SLIP;LOT;LOC;"
    "MODIFIED"
)
ROW = {
    **dict.fromkeys(COLUMNS.split(";"), ""),
    **{"RCPT_NO": "GR7", "LINE": "1", "SITE": "LAKE", "PO": "4500001", "PO_LINE": "10", "ITEM": "IT-1", "TYPE": "W"},
    **{"QTY": "12,50", "UOM": "BX", "QTY_ACC": "12,50", "QTY_REJ": "0", "RECEIVED": "31.03.2026 09:00:00"},
    **{"POSTED": "31.03.2026 09:30:00", "CLERK": "dock", "SLIP": "LS-7", "LOC": "L-DOCK"},
    "MODIFIED": "31.03.2026 09:30:00",
}


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    """The configuration as it is shipped."""
    return load_configuration(settings.config_dir())


@pytest.fixture(scope="module")
def module_warehouse(postgres: EmbeddedPostgres, warehouse_template: str) -> Iterator[str]:
    """One warehouse for the module: every test has receipts of its own."""
    name = f"events_{secrets.token_hex(6)}"
    yield postgres.create_database(name, template=warehouse_template)
    postgres.drop_database(name)


@pytest.fixture(scope="module")
def archive_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive that belongs to the warehouse."""
    return tmp_path_factory.mktemp("archive")


class Bench:
    """Events go in, rows come out; the ids of receipts are the test's own."""

    def __init__(self, dsn: str, configuration: Configuration, archive: Archive, keys: Keys) -> None:
        self.dsn, self.configuration, self.archive, self.keys = dsn, configuration, archive, keys
        self.prefix = secrets.token_hex(4)

    def ref(self, name: str) -> str:
        """A receipt's id."""
        return f"R{self.prefix}{name}"

    def row(self, name: str, **changes: str) -> dict[str, str]:
        """A receipt as a line of the file."""
        return {**ROW, "RCPT_ID": self.ref(name), **changes}

    def body(self, event_id: str, row: dict[str, str], event_type: str = "receipt.posted", **changes: Any) -> bytes:
        """An event about a receipt."""
        data = {**receipt_document(row), **changes}
        return json.dumps({"id": event_id, "type": event_type, "occurredAt": NOW.isoformat(), "data": data}).encode()

    def arrive(self, event_id: str, body: bytes, event_type: str = "receipt.posted", system: str = "supply") -> None:
        """An event is in the inbox."""
        event = Arrival(system, f"{self.prefix}-{event_id}", event_type, NOW, NOW, NOW, body, "trace")
        with psycopg.connect(self.dsn) as connection:
            assert inbox.store(connection, event, self.keys) == "stored"

    def take(self) -> Taken:
        """Land what waits."""
        return take_events(
            self.dsn, self.configuration, self.archive, self.keys, trace_id="run", now=lambda: NOW + timedelta(hours=1)
        )

    def land_file(self, *rows: dict[str, str]) -> int:
        """The scheduled extraction brings the file of the day; rows that were new."""
        profile = self.configuration.profile("supply")
        lines = [COLUMNS, *(";".join(row[name] for name in COLUMNS.split(";")) for row in rows)]
        stored = self.archive.put([gzip.compress("\r\n".join([*lines, ""]).encode())])
        entry = Entry(stored.sha256, stored.size, "receipts_1.csv.gz", NOW.isoformat())
        pull = PullFacts(Interval(NOW, NOW + timedelta(days=1)), "pulls/x", stored.sha256, [entry])
        landing = Landing(self.configuration, profile, self.archive, self.keys, "scheduled", "run")
        with psycopg.connect(self.dsn) as connection:
            return sum(one.rows_landed for one in land(connection, landing, profile.feeds[0], pull, NOW))

    def land_page(self, feed_name: str, *records: dict[str, Any]) -> int:
        """The scheduled extraction brings records by AP's API; rows that were new."""
        profile = self.configuration.profile("ap")
        feed = next(feed for feed in profile.feeds if feed.name == feed_name)
        stored = self.archive.put([json.dumps({"data": records}).encode()])
        pull = PullFacts(Interval(NOW, NOW), "pulls/x", stored.sha256, [Entry(stored.sha256, stored.size, "page 1")])
        landing = Landing(self.configuration, profile, self.archive, self.keys, "scheduled", "run")
        with psycopg.connect(self.dsn) as connection:
            return sum(one.rows_landed for one in land(connection, landing, feed, pull, NOW))

    def rows(self, text: str, *parameters: Any) -> list[tuple]:
        """Run a query."""
        with psycopg.connect(self.dsn, options="-c timezone=UTC") as connection:
            return connection.execute(text, parameters).fetchall()  # type: ignore[arg-type]

    def versions(self, name: str) -> list[tuple]:
        """What raw has of a receipt, by time of the source."""
        return self.rows(
            "select qty, _source_updated_at from raw.receipt_line where receipt_ref = %s order by 2", self.ref(name)
        )

    def outcome(self, event_id: str) -> tuple | None:
        """What became of an event."""
        found = self.rows(
            "select outcome, batch_ids, message from raw.inbox inner join ops.inbox_outcome using (inbox_id)"
            " where event_id = %s",
            f"{self.prefix}-{event_id}",
        )
        return found[0] if found else None


@pytest.fixture
def bench(module_warehouse: str, configuration: Configuration, keys: Keys, archive_folder: Path) -> Bench:
    """A bench with receipts of its own."""
    return Bench(module_warehouse, configuration, Archive(archive_folder, keys), keys)


def at(hour: int) -> dict[str, str]:
    """A change of a receipt at an hour, local time."""
    return {"MODIFIED": f"31.03.2026 {hour:02d}:00:00"}


def test_the_file_that_brings_the_same_receipt_later_lands_nothing(bench: Bench) -> None:
    bench.arrive("E1", bench.body("E1", bench.row("a")))
    taken = bench.take()
    assert (taken.landed, taken.rows) == (1, {"receipt_line": 1})
    assert bench.outcome("E1") == ("landed", taken.batch_ids, None)
    assert bench.land_file(bench.row("a")) == 0
    feed, origin = bench.rows("select feed, origin from ops.batch where batch_id = %s", taken.batch_ids[0])[0]
    assert (feed, origin) == ("events", "scheduled")


def test_an_event_after_the_file_that_had_it_is_unchanged(bench: Bench) -> None:
    assert bench.land_file(bench.row("a")) == 1
    bench.arrive("E1", bench.body("E1", bench.row("a")))
    bench.arrive("E2", bench.body("E2", bench.row("b")))
    assert (bench.take().landed, len(bench.versions("a"))) == (1, 1)
    assert bench.outcome("E1") == ("unchanged", [], None)
    assert bench.outcome("E2")[0] == "landed"  # type: ignore[index]


def test_events_out_of_order_end_in_the_same_newest_version(bench: Bench) -> None:
    newest, oldest = bench.row("a", QTY="9", **at(12)), bench.row("a", QTY="7", **at(10))
    bench.arrive("E2", bench.body("E2", newest, "receipt.corrected"), "receipt.corrected")
    assert bench.take().landed == 1
    bench.arrive("E1", bench.body("E1", oldest))
    assert bench.take().landed == 1
    times = [time.hour for _, time in bench.versions("a")]
    assert ([qty for qty, _ in bench.versions("a")], times) == (["7", "9"], [15, 17])


def test_an_event_that_does_not_map_is_rejected_alone_and_a_technical_exception(bench: Bench) -> None:
    bench.arrive(
        "bad", bench.body("bad", bench.row("a"), poNo="", qty="secret-value").replace(b'"receiptId"', b'"rid"')
    )
    bench.arrive("timeless", bench.body("timeless", bench.row("b"), modified="soon"))
    bench.arrive("good", bench.body("good", bench.row("c")))
    bench.arrive("odd", b'{"data": {}}', "receipt.lost")
    taken = bench.take()
    assert (taken.landed, taken.rejected) == (1, 3)
    assert "receipt_line lacks receipt_ref" in str(bench.outcome("bad"))
    assert "does not say when it changed" in str(bench.outcome("timeless"))
    assert "not among the events of supply" in str(bench.outcome("odd"))
    incidents = dict(bench.rows("select fingerprint, class from ops.incident where state = 'dead'"))
    assert incidents["events:supply:receipt.posted"] == "malformed payload"
    assert "secret-value" not in str(bench.rows("select i::text from ops.incident as i"))
    bench.arrive("next", bench.body("next", bench.row("d")))
    bench.take()
    state = bench.rows("select state from ops.incident where fingerprint = 'events:supply:receipt.posted'")
    assert state == [("resolved",)]


def test_a_run_that_is_killed_loses_nothing_and_doubles_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        bench.arrive(f"E{number}", bench.body(f"E{number}", bench.row(str(number))))

    class Killed(BaseException):
        pass

    settled: list[int] = []

    def die(*arguments: Any, **named: Any) -> None:
        settled.append(1)
        if len(settled) == 3:
            raise Killed
        keep(*arguments, **named)

    keep = inbox.settle
    monkeypatch.setattr(rounds.inbox, "settle", die)
    with pytest.raises(Killed):
        bench.take()
    assert bench.versions("0") == []
    monkeypatch.setattr(rounds.inbox, "settle", keep)
    assert bench.take().landed == 5
    assert bench.take().events == 0
    assert [len(bench.versions(str(number))) for number in range(5)] == [1] * 5


def test_two_that_take_at_once_take_each_event_once(bench: Bench) -> None:
    for number in range(40):
        bench.arrive(f"E{number}", bench.body(f"E{number}", bench.row(str(number))))
    with ThreadPoolExecutor(3) as takers:
        taken = [one.result() for one in [takers.submit(bench.take) for _ in range(3)]]
    assert sum(one.landed for one in taken) == 40
    assert sum(one.events for one in taken) == 40
    assert bench.rows("select count(*) from raw.receipt_line where receipt_ref like %s", bench.ref("%")) == [(40,)]


def test_an_invoice_event_lands_header_and_lines_as_the_api_would(bench: Bench) -> None:
    invoice = {
        "invoiceId": bench.ref("i"),
        "businessUnit": "BU-LAKE",
        "invoiceNumber": "INV-1",
        "supplierId": "S1",
        "documentType": "INVOICE",
        "invoiceDate": "2026-03-31",
        "receivedAt": "2026-03-31T10:00:00Z",
        "currency": "USD",
        "totals": {"net": "10.00", "gross": "10.00"},
        "status": "ENTERED",
        "updatedAt": "2026-03-31T10:00:00Z",
        "lines": [{"lineNumber": number, "quantity": 1, "unitPrice": "5.00", "amount": "5.00"} for number in (1, 2)],
    }
    body = json.dumps({"id": "E", "type": "invoice.received", "occurredAt": NOW.isoformat(), "data": invoice}).encode()
    bench.arrive("E", body, "invoice.received", "ap")
    taken = bench.take()
    assert taken.rows == {"invoice": 1, "invoice_line": 2}
    assert bench.land_page("invoices", invoice) == 0
    assert len(bench.outcome("E")[1]) == 2  # type: ignore[index]


def test_events_are_parsed_again_when_the_profile_was_corrected(bench: Bench, archive_folder: Path) -> None:
    bench.arrive("E1", bench.body("E1", bench.row("a")))
    bench.take()
    profile = bench.configuration.profile("supply")
    assert profile.events is not None
    record = profile.events.records[0]
    mapping = record.feed.objects[0]
    fields = {name: rule for name, rule in mapping.fields.items() if name != "packing_slip"}
    corrected = replace(record, feed=replace(record.feed, objects=(replace(mapping, fields=fields),)))
    changed = replace(profile, version=2, events=replace(profile.events, records=(corrected,)))
    outcome = reparse_source(
        "supply",
        Interval(NOW - timedelta(days=1), NOW + timedelta(days=1)),
        dsn=bench.dsn,
        configuration=replace(bench.configuration, profiles={**bench.configuration.profiles, "supply": changed}),
        archive_root=archive_folder,
        keys=bench.keys,
        trace_id="again",
        now=NOW,
        feeds=["events"],
    )
    assert not outcome.errors
    assert bench.rows(
        "select _profile_version, packing_slip from raw.receipt_line where receipt_ref = %s order by 1", bench.ref("a")
    ) == [(1, "LS-7"), (2, None)]
