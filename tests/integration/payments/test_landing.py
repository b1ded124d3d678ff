"""What happens to payments becomes known as records of source `tieout`, and banks' words change what may be paid."""

import pytest

from tests.support.pipeline import CHECKOUT
from tests.support.runbook import Runbook
from tieout.errors import Refused
from tieout.payments import journal, outcomes, page


@pytest.fixture
def sent(paying):
    """A batch of two payments that was sent."""
    paying.propose("P1", "100.00")
    paying.propose("P2", "20.50", vendor="V2")
    (batch,) = paying.freeze()
    paying.answer(batch, "c.fo")
    paying.make(batch)
    paying.send(batch)
    return batch


def take(paying) -> int:
    return outcomes.take_outcomes(paying.dsn, now=paying.now, trace_id="run")


def test_a_payment_is_known_at_each_of_its_steps_though_the_clock_stands_still(paying):
    paying.propose("P1", "100.00")
    (batch,) = paying.freeze()
    paying.land()
    paying.answer(batch, "c.fo")
    paying.make(batch)
    paying.send(batch)
    assert paying.land() == 2
    assert paying.land() == 0
    assert paying.statuses() == {"P1": ["proposed", "approved", "sent"]}
    assert paying.rows(
        "select vendor_number, batch_ref, end_to_end_id, instruction_id, group_ref, amount, sent_at is not null,"
        " account_token, account_last4, routing_number from raw.payment where status = 'sent'"
    ) == [
        ("erp_main:V1", batch.batch_id, "P1", "P1", f"{batch.batch_id}-1", "100.0000", True, paying.account("V1"),
         "3000", "COBADEFFXXX")
    ]  # fmt: skip
    assert paying.rows("select payment_ref, invoice_ref, amount from raw.payment_invoice") == [
        ("P1", "ap:P1", "100.0000")
    ]


def test_what_is_landed_is_later_than_what_every_run_knew(paying, sent):
    paying.land()
    ((earliest, latest),) = paying.rows(
        "select min(known_at), max(known_at) from quality.promotion where source_system = 'tieout'"
    )
    ((as_of,),) = paying.rows("select max(as_of) from ops.run")
    assert as_of < earliest < latest


def test_a_settled_payment_stays_claimed_and_a_returned_one_gives_its_invoices_back(paying, sent):
    paying.insert("canonical.int_payment_outcomes", payment_id="tieout:P1", outcome="settled", bank_ref="B1")
    paying.insert("canonical.int_payment_outcomes", payment_id="tieout:P2", outcome="returned", reason_code="AC04")
    assert (take(paying), take(paying)) == (2, 0)
    assert paying.rows("select invoice_id from payments.claim") == [("ap:P1",)]
    paying.land()
    assert {payment: statuses[-1] for payment, statuses in paying.statuses().items()} == {
        "P1": "settled",
        "P2": "returned",
    }
    assert paying.rows("select reason_code from raw.payment where status = 'returned'") == [("AC04",)]


def test_a_late_acknowledgement_takes_no_settlement_back(paying, sent):
    paying.insert("canonical.int_payment_outcomes", payment_id="tieout:P1", outcome="settled")
    take(paying)
    paying.insert("staging.stg_payment_statuses", end_to_end_id="P1", status="ACCP", level="payment")
    take(paying)
    paying.land()
    assert paying.statuses()["P1"][-2:] == ["settled", "settled"]


def test_a_group_that_the_bank_accepts_is_acknowledged(paying, sent):
    paying.insert("staging.stg_payment_statuses", status="ACCP", level="group", message_ref=sent.batch_id,
                  group_ref=f"{sent.batch_id}-1")  # fmt: skip
    assert take(paying) == 2
    paying.land()
    assert {statuses[-1] for statuses in paying.statuses().values()} == {"acknowledged"}


def test_what_the_ladder_says_was_rejected_gives_its_invoices_back_and_no_answer_does_so_by_itself(paying, sent):
    paying.insert("staging.stg_payment_statuses", status="RJCT", reason_code="FF01", level="file",
                  message_ref=sent.batch_id)  # fmt: skip
    assert take(paying) == 0
    paying.insert("canonical.int_payment_outcomes", payment_id="tieout:P1", outcome="rejected", reason_code="FF01")
    paying.insert("canonical.int_payment_outcomes", payment_id="erp_main:P2", outcome="rejected", reason_code="FF01")
    assert take(paying) == 1
    assert paying.rows("select invoice_id from payments.claim") == [("ap:P2",)]


def test_an_answer_to_another_message_acknowledges_nothing(paying, sent):
    answer = {"status": "ACCP", "message_ref": "another"}
    paying.insert("staging.stg_payment_statuses", level="payment", end_to_end_id="P1", **answer)
    paying.insert("staging.stg_payment_statuses", level="group", group_ref=f"{sent.batch_id}-1", **answer)
    paying.insert("staging.stg_payment_statuses", level="file", **answer)
    assert take(paying) == 0


def by_hand(paying, step: str, batch, payment: str = "") -> None:
    """Do what the runbook says, with names put in."""
    (statement,) = [
        query
        for query in Runbook(CHECKOUT / "docs/runbooks/pay_suppliers.md").queries()
        if "insert into payments.step" in query and f"'{step}'" in query
    ]
    paying.rows(statement.replace("<batch>", batch.batch_id).replace("<payment>", payment))


def test_a_payment_that_a_bank_stopped_by_telephone_gives_its_invoices_back(paying, sent):
    paying.land()
    by_hand(paying, "returned", sent, "P1")
    assert paying.rows("select invoice_id from payments.claim") == [("ap:P2",)]
    assert paying.land() == 1
    assert {payment: statuses[-1] for payment, statuses in paying.statuses().items()} == {
        "P1": "returned",
        "P2": "sent",
    }


def test_a_batch_that_is_refused_by_hand_before_it_was_sent_is_not_sent(paying):
    paying.propose("P1", "100.00")
    (batch,) = paying.freeze()
    paying.answer(batch, "c.fo")
    paying.make(batch)
    by_hand(paying, "refused", batch)
    assert paying.send(batch) == []
    assert paying.rows("select * from payments.claim") == []


def test_a_restored_warehouse_pays_nothing_before_somebody_saw_to_the_files_that_it_lacks(paying, sent):
    journal.refuse_lost(paying.dsn, paying.archive)
    journal.note(paying.archive, "pain001_Blost.xml", "Blost", paying.now)
    with pytest.raises(Refused, match="pain001_Blost"):
        journal.refuse_lost(paying.dsn, paying.archive)
    paying.insert("payments.lost_file", file_name="pain001_Blost.xml", seen_by="t.reasurer", reason="entered by hand",
                  at=paying.now)  # fmt: skip
    journal.refuse_lost(paying.dsn, paying.archive)


def test_the_page_shows_count_total_exceptions_and_who_may_not_approve(paying):
    paying.propose("P1", "100.00")
    (refused,) = paying.freeze()
    paying.answer(refused, "c.fo", "Refuse", comment="wait *for* it")
    paying.propose("P9", "7.00", vendor="V9", is_blocked=True, blocked_by=["BANK_DETAIL_CHANGED"])
    paying.insert("mart.payment_involvement", subject_type="invoice", subject_id="ap:P1", person="a.clerk",
                  act="entered_invoice", at=paying.now)  # fmt: skip
    (asked,) = page.pages(paying.dsn, paying.freeze(by="t.reasurer"))
    shown = asked["page"]
    assert "**1 payment, 100.00 USD**" in shown
    assert "left out: Supplier V9, 7.00 USD: BANK\\_DETAIL\\_CHANGED" in shown
    assert "refused before: invoice INV-P1, by c.fo: wait \\*for\\* it" in shown
    assert "first payment to this account: Supplier V1" in shown
    assert "a.clerk: entered an invoice of the batch" in shown
    assert "account …3000" in shown
