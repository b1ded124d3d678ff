"""Who may approve a batch, and what an approval is worth. Everything else refuses."""

from datetime import timedelta

import psycopg
import pytest

from tieout.payments import answers


@pytest.fixture
def batch(paying):
    """A batch of one payment that one person approves."""
    paying.propose("P1", "100.00")
    return paying.freeze(by="t.reasurer")[0]


def refused(paying, batch, because, **answer):
    taken = paying.answer(batch, **answer)
    assert taken.state == "refused"
    assert because in taken.reason
    assert paying.steps(batch) == ["proposed", "refused"]
    assert paying.rows("select * from payments.claim") == []
    assert paying.make(batch) == []
    assert paying.send(batch) == []
    assert paying.at_bank() == []


def test_somebody_else_approves(paying, batch):
    assert paying.answer(batch, "c.fo", comment="fine").state == "approved"
    assert paying.rows("select approver, decision, reason, batch_sha256 from payments.answer") == [
        ("c.fo", "approved", "fine", batch.sha256)
    ]
    assert paying.rows("select action, actor from audit.event order by event_id")[1] == ("payment_approved", "c.fo")


def test_the_proposer_does_not_approve_under_any_spelling(paying, batch):
    refused(paying, batch, "proposed the batch", by=" T.Reasurer@lake.example ")


@pytest.mark.parametrize(
    ("subject_type", "subject_id", "act", "says"),
    [
        ("invoice", "ap:P1", "entered_invoice", "entered an invoice"),
        ("invoice", "ap:P1", "approved_invoice", "approved an invoice"),
        ("invoice", "ap:P1", "released_hold", "released a hold"),
        ("vendor", "erp_main:V1", "changed_vendor", "changed a vendor"),
    ],
)
def test_nobody_approves_who_had_a_hand_in_the_batch(paying, batch, subject_type, subject_id, act, says):
    paying.insert("mart.payment_involvement", subject_type=subject_type, subject_id=subject_id, person="A.Clerk",
                  act=act, at=paying.now)  # fmt: skip
    refused(paying, batch, says, by="a.clerk")


def test_a_hand_in_another_invoice_is_none_in_the_batch(paying, batch):
    paying.insert("mart.payment_involvement", subject_type="invoice", subject_id="ap:P2", person="a.clerk",
                  act="entered_invoice", at=paying.now)  # fmt: skip
    assert paying.answer(batch, "a.clerk").state == "approved"


def test_who_joined_a_vendor_of_the_batch_with_another_since_does_not_approve_it(paying, batch):
    """The vendor's number belongs to another key now, under which holds and people are found."""
    paying.insert("canonical.int_vendor_crosswalk", vendor_id="erp_main:V1", vendor_key="erp_main:V0")
    paying.rows("update match.match_payable set vendor_key = 'erp_main:V0'")
    paying.insert("mart.payment_involvement", subject_type="vendor", subject_id="erp_main:V0", person="s.teward",
                  act="changed_vendor", at=paying.now)  # fmt: skip
    refused(paying, batch, "changed a vendor", by="s.teward")


def test_a_hold_on_a_vendor_that_was_joined_with_another_since_refuses(paying, batch):
    paying.insert("canonical.int_vendor_crosswalk", vendor_id="erp_main:V1", vendor_key="erp_main:V0")
    paying.rows("update match.match_payable set vendor_key = 'erp_main:V0'")
    paying.rows("insert into mart.exc_hold values (null, 'erp_main:V0', 'vendor', 'SCREENING_HIT', true, true)")
    refused(paying, batch, "held: SCREENING_HIT", by="c.fo")


@pytest.mark.parametrize(("day", "state"), [("2026-03-10", "approved"), ("2026-03-09", "refused")])
def test_a_discount_is_taken_on_its_last_day_and_not_after(paying, day, state):
    paying.propose("P1", "98.00", discount_amount=2, requested_date=day)
    paying.rows("update mart.payment_proposal_invoice set discount_amount = 2")
    paying.rows("update match.match_payable set open_amount = 100")
    (batch,) = paying.freeze()
    assert paying.answer(batch, "c.fo").state == state


def test_a_batch_whose_run_is_gone_is_refused_by_the_next_one_and_a_late_answer_is_not_heard(paying, batch):
    def silent(run: str = "another") -> list[str]:
        return answers.refuse_silent(paying.dsn, dag_run_id=run, now=paying.now)

    paying.now += timedelta(hours=24)
    assert silent() == []
    paying.now += timedelta(seconds=1)
    assert silent(batch.dag_run_id) == []
    assert silent() == [batch.batch_id]
    assert silent() == []
    assert paying.rows("select * from payments.claim") == []
    taken = paying.answer(batch, "c.fo")
    assert (taken.state, taken.reason) == ("refused", "nobody answered in time")
    assert paying.steps(batch) == ["proposed", "refused"]


def test_silence_refuses(paying, batch):
    refused(paying, batch, "nobody answered", by=None, option="Refuse")


def test_an_approval_that_nobody_gave_refuses(paying, batch):
    refused(paying, batch, "nobody answered", by=None, option="Approve")


def test_a_refusal_gives_the_invoices_back_with_its_reason(paying, batch):
    refused(paying, batch, "wait for the credit", by="c.fo", option="Refuse", comment="wait for the credit")
    paying.land()
    assert paying.rows("select status, reason_code from raw.payment order by _row_number") == [
        ("proposed", None),
        ("cancelled", "wait for the credit"),
    ]


def test_an_approval_of_another_content_than_was_frozen_refuses(paying, batch):
    refused(paying, batch, "not what was shown", by="c.fo", sha="0" * 64)


def test_an_approval_of_a_batch_that_was_changed_in_the_tables_refuses(paying, batch):
    with psycopg.connect(paying.dsn) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute("update payments.payment set account_token = 'somebody else''s'")
    refused(paying, batch, "not what was shown", by="c.fo")


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("update staging.stg_vendor_bank_accounts set account_number_token = 'new'", "bank account of Supplier V1"),
        ("delete from staging.stg_vendor_bank_accounts", "bank account of Supplier V1"),
        ("update staging.stg_vendor_bank_accounts set routing_number = 'DEUTDEFFXXX'", "bank account of Supplier V1"),
        ("delete from match.match_payable; insert into mart.fct_invoice values ('ap:P1', true, false)",
         "invoice INV-P1 was cancelled"),
        ("delete from match.match_payable; insert into mart.fct_invoice values ('ap:P1', false, true)",
         "invoice INV-P1 was paid"),
        ("delete from match.match_payable", "invoice INV-P1 is not open any more"),
        ("update match.match_payable set open_amount = 60", "invoice INV-P1 comes to 60.00 USD now"),
        ("update match.match_payable set currency = 'CAD'", "invoice INV-P1 comes to 100.00 CAD now"),
        ("update match.match_payable set vendor_key = 'erp_main:V2'", "invoice INV-P1 is not this vendor's any more"),
        ("insert into mart.exc_hold values ('ap:P1', null, 'invoice', 'DUPLICATE_INVOICE', true, true)",
         "held: DUPLICATE_INVOICE"),
        ("insert into mart.exc_hold values (null, 'erp_main:V1', 'vendor', 'SCREENING_HIT', true, true)",
         "held: SCREENING_HIT"),
        ("insert into mart.payment_control values ('tieout:P1', 'DUPLICATE_PAYMENT', 'live', false)",
         "control: DUPLICATE_PAYMENT"),
    ],
)  # fmt: skip
def test_an_approval_of_a_batch_about_which_something_became_known_since_refuses(paying, batch, statement, says):
    paying.rows(statement)
    refused(paying, batch, says, by="c.fo")


def test_a_hold_that_is_over_or_does_not_block_stops_nothing(paying, batch):
    paying.rows("insert into mart.exc_hold values ('ap:P1', null, 'invoice', 'PRICE_OVER', false, true)")
    paying.rows("insert into mart.exc_hold values ('ap:P1', null, 'invoice', 'PRICE_UNDER', true, false)")
    assert paying.answer(batch, "c.fo").state == "approved"


@pytest.mark.parametrize(("amount", "needed"), [("1000.00", 1), ("1000.01", 2)])
def test_above_the_limit_two_people_approve(paying, amount, needed):
    paying.propose("P1", amount)
    assert paying.freeze()[0].approvers_needed == needed


@pytest.fixture
def large(paying):
    """A batch that two people approve."""
    paying.propose("P1", "5000.00")
    return paying.freeze(by="t.reasurer")[0]


def test_a_second_person_completes_an_approval(paying, large):
    assert paying.answer(large, "c.fo").state == "awaits_second"
    assert paying.make(large) == []
    assert paying.answer(large, "c.eo", round_=2).state == "approved"
    assert len(paying.make(large)) == 1


def test_the_same_person_is_not_a_second_one(paying, large):
    paying.answer(large, "c.fo")
    refused(paying, large, "approved it before", by="C.FO", round_=2)


def test_a_second_person_who_is_silent_refuses(paying, large):
    paying.answer(large, "c.fo")
    refused(paying, large, "nobody answered", by=None, round_=2)


def test_what_changed_between_two_approvals_refuses(paying, large):
    paying.answer(large, "c.fo")
    paying.rows("update staging.stg_vendor_bank_accounts set account_number_token = 'new'")
    refused(paying, large, "bank account of Supplier V1", by="c.eo", round_=2)


def test_the_same_answer_again_changes_nothing_and_a_late_one_is_not_heard(paying, batch):
    paying.answer(batch, "c.fo", "Refuse", comment="no")
    assert paying.answer(batch, "c.fo").state == "refused"
    assert paying.answer(batch, "c.eo", round_=2).state == "refused"
    assert paying.rows("select count(*) from payments.answer") == [(1,)]


def test_a_third_answer_adds_nothing_where_one_suffices(paying, batch):
    paying.answer(batch, "c.fo")
    assert paying.answer(batch, "c.eo", "Refuse", round_=2).state == "approved"


def test_what_changes_after_the_last_approval_is_not_made(paying, batch):
    paying.answer(batch, "c.fo")
    paying.rows("delete from match.match_payable; insert into mart.fct_invoice values ('ap:P1', true, false)")
    assert paying.make(batch) == []
    assert paying.steps(batch) == ["proposed", "approved", "refused"]
    assert paying.rows("select reason from payments.step where step = 'refused'") == [("invoice INV-P1 was cancelled",)]
    assert paying.rows("select * from payments.claim") == []
