"""The whole loop on real servers, run by Airflow's scheduler."""

import json
from collections import Counter
from datetime import timedelta

import httpx
import psycopg
import pytest

from launcher import health, payment_facts, story, summary
from launcher.cycle import Interval
from launcher.dbt import render_documents
from tests.e2e.differences import AFTER_A_BACKFILL
from tests.e2e.snapshot import snapshot
from tests.e2e.steps import (
    answer_until_taken,
    backfill,
    wait_until_asked,
    wait_until_deferred,
    wait_until_quiet,
    withheld,
)
from tests.support.planted import files_that_show, numbers, tables_that_show
from tieout.audit.verify import verify

pytestmark = pytest.mark.e2e


def rows(stack, statement, parameters=None):
    """Return the rows of a query on the warehouse."""
    with psycopg.connect(stack.warehouse_dsn) as connection:
        return connection.execute(statement, parameters).fetchall()


def test_no_dag_has_an_import_error(stack):
    assert stack.api.import_errors() == []


def test_every_injected_finding_is_raised_and_nothing_else(stack):
    with psycopg.connect(stack.warehouse_dsn) as connection:
        scores = summary.findings(stack, connection)
    assert len(scores) >= 20
    assert [score for score in scores if not score.perfect] == []


def test_every_difference_of_the_books_is_told_down_to_its_documents(stack):
    with psycopg.connect(stack.warehouse_dsn) as connection:
        facts = payment_facts.read(connection)
    assert facts.batches == []  # their ERPs pay
    assert {(row["entity_id"], row["kind"]) for row in facts.books} == {
        (entity, kind) for entity in ("H1", "H3") for kind in ("ap_control", "cash")
    }
    told = Counter()
    for row in facts.differences:
        told[row["entity_id"], row["kind"], row["currency"]] += row["difference"]
    differing = {
        (row["entity_id"], row["kind"], row["currency"]): row["gl"] - row["subledger"]
        for row in facts.books
        if row["gl"] != row["subledger"]
    }
    assert {key: amount for key, amount in told.items() if amount} == differing


def test_the_banks_statements_leave_no_gap_that_treasury_would_be_told_of(stack):
    found = "select count(*) > 50, count(*) filter (where is_gap or not follows) from mart.fct_bank_statement"
    assert rows(stack, found) == [(True, 0)]


def test_discounts_that_were_taken_are_measured_against_those_that_were_offered(stack):
    found = rows(
        stack,
        "select entity_id, currency, numerator > 0, numerator < denominator from mart.kpi_value"
        " where kpi = 'discount_capture_rate' and superseded_at is null order by entity_id",
    )
    assert found == [("H1", "USD", True, True), ("H3", "USD", True, True)]


def test_vendor_numbers_of_one_supplier_are_found_and_merged_where_it_is_certain(stack):
    with psycopg.connect(stack.warehouse_dsn) as connection:
        merged, proposed = summary.vendors(stack, connection)
    assert (merged.precision, merged.recall > 0.9) == (1, True)
    assert (proposed.precision > 0.99, proposed.recall > 0.97) == (True, True)


def test_every_batch_was_promoted_and_every_bad_row_is_in_quarantine_with_its_reason(stack):
    assert rows(stack, "select source_system, object, state from ops.batch where state <> 'promoted'") == []
    assert rows(stack, "select count(*) > 0, bool_and(reason <> '') from quality.quarantine") == [(True, True)]


def test_verdicts_reached_every_target_and_were_taken_over(stack):
    states = rows(stack, "select target, state, count(*) from feedback.message_state group by target, state")
    assert {"ap", "erp_main", "erp_west", "supply"} <= {target for target, state, _ in states if state == "confirmed"}
    assert {state for _, state, _ in states} <= {"acknowledged", "confirmed", "superseded"}


def test_each_message_took_effect_once(stack):
    counters = stack.estate.counters()
    counters.pop("bank", None)  # gets files of payments, which are no messages
    for target, operations in counters.items():
        for operation, counts in operations.items():
            sent = rows(
                stack,
                "select count(*) from feedback.message_state where target = %s and operation = %s"
                " and state in ('acknowledged', 'confirmed')",
                [target, operation],
            )[0][0]
            assert counts["effective"] <= sent, f"{target} {operation}"


def test_no_technical_exception_is_open(stack):
    assert rows(stack, "select class, message from ops.incident where state in ('retrying', 'dead')") == []


def test_the_dag_that_watches_ran_by_itself_and_is_seen_from_outside(stack):
    assert rows(stack, "select name from ops.heartbeat order by name") == [("publish",), ("watch",)]
    assert health.main(["--airflow", stack.state["airflow"], "--warehouse", stack.warehouse_dsn]) == 0


def test_the_acquired_company_shows_its_short_and_rejected_receipts(stack):
    found = rows(stack, "select code, count(*) from match.match_hold where entity_id = 'AWC' group by code")
    assert dict(found) == {"RECEIPT_SHORT": 380, "RECEIPT_REJECTED": 563}


def test_no_bank_account_or_tax_id_is_readable_anywhere(stack):
    """Vendors' account numbers and ours are looked for in every log, page, report and table, and in all that Airflow
    keeps: what tasks hand on, what people are asked, what they answered."""
    planted = numbers(stack.postgres.dsn("estate"), stack.estate.connections)
    assert len(planted) > 40
    layout = stack.layout
    written = [layout.logs, layout.task_logs, layout.data_docs, layout.steward_report]
    assert files_that_show(written, planted) == []
    assert tables_that_show(stack.warehouse_dsn, planted, views=True) == []
    assert tables_that_show(stack.postgres.dsn("airflow"), planted) == []


def test_a_backfill_over_past_intervals_changes_nothing_and_sends_nothing(stack):
    before = snapshot(stack.warehouse_dsn, without=AFTER_A_BACKFILL)
    last = stack.estate.clock()[1].date() - timedelta(days=1)
    runs = backfill(stack, "extract_ap", last - timedelta(days=1), last)
    after = snapshot(stack.warehouse_dsn, without=AFTER_A_BACKFILL)
    assert sorted(name for name in before | after if before.get(name) != after.get(name)) == []
    assert [(run.logical_date.date(), run.state) for run in runs] == [
        (last - timedelta(days=1), "success"), (last, "success")
    ]  # fmt: skip


def test_the_archive_read_again_with_the_same_profile_lands_nothing(stack):
    before = rows(stack, "select sum(rows_landed) from ops.batch")
    window = {"start": "2026-03-01T00:00:00+00:00", "end": "2026-03-31T00:00:00+00:00"}
    assert outcome_of(stack, "reparse", {"system": "bank", **window}) == "success"
    assert rows(stack, "select sum(rows_landed) from ops.batch") == before


def test_a_steward_releases_a_row_and_the_audit_says_who_and_why(stack):
    (quarantine_id,) = rows(stack, "select min(quarantine_id) from quality.quarantine where state = 'waiting'")[0]
    decision = {"action": "release", "select_by": "ids", "selection": str(quarantine_id)}
    assert outcome_of(stack, "steward", decision | {"reason": "checked with the supplier"}) == "success"
    wait_until_quiet(stack)  # a decision starts a transformation
    states = rows(stack, "select state from quality.quarantine where quarantine_id = %s", [quarantine_id])
    assert states == [("released",)]
    audited = rows(stack, "select actor, reason from audit.event where action like '%%release%%'")
    assert ("admin", "checked with the supplier") in audited


def test_the_audit_trail_of_everything_that_happened_verifies_and_is_anchored(stack):
    assert outcome_of(stack, "verify_audit", {}) == "success"
    with psycopg.connect(stack.warehouse_dsn) as connection:
        report = verify(connection, None)
    assert report.findings.shown == []
    assert report.positions > 0
    assert list((stack.layout.home / "archive" / "anchors").iterdir())


def test_a_merge_that_a_person_approves_is_the_next_transformations(stack):
    waiting = "select count(distinct subject_id) from steward.queue where kind = 'vendor'"
    before = rows(stack, waiting)[0][0]
    run = stack.api.trigger("review", run_id="by-hand-review", conf={"kind": "vendor", "size": 1})
    wait_until_asked(stack, run, "ask")
    said = {"comment": "one firm by its contract", "approve": "", "reject": "", "correct": ""}
    answer_until_taken(stack, run, "ask", "Approve", said)
    wait_until_quiet(stack)
    assert stack.api.run("review", run.run_id).state == "success"
    decided = "select decided_by, reason, detail from raw.decision where decision_type = 'vendor_merge'"
    ((by, reason, detail),) = rows(stack, decided)
    assert (by, reason) == ("admin", "one firm by its contract")
    merged = [vendor_id for group in json.loads(detail)["groups"] for vendor_id in group]
    keys = rows(
        stack, "select distinct vendor_key from canonical.int_vendor_crosswalk where vendor_id = any(%s)", [merged]
    )
    assert len(merged) > 1
    assert len(keys) == 1
    assert rows(stack, waiting)[0][0] < before


def test_a_dry_run_of_a_replay_sends_nothing(stack):
    before = rows(stack, "select count(*) from feedback.attempt")
    assert outcome_of(stack, "replay", {"replayed_by": "engineer", "reason": "a look"}) == "success"
    assert rows(stack, "select count(*) from feedback.attempt") == before


def test_the_documents_of_the_models_are_complete(stack):
    render_documents(stack)
    for name in ("index.html", "manifest.json", "catalog.json"):
        answer = httpx.get(stack.state["dbt_docs"] + name)
        assert answer.is_success, name
        assert len(answer.content) > 10_000, name


def test_only_signed_events_and_people_who_are_logged_in_reach_the_inbox(stack):
    for path in ("/tieout/inbox", "/tieout/inbox/supply/E1"):
        assert httpx.get(stack.api.url + path).status_code == 401, path
    headers = {"Content-Type": "application/json", "Tieout-Timestamp": "1", "Tieout-Signature": "v1=00"}
    answer = httpx.post(f"{stack.api.url}/tieout/events/supply", content=b"{}", headers=headers)
    assert answer.status_code == 401
    assert rows(stack, "select count(*) from raw.inbox") == [(0,)]


def test_the_receipts_that_an_invoice_waits_for_release_it_at_ap_as_soon_as_they_are_told(stack):
    told = story.live(stack)
    assert told is not None
    assert told.released is not None
    assert told.released["matchStatus"] != told.invoice["matchStatus"]
    wait_until_quiet(stack)
    outcomes = rows(stack, "select event_id, outcome from raw.inbox left join ops.inbox_outcome using (inbox_id)")
    assert sorted(outcomes) == sorted((event["id"], "landed") for event in told.events)
    assert {run.state for run in stack.api.runs() if run.dag_id == "receive"} == {"success"}


def test_an_event_that_runs_ahead_makes_nothing_missing_that_was_only_not_read_yet(stack):
    with psycopg.connect(stack.warehouse_dsn) as connection:
        scores = summary.findings(stack, connection)
    # of absences alone: what the merge by a person, above, says of its vendor's bank details no label knows
    absences = [score for score in scores if score.code in ("SYNC_MISSING", "SYNC_DIFFERENT", "RECEIPT_LATE_POSTED")]
    assert len(absences) == 3
    assert [score for score in absences if score.precision < 1.0] == []


def test_an_extraction_waits_deferred_for_a_file_and_lands_it_when_it_has_come(stack):
    """It plays a day, of which only the supply system is extracted."""
    _, end = stack.estate.advance(1)
    interval = Interval.of_days(end - timedelta(days=1), 1)
    taken = "select count(*) from ops.taken_file where feed = 'receipts' and modified_at >= %s"
    with withheld(stack, "outgoing/receipts", "receipts_*"):
        run = stack.api.trigger("extract_supply", run_id=interval.name, start=interval.start, end=interval.end)
        wait_until_deferred(stack, run)
        assert rows(stack, taken, [interval.start]) == [(0,)]
    wait_until_quiet(stack)
    assert stack.api.run(run.dag_id, run.run_id).state == "success"
    assert rows(stack, taken, [interval.start]) > [(0,)]
    landed = "select sum(rows_landed) > 0 from ops.batch where object = 'receipt_line' and interval_start = %s"
    assert rows(stack, landed, [interval.start]) == [(True,)]


def test_the_file_of_the_day_brought_the_receipts_that_were_told_and_landed_none_twice(stack):
    told = [event["id"].split(":")[1] for event in stack.estate.events()]
    landed = rows(
        stack, "select receipt_ref, count(*) from raw.receipt_line where receipt_ref = any(%s) group by 1", [told]
    )
    assert told
    assert sorted(landed) == sorted((ref, 1) for ref in told)


def outcome_of(stack, dag_id: str, conf: dict[str, str]) -> str:
    """Start a DAG by hand, wait until everything is quiet again, and return the run's state."""
    run = stack.api.trigger(dag_id, run_id=f"by-hand-{dag_id}", conf=conf)
    wait_until_quiet(stack)
    return stack.api.run(dag_id, run.run_id).state
