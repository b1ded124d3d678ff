"""Cases about approvals, payments and the bank: told where they were announced, labelled as they were injected."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from sandbox.bank.accounts import iban_is_valid, number_is_plausible, routing_is_valid
from sandbox.scenario import DayPlay, Label, World, payments
from sandbox.scenario.model import Booking, Write
from sandbox.scenario.payments import CODES, DECK, ON, SCENES
from sandbox.scenario.policy import CLERK_LIMIT, DELEGATED_UNTIL, LEAD_LIMIT

LAST = 34


@pytest.fixture(scope="module")
def stage() -> World:
    """A small world in which the rules of all codes exist."""
    world = World(seed=3, volume=0.1, payment_codes=CODES)
    world.day(LAST)
    return world


@pytest.fixture(scope="module")
def acts(stage: World) -> list[DayPlay]:
    """Its days."""
    return [stage.day(number) for number in range(1, LAST + 1)]


def _labels(plays: list[DayPlay]) -> list[Label]:
    return [label for play in plays for label in play.labels if label.case.startswith(DECK)]


def _writes(plays: list[DayPlay], *tables: str) -> Iterator[Write]:
    return (write for play in plays for write in play.writes if write.table in tables)


def test_each_case_is_told_on_its_days_of_its_entities(stage: World) -> None:
    told = Counter(stage.told.values())
    wanted = {scene.name: len(scene.days) * len(scene.entities) for scene in SCENES}
    assert {name: told[name] for name in wanted} == wanted


def test_every_code_is_injected_once_its_rule_exists_and_none_before(acts: list[DayPlay], plays: list[DayPlay]) -> None:
    assert {label.code for label in _labels(acts)} == set(CODES)
    assert {label.code for label in _labels(plays)} == set(ON)
    assert set(ON) <= set(CODES)


def test_a_case_labels_what_it_says(stage: World, acts: list[DayPlay]) -> None:
    codes = {scene.name: set(scene.codes) for scene in SCENES}
    labels = _labels(acts)
    assert {stage.told[label.case] for label in labels} == {name for name, found in codes.items() if found}
    assert all(label.code in codes[stage.told[label.case]] for label in labels)
    assert Counter((label.code, label.subject) for label in labels).most_common(1)[0][1] == 1


def test_a_label_is_about_a_record_that_exists_on_the_day_it_is_due(acts: list[DayPlay]) -> None:
    for label in _labels(acts):
        due = [play for play in acts if play.day <= (label.due_on - date(2026, 2, 28)).days]
        system, _, key = label.subject.partition(":")
        if label.subject_type == "invoice":
            assert key in {write.key[0] for write in _writes(due, "invoices")}
        elif label.subject_type == "vendor":
            assert key in {write.key[0] for write in _writes(due, "ap_suppliers", "business-partners")}
        elif label.subject_type == "payment":
            assert key in {
                write.key[0] for write in _writes(due, "ap_checks_all", "payments") if write.system == system
            }
        elif label.subject_type == "entity_period":
            assert (system in ("DC1", "H1", "H3"), key) == (True, "2026-03")
        else:
            assert label.subject_type == "bank_entry"
            assert _entry(acts, key).party == "Unknown party"


def _entry(plays: list[DayPlay], key: str) -> Booking:
    statement, position, _ = key.split(":")
    _, entity, stamp = statement.split("-")
    day = (date.fromisoformat(stamp) - date(2026, 2, 28)).days
    own = [booking for booking in plays[day - 1].bookings if booking.entity_id == entity]
    return own[int(position) - 1]


def test_what_is_approved_without_a_finding_is_approved_by_the_matrix(acts: list[DayPlay]) -> None:
    wrong = {label.subject for label in _labels(acts) if label.subject_type == "invoice"}
    limits = {"auto-approval": None, "c.whitfield": None, "d.moreau": None, "ap.lead": LEAD_LIMIT,
              "ap.clerk": CLERK_LIMIT, "ap.deputy": LEAD_LIMIT}  # fmt: skip
    found = set()
    for write in _writes(acts, "approvals"):
        facts = write.doc
        if f"ap:{facts['invoiceId']}" not in wrong:
            limit = limits[facts["approver"]]
            assert limit is None or facts["amount"] <= limit
            assert facts["approver"] != "ap.deputy" or write.at.date() <= date(2026, 3, DELEGATED_UNTIL)
            found.add((facts["approver"], facts["amount"] == limit))
    assert {("ap.clerk", True), ("ap.deputy", True), ("ap.lead", False)} <= found


def test_accounts_of_suppliers_are_sound_but_for_the_one_that_is_not(acts: list[DayPlay]) -> None:
    numbers = {
        (write.doc["bank_account_num"], write.doc["bank_num"])
        for write in _writes(acts[:1], "ap_bank_accounts")
        if not write.key[1].startswith("T")
    }
    abroad = [number for number, routing in numbers if number[:2].isalpha() and not routing.isdigit()]
    at_home = [routing for number, routing in numbers if number_is_plausible(number) and routing.isdigit()]
    assert len(abroad) + len(at_home) == len(numbers)
    assert [number for number in abroad if not iban_is_valid(number)] != [] and len(abroad) > 5
    assert sum(not iban_is_valid(number) for number in abroad) == 1
    assert all(routing_is_valid(routing) for routing in at_home)


@pytest.mark.parametrize("pays", [(), ("H2", "AMB1")])
def test_an_erp_pays_nothing_for_entities_that_are_paid_from_elsewhere(pays: tuple[str, ...]) -> None:
    world = World(seed=7, volume=0.15, entities=("H1", "H2", "AMB1"), tieout_pays=pays)
    days = [world.day(number) for number in range(1, 20)]
    written = _writes(days, "ap_checks_all", "payments")
    companies = {write.doc.get("org_code") or write.doc.get("BUKRS") for write in written}
    assert companies == ({"US01"} if pays else {"US01", "US02", "W200"})


def test_a_fee_is_in_the_sum_that_the_bank_books_and_a_return_brings_the_payment_back(acts: list[DayPlay]) -> None:
    paid = {write.doc["end_to_end_id"]: write.doc["amount"] for write in _writes(acts, "ap_checks_all")}
    bookings = [booking for play in acts for booking in play.bookings if booking.end_to_end_id in paid]
    (fee,) = (booking for booking in bookings if booking.charges)
    assert -fee.amount == paid[fee.end_to_end_id] + Decimal("15.00")
    (back,) = (booking for booking in bookings if booking.kind == "return")
    assert back.amount == paid[back.end_to_end_id]
    assert sum(1 for booking in bookings if booking.end_to_end_id == back.end_to_end_id) == 2


def test_a_discount_is_taken_in_its_days_and_another_is_missed(acts: list[DayPlay]) -> None:
    bills = {write.doc["doc_sequence_value"]: write.doc for write in _writes(acts, "ap_invoices_all")}
    offered = {document: doc for document, doc in bills.items() if document and document[1:].startswith("008")}
    lines = {write.key[0]: write.doc for write in _writes(acts, "ap_checks_all")}
    taken = {
        write.doc["invoice_id"]: (lines[write.key[0]], write.doc)
        for write in _writes(acts, "ap_invoice_payments_all")
        if write.doc["invoice_id"] in offered
    }
    assert len(taken) == len(offered) == 2
    discounts = set()
    for document, (check, applied) in taken.items():
        gross, dated = offered[document]["invoice_amount"], offered[document]["invoice_date"]
        assert check["amount"] == applied["amount"] == gross - applied["discount_taken"]
        in_time = (check["check_date"] - dated).days <= 10
        assert applied["discount_taken"] == (round(gross * 2 / 100, 2) if in_time else 0)
        discounts.add(in_time)
    assert discounts == {True, False}
    booked = {booking.end_to_end_id: booking.amount for play in acts for booking in play.bookings}
    assert all(booked[check["end_to_end_id"]] == -check["amount"] for check, _ in taken.values())


def test_what_is_told_apart_leaves_the_others_as_they_are(acts: list[DayPlay], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(payments, "SCENES", [scene for scene in SCENES if not scene.apart])
    without = World(seed=3, volume=0.1, payment_codes=CODES)
    added = 0
    for play in acts[:9]:
        others = without.day(play.day)
        assert play.labels == others.labels
        assert Counter(map(repr, others.writes)) <= Counter(map(repr, play.writes))
        added += len(play.writes) - len(others.writes)
    assert added > 0


def test_lists_of_parties_have_the_publishers_form_and_grow_on_a_later_day(acts: list[DayPlay]) -> None:
    drops = {
        (play.day, file.path): file.content.decode()
        for play in acts
        for file in play.files
        if file.system == "screening"
    }
    assert sorted(drops) == [(day, name) for day in (1, 32) for name in ("add.csv", "alt.csv", "leie.csv", "sdn.csv")]
    rows = {key: list(csv.reader(io.StringIO(text, newline=""))) for key, text in drops.items()}
    assert {len(row) for row in rows[1, "sdn.csv"]} == {12}
    assert {len(row) for row in rows[1, "alt.csv"]} == {5} and {len(row) for row in rows[1, "add.csv"]} == {6}
    assert rows[1, "sdn.csv"][0][2] == "-0-" and drops[1, "sdn.csv"].splitlines()[0].endswith("-0- ")
    assert len(rows[32, "sdn.csv"]) == len(rows[1, "sdn.csv"]) + 1
    assert "VELTRANIA ORTHOPAEDICS LLC" in {row[3] for row in rows[1, "alt.csv"]}
    assert "VELTRANIA" not in drops[1, "sdn.csv"]
    assert {row[0] for row in rows[1, "alt.csv"]} <= {row[0] for row in rows[1, "sdn.csv"]}
    names = {row[3] for row in rows[1, "leie.csv"]}
    assert {"BUSNAME", "BRIGHTWATER HOME INFUSION INC.", "SAGEBRUSH PATIENT TRANSPORT LLC"} <= names
    assert {len(row) for row in rows[1, "leie.csv"]} == {18}


def test_suppliers_are_listed_only_where_somebody_tells_of_them() -> None:
    world = World(seed=3, volume=0.1, entities=("H1", "H3"), payment_codes=CODES)
    lists = {file.path: file.content.decode() for file in world.day(1).files if file.system == "screening"}
    assert "VELTRANIA" not in lists["alt.csv"] and "KMT FZE" in lists["alt.csv"]
    assert "BRIGHTWATER" not in lists["leie.csv"]
