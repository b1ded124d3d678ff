"""A payment on its way through the models: proposed, frozen, known, approved, made, and proposed no more."""

from datetime import datetime
from pathlib import Path
from typing import Any

from launcher.postgres import EmbeddedPostgres
from tests.scenarios.estate import TIEOUT
from tests.scenarios.payers import Payer
from tests.scenarios.warehouse import Dbt, Warehouse, at, fresh_warehouse
from tests.support.banks import BANK
from tieout.archive.keys import Keys
from tieout.archive.store import Archive
from tieout.payments import answers, files, freeze, landing, page
from tieout.payments.accounts_at_hand import Account, PayingAccount
from tieout.payments.rendering import render
from tieout.payments.store import Batch

AS_OF, LATER = at("2026-03-31"), at("2026-04-01")
KEYS = Keys([b"e" * 32], b"t" * 32)
ROUTING = "021000021"
MODELS = ["+payment_proposal", "+payment_involvement", "+exc_hold", "+fct_invoice", "+fct_payment_invoice"]


def hospital() -> Payer:
    """A hospital that owes its two vendors, and whose accounts are encrypted as landing does."""
    estate = Payer()
    for name in ("payment", "payment_invoice"):
        estate._role("H1", name, TIEOUT, "record")
    for _, name, record in estate.rows:
        if name == "vendor_bank_account":
            sealed = KEYS.seal(f"99{ord(record['vendor_number'][-1]):06}", "bank")
            record |= {
                "account_number_token": sealed.token,
                "account_number_last4": sealed.last4,
                "account_number_encrypted": sealed.encrypted,
            }
    estate.owed("one", "300.00", "2026-03-20", entered_by="a.clerk")
    estate.owed("two", "40.00", "2026-03-25", vendor_number="S-V2")
    return estate


def answer(warehouse: Warehouse, batch: Batch, by: str, now: datetime) -> str:
    response = {"chosen_options": ["Approve"], "params_input": {}, "responded_by_user": {"id": by, "name": by}}
    return answers.take(warehouse.dsn, batch.batch_id, batch.sha256, response, round_=1, now=now).state


def frozen(warehouse: Warehouse, run: str, now: datetime) -> list[Batch]:
    return freeze.freeze_all(warehouse.dsn, entity_id="", proposed_by="schedule", dag_run_id=run, now=now)


def made(warehouse: Warehouse, archive: Archive, batch: Batch, now: datetime) -> bytes:
    ours = PayingAccount("Hospital H1", Account("9900000001", ROUTING), "First Bank", ROUTING, BANK)
    (file,) = files.make(
        warehouse.dsn, archive, KEYS, batch.batch_id, paying_account=lambda _: ours, render=render, now=now
    )
    return b"".join(archive.read(file.sha256))


def paid(warehouse: Warehouse) -> dict[str, Any]:
    return warehouse.values(
        "select invoice.invoice_id, payment.status, payment.vendor_key"
        " from mart.fct_payment as payment inner join mart.fct_payment_invoice as invoice using (payment_id)"
        " where payment.source_system = 'tieout'"
    )


def test_what_was_frozen_is_known_and_proposed_no_more_and_who_had_a_hand_in_it_does_not_approve_it(
    postgres: EmbeddedPostgres, models_template: str, dbt: Dbt, tmp_path: Path
) -> None:
    archive = Archive(str(tmp_path), KEYS)
    with fresh_warehouse(postgres, models_template, dbt) as warehouse:
        hospital().land(warehouse, AS_OF)
        warehouse.build(AS_OF, select=MODELS, data_tests=False)
        (first,) = frozen(warehouse, "first", AS_OF)
        assert (first.payment_count, str(first.total_amount), first.approvers_needed) == (2, "340.0000", 1)
        (shown,) = page.pages(warehouse.dsn, [first])
        assert "a.clerk: entered an invoice of the batch" in shown["page"]
        assert answer(warehouse, first, "A.Clerk", AS_OF) == "refused"

        (batch,) = frozen(warehouse, "second", AS_OF)
        landing.land_due(warehouse.dsn, now=AS_OF, trace_id="run")
        warehouse.build(LATER, select=MODELS, data_tests=False)
        assert set(warehouse.values("select invoice_ref, reason from match.match_payable").values()) == {"in_payment"}
        assert warehouse.rows("select * from mart.payment_proposal") == []
        assert paid(warehouse) == {"ap:one": ("proposed", "erp_main:V1"), "ap:two": ("proposed", "erp_main:V2")}
        assert frozen(warehouse, "third", LATER) == []
        assert answer(warehouse, batch, "c.fo", LATER) == "approved"
        content = made(warehouse, archive, batch, LATER)
        assert content.count(b"<EndToEndId>") == 2
        assert b"<Id>99000049</Id>" in content
