"""Events become rows of raw exactly once, whatever order they come in and whatever else brings the same records."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.integration.events.receipts import NOW, Bench
from tieout import settings
from tieout.events import inbox
from tieout.events import round as rounds
from tieout.events.desk import Desk, Vault
from tieout.events.envelope import Envelope
from tieout.landing.manifest import Interval
from tieout.landing.reparse import reparse_source


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


def test_that_an_id_came_again_as_another_event_is_over_with_the_next_events(bench: Bench) -> None:
    bench.arrive("E1", bench.body("E1", bench.row("a")))
    desk = Desk(lambda _: None, lambda: Vault(bench.dsn, bench.keys), lambda: NOW, settings.wall_now)
    other = Envelope(f"{bench.prefix}-E1", "receipt.posted", NOW)
    assert desk.keep("supply", other, bench.body("E1", bench.row("b")), "trace") == "different"
    desk.close()
    bench.take()  # of what came before it
    state = "select state from ops.incident where fingerprint = %s"
    fingerprint = f"events:supply:again:{bench.prefix}-E1"
    assert bench.rows(state, fingerprint) == [("dead",)]
    bench.arrive("E2", bench.body("E2", bench.row("c")), received_at=NOW + timedelta(minutes=1))
    bench.take()
    assert bench.rows(state, fingerprint) == [("resolved",)]


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
