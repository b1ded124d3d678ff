"""Each system's profile reads back the words that we tell it."""

import csv

import pytest
import yaml

from tieout import settings

SEED = settings.dbt_project_dir() / "seeds" / "feedback_words.csv"
# The system that speaks a vocabulary, and the code map of its profile that has words of a kind.
PROFILES = {
    ("ap", "invoice_status"): ("ap", "invoice_status"),
    ("ap", "invoice_payment_status"): ("ap", "payment_status"),
    ("ap", "erp"): ("ap", "erp"),
    ("ap", "vendor_status"): ("ap", "vendor_status"),
    ("ap", "payment_term"): ("ap", "term"),
    ("supply", "erp"): ("supply", "erp"),
    ("supply", "po_status"): ("supply", "po_status"),
    ("supply", "line_status"): ("supply", "line_status"),
    ("supply", "unit"): ("supply", "unit"),
    ("supply", "discrepancy_kind"): ("supply", "discrepancy_kind"),
    ("supply", "discrepancy_state"): ("supply", "discrepancy_state"),
    ("oracle", "unit"): ("erp_main", "unit"),
    ("oracle", "receipt_kind"): ("erp_main", "receipt_kind"),
    ("oracle", "invoice_payment_status"): ("erp_main", "invoice_payment_status"),
    ("oracle", "payment_status"): ("erp_main", "payment_status"),
    ("sap", "unit"): ("erp_west", "unit"),
    ("sap", "receipt_kind"): ("erp_west", "movement"),
    ("sap", "invoice_payment_status"): ("erp_west", "invoice_payment_status"),
    ("sap", "payment_status"): ("erp_west", "payment_status"),
}


def words() -> list[dict[str, str]]:
    with SEED.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", words(), ids=lambda row: "-".join(row.values()))
def test_a_word_that_is_told_is_read_back_as_what_it_means(row: dict[str, str]) -> None:
    system, code_map = PROFILES[row["vocabulary"], row["kind"]]
    profile = yaml.safe_load((settings.config_dir() / "sources" / f"{system}.yml").read_text())
    assert profile["maps"][code_map][row["word"]] == row["canonical"]
