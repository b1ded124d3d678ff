"""What is masked in the words of a bank."""

import pytest

from tieout.formats.secret import masked, without_numbers

# Examples of the standard, put together here so that no text holds them.
BRITISH = "".join(("GB29", "NWBK", "6016", "1331", "9268", "19"))
DUTCH = "".join(("NL91", "ABNA", "0417", "1643", "00"))
NORWEGIAN = "".join(("NO93", "8601", "1117", "947"))
DIGITS = "".join(str(digit) for digit in range(10))


@pytest.mark.parametrize("number", [BRITISH, DUTCH, NORWEGIAN, DIGITS])
def test_an_account_number_in_free_text_is_shown_by_its_last_four(number):
    assert without_numbers(f"Account {number} is closed") == f"Account ****{number[-4:]} is closed"


@pytest.mark.parametrize("separator", [" ", "-"])
def test_a_number_written_in_groups_is_masked_whole(separator):
    for number in (BRITISH, DUTCH, DIGITS):
        grouped = separator.join(number[start : start + 4] for start in range(0, len(number), 4))
        said = without_numbers(f"acct {grouped}, closed")
        assert (said.startswith("acct ****"), said.endswith(", closed")) == (True, True)
        assert grouped not in said
        assert len(said) == len("acct ****0000, closed")


@pytest.mark.parametrize("text", ["R03 NO ACCOUNT", "INV-412 of PO10184", "B1-1 of 2026", "AC01: unknown, see AB12"])
def test_reasons_and_short_references_stay_readable(text):
    assert without_numbers(text) == text


def test_a_short_number_shows_nothing():
    assert (masked("12345678"), masked("123456789"), masked("")) == ("****", "****6789", "")
