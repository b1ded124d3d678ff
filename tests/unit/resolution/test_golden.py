"""The golden record."""

from datetime import UTC, datetime

from tieout.resolution.golden import golden
from tieout.resolution.vendors import Account, Vendor

OLD, RECENT = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)


def chosen(*vendors):
    return {choice.column: (choice.value, choice.vendor_id, choice.decided_by) for choice in golden(vendors)}


def test_the_system_of_record_names_the_vendor():
    record = Vendor("erp:1", "Alder Inc.", source_rank=1, updated_at=OLD)
    copy = Vendor("ap:1", "ALDER INCORPORATED", source_rank=2, updated_at=RECENT)
    assert chosen(record, copy)["name"] == ("Alder Inc.", "erp:1", "source_rank")


def test_the_latest_telephone_number_wins_whoever_knows_it():
    record = Vendor("erp:1", "Alder", phone="1", source_rank=1, updated_at=OLD)
    copy = Vendor("ap:1", "Alder", phone="2", source_rank=2, updated_at=RECENT)
    assert chosen(record, copy)["phone"] == ("2", "ap:1", "recency")


def test_an_address_is_taken_whole_from_who_knows_most_of_it():
    record = Vendor("erp:1", "Alder", address="1 Main St", city="Chicago", source_rank=1)
    copy = Vendor("ap:1", "Alder", address="2 Oak Rd", city="Boston", postal_code="02101", source_rank=2)
    found = chosen(record, copy)
    assert [found[column][0] for column in ("address", "city", "postal_code")] == ["2 Oak Rd", "Boston", "02101"]
    assert found["address"][2] == "completeness"


def test_a_blank_never_wins_and_what_nobody_knows_is_left_out():
    record = Vendor("erp:1", "Alder", source_rank=1)
    copy = Vendor("ap:1", "Alder", email="ar@alder.com", source_rank=2)
    found = chosen(record, copy)
    assert found["email"] == ("ar@alder.com", "ap:1", "only")
    assert "phone" not in found


def test_bank_accounts_are_the_system_of_records_to_say():
    record = Vendor("erp:1", "Alder", accounts=(Account("x"),), source_rank=1, updated_at=OLD)
    copy = Vendor("ap:1", "Alder", accounts=(Account("y"),), source_rank=2, updated_at=RECENT)
    assert chosen(record, copy)["accounts"][1] == "erp:1"


def test_a_tie_goes_to_the_lower_id():
    assert chosen(Vendor("b", "Alder"), Vendor("a", "Adler"))["name"] == ("Adler", "a", "vendor_id")
