"""Made-up vendor masters."""

import pytest

from sandbox.vendors.masters import TEST, TRAINING, as_row, master
from sandbox.vendors.mess import SEEN, UNSEEN
from sandbox.vendors.organisations import DECOYS, organisations


@pytest.fixture(scope="module")
def parts():
    return {part: organisations(800, seed, part) for part, seed in ((TRAINING, 3), (TEST, 3))}


def test_training_and_test_have_no_organisation_in_common(parts):
    names = [{organisation.name.words[0].casefold() for organisation in parts[part]} for part in (TRAINING, TEST)]
    assert names[0].isdisjoint(names[1])


def test_training_never_sees_the_kinds_that_are_kept_out():
    assert {record.mess for record in master(400, 5, TRAINING)} <= {"none", *SEEN}
    assert set(UNSEEN) <= {record.mess for record in master(400, 5, TEST)}
    assert len(UNSEEN) >= 2


def test_there_are_near_misses_of_every_kind(parts):
    assert {organisation.decoy for organisation in parts[TEST]} == {"", *DECOYS}


def test_a_seed_makes_the_same_master_again():
    assert master(60, 8) == master(60, 8)
    assert master(60, 8) != master(60, 9)


def test_numbers_of_tax_and_bank_are_tokens_and_last_four():
    for record in master(60, 8):
        row = as_row(record)
        assert not {record.tax_id, record.bank_account} & set(row.values()) - {""}
        assert row["tax_id_last4"] == record.tax_id[-4:]
