"""The measurement of the match, at a size that takes a minute: that its estate has everything, not how fast it is."""

from pathlib import Path

import pytest

from bench import match
from launcher.postgres import EmbeddedPostgres

CODES = {
    "CREDIT_EXCEEDS_INVOICE", "DUPLICATE_INVOICE", "ITEM_MISMATCH", "MISSING_DATA", "PO_CLOSED", "PO_NOT_APPROVED",
    "PO_NOT_FOUND", "PRICE_OVER", "PRICE_UNDER", "QTY_ACCEPTED", "QTY_ORDERED", "QTY_RECEIVED", "RECEIPT_OVER",
    "RECEIPT_REJECTED", "RECEIPT_SHORT", "RETURN_EXCEEDS_RECEIPT", "SYNC_DIFFERENT", "SYNC_MISSING", "TOTAL_MISMATCH",
    "UNEXPECTED_INVOICE", "UOM_UNCONVERTIBLE", "VENDOR_INACTIVE", "VENDOR_MISMATCH", "VENDOR_UNKNOWN",
}  # fmt: skip


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def measured(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> match.Measured:
    """What an estate of ten thousand purchase order lines gave."""
    folder: Path = tmp_path_factory.mktemp("bench")
    return match.measure(postgres, 10_000, folder)


def test_the_estate_has_the_proportions_that_were_asked_for(measured: match.Measured) -> None:
    rows = measured.rows
    assert rows["PO lines"] == 10_000
    assert 10_200 <= rows["receipt lines"] <= 10_800
    assert 9_500 <= rows["invoice lines"] <= 10_500


def test_the_estate_has_every_kind_of_finding(measured: match.Measured) -> None:
    assert set(measured.findings) >= CODES


def test_most_lines_match_and_some_do_not(measured: match.Measured) -> None:
    assert measured.verdicts["matched"] > sum(measured.verdicts.values()) / 2
    assert set(measured.verdicts) >= {"exception", "awaiting_receipt", "released", "matched_in_tolerance", "credited"}


def test_every_run_was_measured(measured: match.Measured) -> None:
    assert list(measured.touched) == [0, 1_000]
    assert all(cost.seconds > 0 for cost, _ in measured.touched.values())
    assert measured.invoices == 10_000
    assert measured.full.seconds > 0 < measured.baseline.seconds
