"""Labels: about records that exist, of every code, often sharing a document, with near misses beside them."""

import csv
import io
from collections import Counter

import pytest

from sandbox.scenario import DayPlay, Label, World, payments
from sandbox.scenario.book import Collision, Untellable
from sandbox.scenario.deck import CLEAN, DECOYS, FINDINGS, Card
from sandbox.scenario.model import date_of
from sandbox.scenario.story import Story

CODES = {
    *("PRICE_OVER", "PRICE_UNDER", "QTY_ORDERED", "QTY_RECEIVED", "TOTAL_MISMATCH", "PO_NOT_FOUND", "PO_NOT_APPROVED"),
    *("PO_CLOSED", "VENDOR_UNKNOWN", "VENDOR_INACTIVE", "VENDOR_MISMATCH", "UOM_UNCONVERTIBLE", "ITEM_MISMATCH"),
    *("DUPLICATE_INVOICE", "MISSING_DATA", "RETURN_EXCEEDS_RECEIPT", "CREDIT_EXCEEDS_INVOICE", "RECEIPT_SHORT"),
    *("RECEIPT_OVER", "RECEIPT_REJECTED", "SYNC_MISSING", "SYNC_DIFFERENT"),
    *("DUPLICATE_SUSPECT", "AMOUNT_OVER", "AMOUNT_UNDER", "UNEXPECTED_INVOICE", "QTY_ACCEPTED", "TAX_DIFFERENCE"),
    *("CHARGE_DIFFERENCE", "CURRENCY_MISMATCH", "FX_RATE_MISSING", "CONTRACT_PRICE", "SUBSTITUTE_ITEM"),
    *("RECOVERY_DUE", "RECEIPT_LATE_POSTED", "ACCRUAL_AGED", "STOCK_DISCREPANCY", "UOM_CONFLICT"),
}
LEVELS = {
    "invoice": {
        *("TOTAL_MISMATCH", "VENDOR_UNKNOWN", "VENDOR_INACTIVE", "DUPLICATE_INVOICE", "MISSING_DATA"),
        *("DUPLICATE_SUSPECT", "AMOUNT_OVER", "AMOUNT_UNDER", "TAX_DIFFERENCE", "CHARGE_DIFFERENCE", "RECOVERY_DUE"),
    },
    "po_line": {
        *("RETURN_EXCEEDS_RECEIPT", "CREDIT_EXCEEDS_INVOICE", "ACCRUAL_AGED"),
        *("RECEIPT_SHORT", "RECEIPT_OVER", "RECEIPT_REJECTED"),
    },
    "receipt": {"RECEIPT_LATE_POSTED"},
    "item_location": {"STOCK_DISCREPANCY"},
    "item": {"UOM_CONFLICT"},
    "record": {"SYNC_MISSING", "SYNC_DIFFERENT"},
}
CLEARED_BY_DATA = {
    *("QTY_RECEIVED", "PO_NOT_FOUND", "PO_NOT_APPROVED", "VENDOR_UNKNOWN", "MISSING_DATA", "SYNC_MISSING"),
    *("AMOUNT_OVER", "QTY_ACCEPTED", "DUPLICATE_SUSPECT", "FX_RATE_MISSING", "STOCK_DISCREPANCY"),
    "UOM_CONFLICT",
}


def _labels(plays: list[DayPlay], kind: str = "finding") -> list[Label]:
    """Labels of a kind; those about payments have tests of their own (test_payment_scenes)."""
    labels = (label for play in plays for label in play.labels if label.kind == kind)
    return [label for label in labels if not label.case.startswith(payments.DECK)]


def _subjects(plays: list[DayPlay], last_day: int) -> set[str]:
    """Ids of invoices, invoice lines, PO lines and PO copies that exist by the end of a day."""
    subjects = set()
    for write in (write for play in plays[:last_day] for write in play.writes):
        if write.table == "invoices":
            subjects.add(f"ap:{write.key[0]}")
            subjects |= {f"ap:{write.key[0]}:{line['lineNumber']}" for line in write.doc["lines"]}
        elif write.table == "po_lines_all":
            subjects.add(f"erp_main:{write.key[0]}:{write.key[1]}")
            subjects |= {f"{target}:purchase_order:erp_main:{write.key[0]}" for target in ("ap", "supply")}
        elif (write.system, write.table) == ("erp_west", "purchase-orders"):
            number = write.doc["EBELN"]
            subjects |= {f"erp_west:{number}:{int(line['EBELP'])}" for line in write.doc["ITEMS"]}
            subjects |= {f"{target}:purchase_order:erp_west:{number}" for target in ("ap", "supply")}
        elif (write.system, write.table) == ("supply_api", "items"):
            subjects.add(f"supply:{write.key[0]}")
        elif (write.system, write.table) == ("ap", "receipts"):
            subjects.add(f"supply:{write.doc['sourceReference']}")
    for file in (file for play in plays[:last_day] for file in play.files if "counts_" in file.path):
        rows = csv.DictReader(io.StringIO(file.content.decode(), newline=""), delimiter=";")
        subjects |= {f"supply:{row['ITEM']}:{row['LOC']}" for row in rows}
    return subjects


def _told(card: Card, world: World) -> Story | None:
    """A card's case in the first entity and on the first day on which it can be told."""
    for day in range(max(card.first, 5), 31):
        for entity in world.entities:
            if not card.fits(entity, day):
                continue
            story = Story(world.book, entity, day, "D")
            try:
                card.tell(story)
            except (Collision, Untellable):
                continue
            return story
    return None


def test_every_code_is_injected_and_no_other(plays: list[DayPlay]) -> None:
    assert {label.code for label in _labels(plays)} == CODES
    assert {code for card in FINDINGS for code in card.codes} == CODES


@pytest.fixture(scope="module")
def stage() -> World:
    """A world of which nothing was planned yet."""
    return World(seed=11)


@pytest.mark.parametrize("card", FINDINGS, ids=lambda card: card.name)
def test_a_card_can_be_told_and_labels_what_it_says(stage: World, card: Card) -> None:
    story = _told(card, stage)
    assert story
    assert story.labels
    assert {label.code for label in story.labels} <= set(card.codes)


@pytest.mark.parametrize("card", [*DECOYS, *(card for card, _ in CLEAN)], ids=lambda card: card.name)
def test_a_near_miss_or_clean_case_can_be_told_and_labels_nothing(stage: World, card: Card) -> None:
    story = _told(card, stage)
    assert story
    assert story.labels == []


def test_a_label_is_about_a_record_that_exists_when_it_is_due(plays: list[DayPlay]) -> None:
    for day in (30, 34):
        existing = _subjects(plays, day)
        due = [label for label in _labels(plays) if label.due_on <= date_of(day)]
        assert due
        assert [label.subject for label in due if label.subject not in existing] == []


def test_a_code_has_the_subject_of_its_level(plays: list[DayPlay]) -> None:
    for label in _labels(plays):
        level = next((level for level, codes in LEVELS.items() if label.code in codes), "invoice_line")
        assert label.subject_type == level


def test_no_finding_is_labelled_twice(plays: list[DayPlay]) -> None:
    found = Counter((label.code, label.subject) for label in _labels(plays))
    assert found.most_common(1)[0][1] == 1


def test_a_label_is_due_on_or_after_its_injection_and_cleared_after_it_was_due(plays: list[DayPlay]) -> None:
    for label in _labels(plays):
        assert label.injected_on <= label.due_on
        assert label.cleared_on is None or label.cleared_on > label.due_on
        assert bool(label.cleared_on) == (label.cleared_by == "data")


def test_some_findings_are_cleared_by_later_data_and_some_by_our_repair(plays: list[DayPlay]) -> None:
    ways = Counter((label.code, label.cleared_by) for label in _labels(plays) if label.cleared_by)
    assert {code for code, way in ways if way == "data"} == CLEARED_BY_DATA
    assert {code for code, way in ways if way == "feedback"} == {"SYNC_MISSING", "SYNC_DIFFERENT"}


def test_at_least_fifteen_percent_of_findings_share_a_purchase_order_or_invoice(plays: list[DayPlay]) -> None:
    labels = _labels(plays)
    by_case = Counter(label.case for label in labels)
    codes_of: dict[str, set[str]] = {}
    for label in labels:
        codes_of.setdefault(label.case, set()).add(label.code)
    with_another_code = sum(len(codes_of[label.case]) > 1 for label in labels)
    assert sum(by_case[label.case] > 1 for label in labels) >= 0.15 * len(labels)
    assert with_another_code >= 0.15 * len(labels)


def test_each_code_has_near_misses_and_they_were_told(world: World) -> None:
    told = set(world.told.values())
    near = {code for card in DECOYS if card.name in told for code in card.codes}
    near |= {code for card in FINDINGS if card.name in told for code in card.near}
    assert near == CODES


def test_near_misses_and_clean_cases_have_no_findings(world: World, plays: list[DayPlay]) -> None:
    finding_cards = {card.name for card in FINDINGS}
    labelled = {world.told[label.case] for label in _labels(plays)}
    assert labelled <= finding_cards


def test_a_card_names_the_codes_that_its_case_labels(world: World, plays: list[DayPlay]) -> None:
    names = {card.name: set(card.codes) for card in FINDINGS}
    for label in _labels(plays):
        assert label.code in names[world.told[label.case]]


def test_rows_for_the_gate_are_labelled_by_their_own_kind(plays: list[DayPlay]) -> None:
    labels = _labels(plays, "quarantine")
    assert {label.code for label in labels} == {"uncastable", "missing", "unknown_entity"}
    assert {label.subject_type for label in labels} >= {"inventory_movement", "inventory_count", "gl_entry"}
    findings = {label.subject for label in _labels(plays)}
    assert not findings & {label.subject for label in labels}
