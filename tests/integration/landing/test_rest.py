"""An API that answers with storms, refusals and failures: nothing lost, nothing twice."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from starlette.responses import Response

from tests.integration.landing.servers import Api, serve_http
from tieout.errors import Refused, Transient
from tieout.landing import extract
from tieout.landing.extract import extract_source
from tieout.landing.manifest import Interval
from tieout.landing.reparse import reparse_source

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
      parameters: {{from: "{{start}}", to: "{{end}}"}}
      pagination: {{kind: cursor, next: meta.next, limit: 3}}
    cursor: {{overlap: PT15M}}
    format: {{type: json, records: data}}
    objects:
      invoice:
        updated_at: updatedAt
        fields:
          invoice_ref: id
          entity_id: {{path: unit, entity: true}}
          invoice_number: {number}
          kind: {{constant: invoice}}
          currency: {{constant: USD}}
          net_amount: net
          gross_amount: gross
          status: {{constant: entered}}
          remit_to_account: iban
      invoice_line:
        each: "lines[]"
        updated_at: ^.updatedAt
        fields: {{invoice_ref: ^.id, line_number: n, amount: amt}}
"""


def invoice(number: int, net: str = "10.00", hour: int = 8) -> dict:
    """Return an invoice as the API sends it."""
    return {
        "id": f"I{number}",
        "unit": "US01",
        "number": f"INV-00{number}",
        "net": net,
        "gross": net,
        "iban": "DE89370400440532013000",
        "updatedAt": f"2026-03-31T{hour:02}:00:00Z",
        "lines": [{"n": 1, "amt": net}],
    }


@pytest.fixture
def api() -> Api:
    """Ten invoices on four pages."""
    return Api([invoice(number) for number in range(10)])


@pytest.fixture
def context(api, make_configuration, make_context) -> Iterator:
    """A context whose connection `ap` is the API."""
    with serve_http(api) as endpoint:
        yield make_context(make_configuration(ap=PROFILE.format(version=1, number="number")), {"ap": endpoint})


def test_pages_become_rows_of_several_objects(context, api, rows, day):
    outcome = extract_source("ap", day, context=context)
    outcome.raise_failures()
    assert outcome.rows_landed == 20
    assert len(api.asked) == 4
    assert "from=2026-03-30T23%3A45%3A00Z" in api.asked[0]
    landed = rows("select invoice_ref, entity_id, normalised_number, net_amount from raw.invoice order by 1 limit 2")
    assert landed == [("I0", "H1", "INV0", "10.00"), ("I1", "H1", "INV1", "10.00")]
    runs = rows("select object, outcome, rows_read, rows_landed, retries from ops.interface_run order by object")
    assert runs == [("invoice", "succeeded", 10, 10, 0), ("invoice_line", "succeeded", 10, 10, 0)]


def test_bank_accounts_are_nowhere_in_clear(context, rows, day, tmp_path, caplog):
    extract_source("ap", day, context=context).raise_failures()
    ((text, last4),) = rows("select i::text, remit_to_account_last4 from raw.invoice as i where invoice_ref = 'I0'")
    assert "DE8937" not in text
    assert last4 == "3000"
    assert not [path for path in (tmp_path / "archive").rglob("*") if path.is_file() and b"DE8937" in path.read_bytes()]
    assert "DE8937" not in caplog.text


def test_a_429_storm_is_waited_out(context, api, rows, day):
    waits: list[float] = []
    api.faults = {1: [Response(status_code=429, headers={"Retry-After": "2"}) for _ in range(6)]}
    extract_source("ap", day, context=replace(context, pause=waits.append)).raise_failures()
    assert waits == [2.0] * 6
    assert rows("select count(*) from raw.invoice") == [(10,)]
    assert rows("select distinct retries from ops.interface_run") == [(6,)]


def test_a_storm_beyond_the_deadline_leaves_it_to_the_next_attempt(context, api, rows, day):
    api.faults = {2: [Response(status_code=429, headers={"Retry-After": "9999"})]}
    outcome = extract_source("ap", day, context=context)
    with pytest.raises(Transient):
        outcome.raise_failures()
    assert rows("select class, state, runbook from ops.incident") == [("throttled", "retrying", "extract")]
    extract_source("ap", day, context=context).raise_failures()
    assert rows("select state from ops.incident") == [("resolved",)]
    assert rows("select count(*), count(distinct _record_key) from raw.invoice") == [(10, 10)]


def test_a_401_fails_once_a_newer_token_was_refused_too(context, api, rows, day):
    api.revoked = True
    with pytest.raises(Refused):
        extract_source("ap", day, context=context).raise_failures()
    assert len(api.asked) == 2
    assert rows("select class, state from ops.incident") == [("refused", "dead")]
    assert rows("select distinct outcome, error_class from ops.interface_run") == [("failed", "refused")]


def test_a_500_in_the_middle_resumes_at_the_last_archived_page(context, api, rows, day):
    api.faults = {2: [Response(status_code=500) for _ in range(5)]}
    with pytest.raises(Transient):
        extract_source("ap", day, context=context).raise_failures()
    assert rows("select count(*) from raw.invoice") == [(0,)]
    api.asked.clear()
    extract_source("ap", day, context=context).raise_failures()
    assert [query.rpartition("cursor=")[2] for query in api.asked] == ["2", "3"]
    assert rows("select count(*), count(distinct _record_key) from raw.invoice") == [(10, 10)]


def test_a_worker_killed_between_archive_and_copy_is_finished_from_the_archive(context, api, rows, day, monkeypatch):
    class Killed(BaseException):
        pass

    def kill(*arguments, **named):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(extract, "land", kill)
        with pytest.raises(Killed):
            extract_source("ap", day, context=context)
    assert rows("select count(*) from raw.invoice") == [(0,)]
    api.asked.clear()
    extract_source("ap", day, context=context).raise_failures()
    assert api.asked == []
    assert rows("select count(*) from raw.invoice") == [(10,)]
    assert rows("select outcome, error_class, count(*) from ops.interface_run group by 1, 2 order by 1") == [
        ("failed", "pipeline failed", 2),
        ("succeeded", None, 2),
    ]


def test_a_retry_after_success_and_another_run_add_nothing(context, api, rows, day):
    extract_source("ap", day, context=context).raise_failures()
    api.asked.clear()
    extract_source("ap", day, context=context).raise_failures()
    assert api.asked == []
    backfill = replace(context, dag_run_id="run-2", origin="backfill")
    assert extract_source("ap", day, context=backfill).rows_landed == 0
    assert len(api.asked) == 4
    assert rows("select count(*) from raw.invoice") == [(10,)]


def test_an_older_version_after_a_newer_is_stored_and_the_same_again_is_not(context, api, rows, day):
    api.invoices = [invoice(1, "12.00", hour=9)]
    extract_source("ap", day, context=context).raise_failures()
    api.invoices = [invoice(1, "11.00", hour=8), invoice(1, "12.00", hour=9)]
    outcome = extract_source("ap", day, context=replace(context, dag_run_id="run-2"))
    assert outcome.feeds[0].rows_landed("invoice") == 1
    newest = rows("select net_amount from raw.invoice order by _source_updated_at desc, _profile_version desc")
    assert newest == [("12.00",), ("11.00",)]


def test_the_same_row_twice_in_one_payload_lands_once(context, api, rows, day):
    api.invoices = [invoice(1), invoice(1), invoice(2)]
    extract_source("ap", day, context=context).raise_failures()
    assert rows("select rows_read, rows_landed, rows_unchanged from ops.batch where object = 'invoice'") == [(3, 2, 1)]


def test_unknown_fields_are_drift_once_and_a_missing_required_one_is_reported(context, api, rows, day):
    api.invoices = [{**invoice(1), "channel": "mail"}]
    del api.invoices[0]["net"]
    extract_source("ap", day, context=context).raise_failures()
    api.invoices = [{**invoice(2), "channel": "mail"}]
    extract_source("ap", day, context=replace(context, dag_run_id="run-2")).raise_failures()
    batches = rows("select missing_fields, unknown_fields from ops.batch where object = 'invoice' order by 1")
    assert batches == [([], ["channel"]), (["net_amount"], ["channel"])]
    assert rows("select object, field from ops.drift") == [("invoice", "channel")]
    assert rows("select _extra ->> 'channel' from raw.invoice") == [("mail",), ("mail",)]


def test_a_page_that_is_not_json_rejects_the_pull_and_the_next_attempt_reads_again(context, api, rows, day):
    api.faults = {1: [Response("<html>", status_code=200)]}
    outcome = extract_source("ap", day, context=context)
    assert [error.incident_class for error in outcome.errors] == ["malformed payload"]
    extract_source("ap", day, context=context).raise_failures()
    assert rows("select count(*) from raw.invoice") == [(10,)]


def test_a_source_that_was_down_for_a_day_is_read_from_where_the_last_success_ended(context, api, rows, day):
    extract_source("ap", day, context=context).raise_failures()
    first, second, third = (datetime(2026, 4, number, tzinfo=UTC) for number in (1, 2, 3))
    api.revoked = True
    down = extract_source("ap", Interval(first, second), context=replace(context, dag_run_id="run-2"))
    assert down.errors
    api.revoked = False
    api.asked.clear()
    extract_source("ap", Interval(second, third), context=replace(context, dag_run_id="run-3")).raise_failures()
    assert "from=2026-03-31T23%3A45%3A00Z" in api.asked[0]
    assert "to=2026-04-03T00%3A00%3A00Z" in api.asked[0]


def test_one_feed_that_fails_does_not_stop_the_others(context, api, rows, day, make_configuration):
    broken = PROFILE.format(version=1, number="number").replace("feeds:\n", "feeds:\n" + BROKEN)
    outcome = extract_source("ap", day, context=replace(context, configuration=make_configuration(ap=broken)))
    assert [bool(feed.errors) for feed in outcome.feeds] == [True, False]
    assert rows("select count(*) from raw.invoice") == [(10,)]


BROKEN = """
  - name: terms
    read: {path: /v1/nowhere}
    format: {type: json}
    objects: {payment_term: {fields: {payment_term_code: code, net_days: days}}}
"""

PLAIN = """
system: ap
kind: ap
version: 1
protocol: rest
feeds:
  - name: terms
    read: {path: /v1/plain, etag: true}
    format: {type: json, records: data}
    objects: {payment_term: {sweep: true, fields: {payment_term_code: code, net_days: days}}}
"""


def test_a_page_that_did_not_change_is_not_sent_again(context, api, rows, day, make_configuration):
    api.invoices = [{"code": "N30", "days": 30}]
    plain = replace(context, configuration=make_configuration(ap=PLAIN))
    extract_source("ap", day, context=plain).raise_failures()
    later = Interval(day.end, datetime(2026, 4, 2, tzinfo=UTC))
    outcome = extract_source("ap", later, context=replace(plain, dag_run_id="run-2"))
    outcome.raise_failures()
    assert api.asked == ["", '"1"']
    assert outcome.rows_landed == 0


def test_a_record_that_a_full_read_no_longer_has_gets_a_tombstone(context, api, rows, day, make_configuration):
    api.invoices = [{"code": "N30", "days": 30}, {"code": "N60", "days": 60}]
    plain = replace(context, configuration=make_configuration(ap=PLAIN))
    extract_source("ap", day, context=plain).raise_failures()
    api.invoices.pop()
    later = Interval(day.end, datetime(2026, 4, 2, tzinfo=UTC))
    extract_source("ap", later, context=replace(plain, dag_run_id="run-2")).raise_failures()
    assert rows("select _record_key, net_days from raw.payment_term where _deleted") == [("N60", "60")]
    api.invoices = []
    empty = Interval(later.end, datetime(2026, 4, 3, tzinfo=UTC))
    outcome = extract_source("ap", empty, context=replace(plain, dag_run_id="run-3"))
    assert [error.incident_class for error in outcome.errors] == ["contract broken"]
    assert rows("select count(*) from raw.payment_term where _deleted") == [(1,)]


def test_a_corrected_profile_parses_the_archive_again(context, api, rows, day, make_configuration):
    extract_source("ap", day, context=context).raise_failures()
    api.asked.clear()
    corrected = make_configuration(ap=PROFILE.format(version=2, number="id"))
    arguments = {
        "dsn": context.warehouse_dsn,
        "configuration": corrected,
        "archive_root": context.archive_root,
        "keys": context.keys,
        "trace_id": "again",
        "now": day.end,
    }
    outcome = reparse_source("ap", day, **arguments)
    outcome.raise_failures()
    assert (outcome.rows_landed, api.asked) == (10, [])
    assert rows("select _profile_version, min(invoice_number) from raw.invoice group by 1 order by 1") == [
        (1, "INV-000"),
        (2, "I0"),
    ]
    assert reparse_source("ap", day, **arguments).rows_landed == 0
