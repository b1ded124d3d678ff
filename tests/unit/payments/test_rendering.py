"""A batch becomes the file that its bank takes: the same bytes each time, every payment in it once."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from tests.unit.payments.test_content import payment
from tieout.errors import ConfigurationError, Refused
from tieout.payments.accounts_at_hand import Account, PayingAccount, paying_account
from tieout.payments.content import content, sha256
from tieout.payments.rendering import render
from tieout.payments.store import Batch

AT = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)
ROUTING = "021000021"
OURS = PayingAccount("Lake Hospital", Account("99" + "0" * 6, ROUTING), "First Bank", ROUTING)
ACCOUNTS = {name: Account(f"88{number:06}", ROUTING) for number, name in enumerate(("P1", "P2", "P3"))}


def files(*payments, profile="iso", sequence=1):
    what = content("H2", "h2_operating", profile, "USD", payments)
    head = Batch(
        "B1", "PB1", "H2", "h2_operating", profile, "USD", len(payments), what.total, "default", 1, AT, sha256(what),
        "schedule", "run", AT,
    )  # fmt: skip
    return render(head, what, OURS, ACCOUNTS, AT, sequence)


def test_the_same_batch_gives_the_same_bytes():
    assert files(payment("P1"), payment("P2")) == files(payment("P2"), payment("P1"))


def test_payments_are_grouped_by_the_day_on_which_they_are_paid_which_is_never_before_the_approval():
    past, future = date(2026, 3, 1), date(2026, 3, 20)
    (file,) = files(payment("P1", requested_date=past), payment("P2"), payment("P3", requested_date=future))
    assert [(line.payment_id, line.group_ref, line.pay_date) for line in file.lines] == [
        ("P1", "B1-1", AT.date()),
        ("P2", "B1-1", AT.date()),
        ("P3", "B1-2", future),
    ]


@pytest.mark.parametrize(("sequence", "modifier"), [(1, "A"), (26, "Z"), (36, "9")])
def test_ach_files_of_a_day_are_told_apart(sequence, modifier):
    (file,) = files(payment("P1"), profile="us", sequence=sequence)
    assert file.content.decode("ascii").splitlines()[0][33] == modifier


def test_more_ach_files_of_a_day_than_there_are_modifiers_are_refused():
    with pytest.raises(Refused, match="36 ACH files"):
        files(payment("P1"), profile="us", sequence=37)


def test_trace_numbers_count_through_the_file():
    (file,) = files(payment("P1"), payment("P2", requested_date=date(2026, 3, 20)), profile="us")
    assert [(line.payment_id, line.instruction_id) for line in file.lines] == [
        ("P1", "021000020000001"),
        ("P2", "021000020000002"),
    ]


def test_cheques_leave_in_a_file_of_their_own_beside_the_transfers():
    cheque = payment("P2", method="cheque", cheque_number=100001, vendor_account_id=None, account_token=None)
    transfers, cheques = files(payment("P1"), cheque)
    assert (transfers.kind, cheques.kind) == ("pain001", "positive_pay")
    assert [line.payment_id for line in cheques.lines] == ["P2"]
    assert b"100001" in cheques.content


def test_account_numbers_are_shown_by_nothing_but_the_file():
    assert ACCOUNTS["P1"].number not in repr(ACCOUNTS) + repr(OURS)
    assert OURS.account.number not in repr(OURS)


@pytest.mark.parametrize("extra", [{}, {"accounts": {"h2_operating": {"name": "Lake Hospital"}}}])
def test_an_account_of_ours_that_the_connection_lacks_is_named(extra):
    with pytest.raises(ConfigurationError, match="h2_operating"):
        paying_account(extra, "h2_operating")


def test_an_amount_keeps_its_cents():
    (file,) = files(replace(payment("P1"), amount=Decimal("1234567.8000")))
    assert b"<CtrlSum>1234567.80</CtrlSum>" in file.content
