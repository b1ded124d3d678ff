"""A proposal is frozen once: no invoice is in two live payments, whoever runs what how often."""

import threading
from datetime import timedelta

import psycopg
import pytest

from tieout.errors import Refused
from tieout.payments.freeze import freeze_all


def test_a_batch_is_frozen_with_count_total_and_hash_and_told_to_the_audit(paying):
    paying.propose("P1", "100.00")
    paying.propose("P2", "20.50", vendor="V2")
    (batch,) = paying.freeze(by="t.reasurer")
    assert (batch.payment_count, str(batch.total_amount), batch.approvers_needed) == (2, "120.5000", 1)
    assert batch.batch_id.startswith("B")
    assert paying.rows("select action, actor, after ->> 'sha256' from audit.event") == [
        ("payment_proposed", "t.reasurer", batch.sha256)
    ]
    assert paying.rows("select invoice_id from payments.claim order by 1") == [("ap:P1",), ("ap:P2",)]


def test_what_is_blocked_stays_out(paying):
    paying.propose("P1", "100.00", is_blocked=True, blocked_by=["BANK_DETAIL_CHANGED"])
    assert paying.freeze() == []


def test_two_runs_of_the_same_day_freeze_each_invoice_once(paying):
    paying.propose("P1", "100.00")
    assert len(paying.freeze()) == 1
    assert paying.freeze() == []
    paying.propose("P2", "5.00", vendor="V2")
    (later,) = paying.freeze()
    assert later.payment_count == 1


def test_two_runs_at_once_freeze_each_invoice_once(paying):
    for number in range(20):
        paying.propose(f"P{number}", "1.00")
    found = []
    threads = [threading.Thread(target=lambda run=run: found.extend(paying.freeze(run=run))) for run in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [batch.payment_count for batch in found] == [20]


def test_a_run_that_comes_back_finds_what_it_froze(paying):
    paying.propose("P1", "100.00")
    first = paying.freeze(run="the run")
    paying.propose("P2", "1.00")
    assert paying.freeze(run="the run") == first


def test_a_refused_batch_is_proposed_again_under_another_id_with_the_same_content(paying):
    paying.propose("P1", "100.00")
    (first,) = paying.freeze()
    assert paying.answer(first, "c.fo", "Refuse", comment="wait for the credit").state == "refused"
    (second,) = paying.freeze()
    assert second.sha256 == first.sha256
    assert second.batch_id != first.batch_id


def test_a_payment_that_was_sent_is_never_instructed_again_though_it_came_back(paying):
    paying.propose("P1", "100.00")
    (batch,) = paying.freeze()
    paying.answer(batch, "c.fo")
    paying.make(batch)
    paying.send(batch)
    paying.insert("payments.step", batch_id=batch.batch_id, payment_id="P1", step="returned", actor="bank",
                  at=paying.now)  # fmt: skip
    assert paying.rows("select * from payments.claim") == []
    assert paying.freeze() == []


def test_every_entity_that_pays_through_us_is_frozen_where_none_is_named(paying):
    paying.rows("insert into mart.dim_entity values ('H2', 'tieout'), ('H1', 'erp'), ('AMB1', 'tieout')")
    paying.propose("P1", "100.00")
    paying.propose("P2", "1.00", entity_id="AMB1", batch_id="PB2")
    paying.propose("P3", "1.00", entity_id="H1", batch_id="PB3")
    given = {"proposed_by": "t.reasurer", "dag_run_id": "run", "now": paying.now}
    assert [batch.entity_id for batch in freeze_all(paying.dsn, entity_id="", **given)] == ["AMB1", "H2"]
    with pytest.raises(Refused, match="H1 does not pay"):
        freeze_all(paying.dsn, entity_id="H1", **given)


def test_a_payment_that_is_not_the_sum_of_its_invoices_is_refused(paying):
    paying.propose("P1", "100.00")
    paying.rows("update mart.payment_proposal_invoice set amount = 99")
    with pytest.raises(Refused, match="does not add up"):
        paying.freeze()


def test_a_proposal_of_a_transformation_that_failed_is_not_frozen(paying):
    paying.propose("P1", "100.00", known_at=paying.now + timedelta(hours=1))
    with pytest.raises(Refused, match="did not end well"):
        paying.freeze()


def test_cheques_get_the_next_numbers_of_their_account(paying):
    paying.propose("P1", "10.00", method="cheque")
    paying.freeze()
    paying.propose("P2", "10.00", method="cheque")
    paying.propose("P3", "10.00", method="cheque")
    paying.freeze()
    numbers = paying.rows("select payment_id, cheque_number from payments.payment order by payment_id")
    assert numbers == [("P1", 100001), ("P2", 100002), ("P3", 100003)]


def test_cheques_leave_out_what_a_restored_warehouse_may_have_forgotten(paying):
    paying.propose("P1", "10.00", method="cheque")
    paying.freeze()
    for name in ("positive_pay_Blost.csv", "pain001_Blost.xml"):
        paying.insert("payments.lost_file", file_name=name, seen_by="t.reasurer", reason="read at the bank",
                      at=paying.now + timedelta(hours=1))  # fmt: skip
    for payment in ("P2", "P3"):
        paying.now += timedelta(hours=2)
        paying.propose(payment, "10.00", method="cheque")
        paying.freeze()
    numbers = paying.rows("select payment_id, cheque_number from payments.payment order by payment_id")
    assert numbers == [("P1", 100001), ("P2", 110002), ("P3", 110003)]


@pytest.mark.parametrize(
    "statement",
    [
        "update payments.batch set total_amount = 1",
        "delete from payments.step",
        "truncate payments.answer",
        "update payments.payment set account_token = 'x'",
        "delete from payments.payment_invoice",
    ],
)
def test_what_was_frozen_or_happened_cannot_be_changed_by_its_owner(paying, statement):
    paying.propose("P1", "100.00")
    paying.freeze()
    with pytest.raises(psycopg.errors.RaiseException, match="insert-only"):
        paying.rows(statement)
