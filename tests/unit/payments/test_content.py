"""A batch's hash: the same for the same content, another for any other."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.payments.content import Content, Invoice, Payment, batch_id, content, faults, sha256


def payment(payment_id: str = "P1", *invoices: Invoice, **changes) -> Payment:
    paid = invoices or (Invoice(f"ap:{payment_id}", "4711", Decimal("10.00"), Decimal(0), date(2026, 3, 12)),)
    made = Payment(
        payment_id=payment_id, vendor_key="erp:V1", vendor_source="erp", vendor_number="V1", vendor_name="Supplier",
        vendor_account_id="erp:V1:1", account_token="token", account_last4="3000", routing_number="021000021",
        currency="USD",
        amount=sum((each.amount for each in paid), Decimal(0)), discount_amount=Decimal(0),
        requested_date=date(2026, 3, 12), method="ach", cheque_number=None, remittance="INV 4711", invoices=paid,
    )  # fmt: skip
    return replace(made, **changes)


def batch(*payments: Payment) -> Content:
    return content("H2", "h2_operating", "iso", "USD", payments or (payment(),))


@given(st.permutations([payment(f"P{number}") for number in range(5)]))
def test_order_does_not_matter(payments):
    assert sha256(batch(*payments)) == sha256(batch(*reversed(payments)))


@pytest.mark.parametrize("amount", ["10", "10.0", "10.0000"])
def test_how_an_amount_is_written_does_not_matter(amount):
    assert sha256(batch(payment(amount=Decimal(amount)))) == sha256(batch())


@pytest.mark.parametrize(
    "changes",
    [
        {"account_token": "another"},
        {"routing_number": "011000015"},
        {"amount": Decimal("10.01")},
        {"vendor_name": "Somebody"},
        {"requested_date": date(2026, 3, 13)},
        {"invoices": ()},
        {"method": "cheque"},
        {"remittance": "INV 4712"},
    ],
)
def test_whatever_changes_is_another_content(changes):
    assert sha256(batch(payment(**changes))) != sha256(batch())


def test_an_id_fits_a_message_id_and_is_new_for_each_time_that_the_content_is_proposed():
    first, second = batch_id(batch(), 0), batch_id(batch(), 1)
    assert first != second
    assert first == batch_id(batch(), 0)
    assert len(first) <= 35


@pytest.mark.parametrize(
    ("payments", "says"),
    [
        ([payment(amount=Decimal("9.99"))], "its invoices are 10.00"),
        ([payment(), payment()], "payment P1 is in it twice"),
        ([payment("P1"), payment("P2", Invoice("ap:P1", "1", Decimal(5), Decimal(0), None))], "invoice ap:P1"),
        ([payment(currency="EUR")], "is in EUR"),
        ([payment("P1", Invoice("ap:1", "1", Decimal("0.005"), Decimal(0), None))], "is of 0.005"),
        ([payment("P1", Invoice("ap:1", "1", Decimal("-1"), Decimal(0), None))], "is of -1"),
    ],
)
def test_what_does_not_add_up_is_said(payments, says):
    assert any(says in each for each in faults(batch(*payments)))


def test_a_credit_is_netted():
    paid = (
        Invoice("ap:1", "1", Decimal(10), Decimal(0), None),
        Invoice("ap:2", "2", Decimal(-4), Decimal(0), None),
    )
    assert faults(batch(payment("P1", *paid))) == []
