"""Whether an account number can be one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iban

from tieout.bank_accounts import check

DIGITS = "".join(str(digit) for digit in range(1, 10))
EUROPEAN = "DE" + iban.calc_check_digits("DE00" + DIGITS * 2) + DIGITS * 2
OTHER_DIGIT = EUROPEAN[:-1] + str((int(EUROPEAN[-1]) + 1) % 10)


@pytest.mark.parametrize(
    ("number", "routing", "wrong"),
    [
        (EUROPEAN, None, None),
        (EUROPEAN.lower(), "DEUTDEFF", None),
        (" ".join([EUROPEAN[:4], EUROPEAN[4:]]), "", None),
        (OTHER_DIGIT, None, "IBAN fails its check"),
        (EUROPEAN, "DEUT", "BIC is malformed"),
        (DIGITS, "021000021", None),
        ("00-1234", "021000021", None),
        (DIGITS, "021000022", "routing number fails its check"),
        (DIGITS, "02100002", "routing number fails its check"),
        (DIGITS, None, "routing number is missing"),
        (DIGITS * 2, "021000021", "number is malformed"),
        (DIGITS * 2, "DEUTDEFF", None),
        ("12#4", "021000021", "number is malformed"),
        (None, "021000021", "number is missing"),
        (" - ", "021000021", "number is missing"),
    ],
)
def test_an_account_is_checked_as_its_kind_wants(number, routing, wrong):
    assert check(number, routing) == wrong


@given(st.text(max_size=40), st.text(max_size=12))
def test_an_answer_never_holds_the_number(number, routing):
    assert check(number, routing) in {
        None, "number is missing", "IBAN fails its check", "number is malformed", "routing number is missing",
        "routing number fails its check", "BIC is malformed",
    }  # fmt: skip
