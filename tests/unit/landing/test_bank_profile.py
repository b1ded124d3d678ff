"""What the bank's profile makes of its messages: every field is mapped or ignored, no account number is shown."""

import pytest

from tests.unit.formats import test_bai2, test_camt
from tieout import settings
from tieout.landing.configuration_files import load_configuration
from tieout.landing.keys import Keys
from tieout.landing.mapping import LINEAGE, Vocabulary, copy_columns
from tieout.landing.parse import FeedParser
from tieout.warehouse.contracts import load_contracts

FACTS = {"@file": "f", "@file_time": "t", "@interval_start": "s", "@interval_end": "e", "@system": "bank"}
ENTITIES = {"NORTH OPERATING": "H1", "****6789": "AMB1", "WESTSIDE CLINIC": "AMB1"}
PAYLOADS = {
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
    for number in (test_bai2.NUMBER, "DE89370400440532013000"):
        assert number not in text


@pytest.mark.parametrize(
    ("name", "entity", "number", "entries"), [("statements", "H1", "12", 3), ("american_statements", "AMB1", "17", 5)]
)
def test_a_statement_gives_itself_and_its_entries_in_either_format(parsed, name, entity, number, entries):
    rows, _, _ = parsed(name)
    (statement,) = rows["bank_statement"]
    assert (statement["entity_id"], statement["statement_number"]) == (entity, number)
    assert statement["account_ref"] == f"****{statement['account_last4']}"
    assert {row["statement_ref"] for row in rows["bank_entry"]} == {statement["statement_ref"]}
    assert len(rows["bank_entry"]) == entries
