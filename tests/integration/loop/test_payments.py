"""Payments go round: proposed by the models, approved by people, taken by the estate's bank, settled, told to AP."""

import json
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from launcher import payment_facts
from launcher.postgres import EmbeddedPostgres
from tests.support.banks import BANK
from tests.support.pipeline import CHECKOUT, Pipeline, running_estate
from tests.support.planted import files_that_show, numbers, tables_that_show
from tieout.archive.store import Archive
from tieout.payments import answers, files, freeze, landing, outcomes, sending
from tieout.payments.accounts_at_hand import paying_account
from tieout.payments.rendering import render
from tieout.payments.store import Batch
from tieout.sources import sftp
from tieout.warehouse.connection import connect

pytestmark = pytest.mark.slow
PEOPLE = ("treasurer", "controller")


@pytest.fixture(scope="module")
def paid(postgres: EmbeddedPostgres, warehouse_template: str) -> Iterator[tuple[Pipeline, list[Batch]]]:
    """A hospital and a clinic that pay through us: a month as history, a day of payments, and two days after it."""
    home = Path(tempfile.mkdtemp(prefix="tieout-payments-"))
    home.chmod(0o755)
    name = f"loop_{secrets.token_hex(6)}"
    dsn = postgres.create_database(name, template=warehouse_template)
    with running_estate(postgres, home, volume=0.3, entities=["H2", "AMB1"]) as estate:
        pipeline = Pipeline(dsn, home, estate, CHECKOUT / "config")
        pipeline.cycle(30)
        batches = pay(pipeline, "first")
        pipeline.cycle(1)
        pay(pipeline, "second")
        pipeline.cycle(1)
        pay(pipeline, "third")
        yield pipeline, batches
    postgres.drop_database(name)
    shutil.rmtree(home)


def pay(pipeline: Pipeline, run: str) -> list[Batch]:
    """Do what a run of the DAG does, with everybody approving; return the batches."""
    dsn, now, keys = pipeline.dsn, pipeline.now(), pipeline.keys
    archive, bank = Archive(pipeline._archive(), keys), pipeline.resolve("bank")
    outcomes.take_outcomes(dsn, now=now, trace_id=run)
    batches = freeze.freeze_all(dsn, entity_id="", proposed_by="schedule", dag_run_id=run, now=now)
    for batch in batches:
        for round_, person in enumerate(PEOPLE[: batch.approvers_needed], start=1):
            response = {"chosen_options": ["Approve"], "responded_by_user": {"id": person, "name": person}}
            answers.take(dsn, batch.batch_id, batch.sha256, response, round_=round_, now=now)
        files.make(
            dsn, archive, keys, batch.batch_id, render=render, now=now,
            paying_account=lambda name: paying_account([(BANK, bank.extra)], name),
        )  # fmt: skip
        sending.send(dsn, archive, batch.batch_id, open_client=lambda _: sftp.connect(bank), now=now)
    landing.land_due(dsn, now=now, trace_id=run)
    pipeline.publish(pipeline.transform())  # AP hears of it before the bank pays, and the ERP of its discounts
    return batches


def test_both_entities_pay_and_every_approval_counts(paid):
    pipeline, batches = paid
    assert {batch.entity_id for batch in batches} == {"H2", "AMB1"}
    refused = pipeline.query("select batch_id, reason from payments.step where step = 'refused'")
    assert refused == []


def test_the_bank_settles_what_it_took_and_the_warehouse_knows(paid):
    pipeline, _ = paid
    states = dict(pipeline.query(
        "select status, count(*) from mart.fct_payment where source_system = 'tieout' group by status"
    ))  # fmt: skip
    assert states.get("settled", 0) > 0, states
    said = pipeline.query("select step, count(*) from payments.step where payment_id is not null group by step")
    assert dict(said)["settled"] > 0


def test_no_invoice_is_in_two_payments_that_live(paid):
    pipeline, _ = paid
    twice = pipeline.query(
        "select invoice.invoice_id, count(*) from payments.payment_invoice as invoice"
        " inner join payments.instruction as instruction using (batch_id, payment_id)"
        " where not exists (select from payments.step where step.payment_id = invoice.payment_id"
        " and step.step in ('returned', 'rejected')) group by 1 having count(*) > 1"
    )
    assert twice == []


def test_no_account_number_is_readable_in_any_table_or_file_but_at_the_bank(paid):
    pipeline, _ = paid
    planted = numbers(json.loads((pipeline.home / "estate.json").read_text())["dsn"], pipeline.estate.connections)
    assert len(planted) > 40
    assert tables_that_show(pipeline.dsn, planted, views=True) == []
    ours = [path for path in pipeline.home.iterdir() if path.is_dir() and path.name != "estate"]
    assert files_that_show(ours, planted) == []


def test_ap_is_told_what_became_of_payments(paid):
    pipeline, _ = paid
    told = dict(pipeline.query(
        "select body ->> 'paymentStatus', count(*) from feedback.outbox"
        " where operation = 'payment_status' and body ->> 'paymentReference' like 'P%%' group by 1"
    ))  # fmt: skip
    assert {"SENT", "SETTLED"} & set(told), told


def test_each_erp_shows_the_payments_that_were_made_for_it(paid):
    pipeline, _ = paid
    states = pipeline.query(
        "select target, state, count(*) from feedback.message_state"
        " where operation = 'payment_status' and target like 'erp%%' group by 1, 2"
    )
    assert {target for target, state, _ in states if state == "confirmed"} == {"erp_main", "erp_west"}, states
    assert {state for _, state, _ in states} <= {"acknowledged", "confirmed", "superseded"}, states
    settled = pipeline.query(
        "select distinct erp_system from mart.transaction_state"
        " where erp_payment_status = 'settled' and erp_payment_ref ~ '^P'"
    )
    assert sorted(settled) == [("erp_main",), ("erp_west",)]


def test_the_story_tells_what_was_blocked_and_the_books_of_both_balance(paid):
    pipeline, batches = paid
    with connect(pipeline.dsn) as connection:
        facts = payment_facts.read(connection)
    told = {row["batch_id"]: row for row in facts.batches}
    assert set(told) == {batch.batch_id for batch in batches}
    assert all(row["settled"] > 0 and row["entries"] for row in told.values())
    assert {"BANK_DETAIL_CHANGED", "SCREENING_HIT"} <= {row["control_code"] for row in facts.blocked}
    assert {(row["entity_id"], row["kind"]) for row in facts.books if row["gl"] == row["subledger"]} == {
        (entity, kind) for entity in ("H2", "AMB1") for kind in ("ap_control", "cash")
    }
    assert facts.differences == []
