"""A batch becomes the file that its bank takes: the same bytes each time, every payment in it once."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from tests.support.banks import BANK
from tests.unit.payments.test_content import payment
from tieout.errors import ConfigurationError, Refused
from tieout.payments.accounts_at_hand import Account, PayingAccount, paying_account
from tieout.payments.content import content, sha256
from tieout.payments.numbering import Numbers
from tieout.payments.rendering import render
from tieout.payments.store import Batch
from tieout.sources.files import Paying

AT = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)
ROUTING = "021000021"
OURS = PayingAccount("Lake Hospital", Account("99" + "0" * 6, ROUTING), "First Bank", ROUTING, BANK)
ACCOUNTS = {name: Account(f"88{number:06}", ROUTING) for number, name in enumerate(("P1", "P2", "P3"))}


def files(*payments, profile="iso", currency="USD", numbers=Numbers(), ours=OURS):  # noqa: B008 (it is frozen)
    what = content("H2", "h2_operating", profile, currency, payments)
    head = Batch(
        "B1", "PB1", "H2", "h2_operating", profile, currency, len(payments), what.total, "default", 1, AT, sha256(what),
        "schedule", "run", AT,
    )  # fmt: skip
    return render(head, what, ours, ACCOUNTS, AT, numbers)


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


@pytest.mark.parametrize(("number", "modifier"), [(1, "A"), (26, "Z"), (36, "9")])
def test_ach_files_of_a_day_are_told_apart(number, modifier):
    (file,) = files(payment("P1"), profile="us", numbers=Numbers(file_of_day=number))
    assert file.content.decode("ascii").splitlines()[0][33] == modifier


def test_more_ach_files_of_a_day_than_there_are_modifiers_are_refused():
    with pytest.raises(Refused, match="36 ACH files"):
        files(payment("P1"), profile="us", numbers=Numbers(file_of_day=37))


@pytest.mark.parametrize(("entry", "traces"), [(1, (1, 2)), (9_000_000, (9_000_000, 9_000_001)), (9_000_001, (1, 2))])
def test_trace_numbers_count_through_all_our_files_as_far_as_they_have_room(entry, traces):
    later = payment("P2", requested_date=date(2026, 3, 20))
    (file,) = files(payment("P1"), later, profile="us", numbers=Numbers(entry=entry))
    expected = [f"02100002{trace:07}" for trace in traces]
    assert [line.instruction_id for line in file.lines] == expected
    entries = [line for line in file.content.decode("ascii").splitlines() if line.startswith("6")]
    assert [line[79:94] for line in entries] == expected


@pytest.mark.parametrize("changes", [{}, {"method": "cheque", "cheque_number": 100001}])
def test_formats_without_a_currency_pay_no_other_than_dollars(changes):
    with pytest.raises(Refused, match="not in EUR"):
        files(payment("P1", currency="EUR", **changes), profile="us", currency="EUR")


def test_cheques_leave_in_a_file_of_their_own_beside_the_transfers():
    cheque = payment("P2", method="cheque", cheque_number=100001, vendor_account_id=None, account_token=None)
    transfers, cheques = files(payment("P1"), cheque)
    assert (transfers.kind, cheques.kind) == ("pain001", "positive_pay")
    assert [line.payment_id for line in cheques.lines] == ["P2"]
    assert b"100001" in cheques.content


def test_account_numbers_are_shown_by_nothing_but_the_file():
    assert ACCOUNTS["P1"].number not in repr(ACCOUNTS) + repr(OURS)
    assert OURS.account.number not in repr(OURS)


OTHER = Paying("other_bank", "in")
THERE = {"accounts": {"h2_operating": {"name": "Lake Hospital", "number": "1", "routing": ROUTING}}}


@pytest.mark.parametrize("extra", [{}, {"accounts": {"h2_operating": {"name": "Lake Hospital"}}}])
def test_an_account_of_ours_that_no_connection_has_is_named_with_where_it_was_looked_for(extra):
    with pytest.raises(ConfigurationError, match=r"'h2_operating'.*there is bank, other_bank"):
        paying_account([(BANK, extra), (OTHER, {})], "h2_operating")


def test_payments_without_a_bank_that_takes_them_are_refused():
    with pytest.raises(ConfigurationError, match="no source says where it takes payments"):
        paying_account([], "h2_operating")


def test_an_account_belongs_to_the_bank_whose_connection_has_it():
    found = paying_account([(BANK, {"accounts": {"h1_operating": {}}}), (OTHER, THERE)], "h2_operating")
    assert (found.name, found.bank) == ("Lake Hospital", OTHER)


def test_an_account_that_two_banks_have_is_refused():
    with pytest.raises(ConfigurationError, match="bank and other_bank both have an account 'h2_operating'"):
        paying_account([(BANK, THERE), (OTHER, THERE)], "h2_operating")


def test_files_go_into_the_folders_of_the_account_s_bank():
    elsewhere = replace(OURS, bank=Paying("other_bank", "in/wires", "in/cheques"))
    cheque = payment("P2", method="cheque", cheque_number=100001, vendor_account_id=None, account_token=None)
    assert [file.directory for file in files(payment("P1"), cheque, ours=elsewhere)] == ["in/wires", "in/cheques"]


def test_cheques_of_a_bank_that_takes_no_files_of_them_are_refused():
    cheque = payment("P2", method="cheque", cheque_number=100001, vendor_account_id=None, account_token=None)
    with pytest.raises(Refused, match="takes no files of cheques"):
        files(payment("P1"), cheque, ours=replace(OURS, bank=OTHER))


def test_an_amount_keeps_its_cents():
    (file,) = files(replace(payment("P1"), amount=Decimal("1234567.8000")))
    assert b"<CtrlSum>1234567.80</CtrlSum>" in file.content
