"""NACHA: what we send to an American bank."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.errors import MalformedPayload, Unwritable
from tieout.formats.nacha import AchFile, Batch, Credit, identification, trace_number, write
from tieout.formats.nacha_check import batches

NUMBER = "".join(str(digit) for digit in range(1, 10))
CREDIT = Credit("P0a1b2c3d4e5f6a", "Acme & Sons", "121000358", NUMBER, Decimal("100.10"), "INV-1 INV-2")
BATCH = Batch(
    "WESTSIDE CLINIC", "1987654320", date(2026, 4, 2), (CREDIT, replace(CREDIT, identification="P2", addenda=""))
)
FILE = AchFile(
    "021000021", "First Bank", "1987654320", "Westside Clinic", datetime(2026, 4, 1, 10, tzinfo=UTC), (BATCH,)
)


def with_credit(**changes: Any) -> AchFile:
    return replace(FILE, batches=(replace(BATCH, credits=(replace(CREDIT, **changes),)),))


def test_a_file_is_made_of_whole_blocks_of_records_of_94_characters():
    lines = write(FILE).decode().splitlines()
    assert {len(line) for line in lines} == {94}
    assert len(lines) % 10 == 0
    assert [line[0] for line in lines[:7]] == ["1", "5", "6", "7", "6", "8", "9"]


def test_an_entry_says_whom_to_pay_where_and_what_for():
    _, header, entry, addenda, *_ = write(FILE).decode().splitlines()
    assert (header[50:53], header[4:20], header[69:75]) == ("CCD", "WESTSIDE CLINIC ", "260402")
    assert (entry[1:3], entry[3:12], entry[12:29].strip()) == ("22", "121000358", NUMBER)
    assert (entry[29:39], entry[39:54], entry[54:76].strip()) == ("0000010010", "P0a1b2c3d4e5f6a", "Acme & Sons")
    assert (entry[78], entry[79:]) == ("1", "021000020000001")
    assert (addenda[:3], addenda[3:83].strip(), addenda[83:]) == ("705", "INV-1 INV-2", "00010000001")


def test_controls_hold_counts_sums_and_the_entry_hash():
    lines = write(FILE).decode().splitlines()
    batch, file = lines[5], lines[6]
    assert (batch[4:10], batch[10:20]) == ("000003", f"{2 * 12100035:010d}")
    assert (batch[20:32], batch[32:44]) == ("0" * 12, f"{20020:012d}")
    assert (file[1:7], file[7:13], file[13:21]) == ("000001", "000001", "00000003")
    assert (file[21:31], file[43:55]) == (f"{2 * 12100035:010d}", f"{20020:012d}")


def test_the_same_record_gives_the_same_bytes():
    assert write(FILE) == write(FILE)


def test_the_payment_s_id_and_the_trace_number_tie_an_answer_to_its_entry():
    assert identification("P0a1b2c3d4e5f6a7b8c9d") == CREDIT.identification
    assert trace_number("021000021", 2) == write(FILE).decode().splitlines()[4][79:]


@pytest.mark.parametrize(
    ("file", "says"),
    [
        (replace(FILE, batches=()), "no payment"),
        (replace(FILE, batches=(replace(BATCH, credits=(CREDIT, CREDIT)),)), "is there twice"),
        (replace(FILE, bank_routing="021000022"), "our bank fails its check"),
        (with_credit(routing="121000359"), "payment P0a1b2c3d4e5f6a fails its check"),
        (with_credit(account_number="1" * 18), "account number of payment P0a1b2c3d4e5f6a"),
        (with_credit(account_number="12-34"), "account number of payment P0a1b2c3d4e5f6a"),
        (with_credit(account_type="loan"), "neither checking nor savings"),
        (with_credit(amount=Decimal("0.00")), "not above zero"),
        (with_credit(amount=Decimal("0.005")), "parts of a cent"),
        (with_credit(amount=Decimal(10**9)), "field cents does not fit"),
        (with_credit(identification="x" * 16), "field identification does not fit"),
        (with_credit(name="病院"), "U\\+75C5"),
    ],
)
def test_what_a_bank_would_refuse_is_not_written(file, says):
    with pytest.raises(Unwritable, match=says):
        write(file)


def test_an_error_never_shows_an_account_number():
    with pytest.raises(Unwritable) as caught:
        write(with_credit(account_number=NUMBER * 2))
    assert NUMBER not in str(caught.value)
    assert NUMBER not in repr(FILE)


@given(st.lists(st.decimals(min_value="0.01", max_value="9999999", places=2), min_size=1, max_size=40))
def test_a_written_file_reads_with_all_its_controls(amounts):
    credits_of = tuple(
        replace(CREDIT, identification=f"P{number}", amount=amount) for number, amount in enumerate(amounts)
    )
    (batch,) = batches(write(replace(FILE, batches=(replace(BATCH, credits=credits_of),)))).batches
    assert [int(entry[0][29:39]) for entry in batch.entries] == [int(amount * 100) for amount in amounts]


CONTROLLED = {2: range(29, 39), 4: range(29, 39), 5: range(4, 44), 6: range(1, 55)}


@given(st.sampled_from([(line, column) for line in CONTROLLED for column in CONTROLLED[line]]), st.integers(1, 9))
def test_a_digit_that_changed_in_a_number_that_is_controlled_is_found(place, more):
    line, column = place
    lines = write(FILE).decode().splitlines()
    digit = str((int(lines[line][column]) + more) % 10)
    lines[line] = lines[line][:column] + digit + lines[line][column + 1 :]
    with pytest.raises(MalformedPayload):
        batches("\n".join(lines).encode())


@pytest.mark.parametrize("cut", [1, 50, 200, 500, 600])
def test_a_file_cut_short_is_refused(cut):
    with pytest.raises(MalformedPayload):
        batches(write(FILE)[:cut])
