"""What the bank's profile makes of its messages: every field is mapped or ignored, no account number is shown."""

import pytest

from tests.unit.formats import test_bai2, test_camt, test_nacha_returns, test_pain002
from tieout import settings
from tieout.archive.keys import Keys
from tieout.landing.configuration_files import load_configuration
from tieout.landing.expressions import Vocabulary
from tieout.landing.mapping import LINEAGE, copy_columns
from tieout.landing.parse import FeedParser
from tieout.warehouse.contracts import load_contracts

FACTS = {"@file": "f", "@file_time": "t", "@interval_start": "s", "@interval_end": "e", "@system": "bank"}
ENTITIES = {"NORTH OPERATING": "H1", "****6789": "AMB1", "WESTSIDE CLINIC": "AMB1"}
NACHA = test_nacha_returns.file(
    (10000, test_nacha_returns.addenda("99", "R03", "NO ACCOUNT")),
    (0, test_nacha_returns.addenda("98", "C01", test_nacha_returns.NEW_NUMBER)),
)
NOTIFICATION = test_camt.NOTIFICATION.format(version="08", details=test_camt.DETAILS["08"]).encode()
PAYLOADS = {
    "acknowledgements": test_pain002.V10.encode(),
    "returns": NACHA,
    "notifications": NOTIFICATION,
    "statements": test_camt.V08.encode(),
    "american_statements": test_bai2.GOOD,
}


@pytest.fixture(scope="module")
def parsed():
    """Return what a feed of the bank makes of its payload: rows by object, lines as they are loaded, drift."""
    profile = load_configuration(settings.config_dir()).profiles["bank"]

    def parse(name: str):
        (feed,) = (feed for feed in profile.feeds if feed.name == name)
        parser = FeedParser(
            feed,
            load_contracts(settings.objects_dir()),
            Vocabulary(profile.maps, ENTITIES, Keys([b"k" * 32], b"t" * 32), {}),
        )
        rows: dict[str, list[dict[str, str]]] = {}
        text = ""
        for target, lines in parser.parse(lambda: [PAYLOADS[name]], 1, FACTS):
            text += "\n".join(lines)
            columns = [*LINEAGE, *copy_columns(target.contract)]
            found = [dict(zip(columns, line.split("\t"), strict=True)) for line in lines]
            rows.setdefault(target.mapping.object, []).extend(found)
        return rows, text, [unknown for target in parser.objects for unknown in target.unknown]

    return parse


@pytest.mark.parametrize("name", PAYLOADS)
def test_no_field_of_a_message_is_drift_and_no_account_number_is_loaded(parsed, name):
    _, text, unknown = parsed(name)
    assert unknown == []
    for number in (test_bai2.NUMBER, test_nacha_returns.NEW_NUMBER, "DE89370400440532013000"):
        assert number not in text


def test_every_level_of_an_answer_is_a_status_of_its_own(parsed):
    rows, _, _ = parsed("acknowledgements")
    assert [(row["_record_key"], row["level"], row["status"]) for row in rows["payment_status"]] == [
        ("A1:1", "file", "PART"),
        ("A1:2", "group", "PART"),
        ("A1:3", "payment", "ACCP"),
        ("A1:4", "payment", "RJCT"),
        ("A1:5", "payment", "PDNG"),
    ]
    assert {row["message_ref"] for row in rows["payment_status"]} == {"B1"}


def test_a_return_rejects_a_payment_and_a_change_corrects_an_account(parsed):
    rows, _, _ = parsed("returns")
    (returned,), (change,) = rows["payment_status"], rows["account_correction"]
    assert (returned["status"], returned["reason_code"], returned["end_to_end_id"]) == ("RJCT", "R03", "P1")
    assert (returned["at"], returned["level"]) == ("2026-04-02T07:30:00+00:00", "payment")
    assert (change["correction_code"], change["entity_id"], change["account_last4"]) == ("C01", "AMB1", "6789")
    assert change["corrected_account_last4"] == test_nacha_returns.NEW_NUMBER[-4:]
    assert change["corrected_account_token"] not in ("", change["account_token"])


def test_a_notification_gives_its_entries_with_account_and_entity(parsed):
    rows, _, _ = parsed("notifications")
    single, batch = rows["bank_notification"]
    assert (single["_record_key"], single["entity_id"], single["account_last4"]) == ("N1|1|1", "H1", "3000")
    assert (single["amount"], single["original_amount"], single["exchange_rate"]) == ("-98.00", "90.00", "1.1")
    assert (batch["payment_group_ref"], batch["batch_count"], batch["booking_date"]) == ("G1", "3", "")


@pytest.mark.parametrize(
    ("name", "entity", "number", "entries"), [("statements", "H1", "12", 3), ("american_statements", "AMB1", "", 5)]
)
def test_a_statement_gives_itself_and_its_entries_in_either_format(parsed, name, entity, number, entries):
    rows, _, _ = parsed(name)
    (statement,) = rows["bank_statement"]
    assert (statement["entity_id"], statement["statement_number"]) == (entity, number)
    assert statement["account_ref"] == f"****{statement['account_last4']}"
    assert {row["statement_ref"] for row in rows["bank_entry"]} == {statement["statement_ref"]}
    assert len(rows["bank_entry"]) == entries
