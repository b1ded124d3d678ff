"""The suite's configuration is the shipped one but for what it says."""

import csv

import yaml

from chaos.configuration import PROMISED_HOURS, by_file, impatient, late_receipts
from tieout import settings

TARGETS = (settings.config_dir() / "feedback" / "targets.yml").read_text()
SLAS = (settings.config_dir() / "policies" / "sla.csv").read_text()


def test_an_entity_is_told_of_by_file_and_the_others_as_before():
    shipped, played = yaml.safe_load(TARGETS)["targets"], yaml.safe_load(by_file(TARGETS, "H1"))["targets"]
    for name, mode in (("supply", "off"), ("supply_files", "live")):
        operation = shipped[name]["operations"]["receipt_discrepancy"]
        operation["entities"]["H1"] = mode
    assert played == shipped


def test_no_message_waits_longer():
    waits = [
        target["retry"]["longest_seconds"] for target in yaml.safe_load(impatient(TARGETS, 10))["targets"].values()
    ]
    assert set(waits) == {10}


def test_an_entity_is_promised_its_receipts_sooner_in_a_row_of_its_own():
    played = list(csv.DictReader(late_receipts(SLAS, "H1").splitlines()))
    assert played[:-1] == list(csv.DictReader(SLAS.splitlines()))
    added = {name: value for name, value in played[-1].items() if value}
    assert added == {"sla_id": "late_receipts", "subject": "receipt_posting", "object": "receipt_line",
                     "entity_id": "H1", "hours": str(PROMISED_HOURS)}  # fmt: skip
