"""Positive pay: the cheques that the bank may pay."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tieout.errors import Unwritable
from tieout.formats.positive_pay import Cheque, write

NUMBER = "".join(str(digit) for digit in range(1, 10))
CHEQUE = Cheque(NUMBER, "1001", date(2026, 4, 2), Decimal("12.5"), 'Müller, "Acme"')


def test_cheques_are_listed_with_count_and_sum():
    void = replace(CHEQUE, number="1000", amount=Decimal("0.01"), void=True)
    assert write([CHEQUE, void]).decode().splitlines() == [
        "ACCOUNT,CHEQUE,ISSUED,AMOUNT,PAYEE,ACTION",
        f'{NUMBER},1001,20260402,12.50,"Muller, ""Acme""",ISSUE',
        f'{NUMBER},1000,20260402,0.01,"Muller, ""Acme""",VOID',
        "TRL,2,12.51",
    ]


@pytest.mark.parametrize(
    ("cheques", "says"),
    [
        ([], "no cheque"),
        ([CHEQUE, CHEQUE], "1001 is there twice"),
        ([replace(CHEQUE, number="10O1")], "is no number"),
        ([replace(CHEQUE, amount=Decimal(0))], "not above zero"),
        ([replace(CHEQUE, amount=Decimal("0.001"))], "parts of a cent"),
        ([replace(CHEQUE, payee="病院")], "U\\+75C5"),
    ],
)
def test_what_a_bank_would_refuse_is_not_written(cheques, says):
    with pytest.raises(Unwritable, match=says) as caught:
        write(cheques)
    assert NUMBER not in str(caught.value)
