import io
from datetime import UTC, date, datetime
from decimal import Decimal

from rich.console import Console

from launcher.payment_facts import Facts
from launcher.payment_story import tell

NOTHING = Facts([], [], [], [], [], [], [])
BATCH = {
    "batch_id": "B1", "entity_id": "H2", "name": "Lake Hospital", "as_of": datetime(2026, 3, 31, tzinfo=UTC),
    "payment_count": 3, "invoices": 5, "total_amount": Decimal("1234.5"), "currency": "USD",
    "approvers": ["treasurer", "controller"], "file_name": "pain001_B1.xml", "sha256": "ab" * 32, "acknowledged": 3,
    "settled": 2, "settled_amount": Decimal(1000), "back": 1, "waiting": 1, "entries": {"split": 1, "matched": 2},
}  # fmt: skip
PAYEE = {"entity_id": "H2", "vendor": "Alder", "amount": Decimal(100), "currency": "USD"}


def told(facts: Facts) -> str:
    console = Console(file=io.StringIO(), width=200)
    tell(facts, console)
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_a_run_is_told_step_by_step():
    text = told(Facts([BATCH], [], [], [], [], [], []))
    assert "Lake Hospital (H2), batch B1\n" in text
    assert "proposed      3 payments of 5 invoices, 1,234.50 USD, by what was known at 2026-03-31 00:00 UTC" in text
    assert "approved      by treasurer and controller" in text
    assert "pain001_B1.xml, SHA-256 abababababab…" in text
    assert "entries of the bank: 2 matched, 1 split" in text


def test_steps_that_no_payment_took_are_left_out():
    text = told(Facts([BATCH | {"acknowledged": 0, "back": 0, "waiting": 0}], [], [], [], [], [], []))
    assert not {"acknowledged", "came back", "on its way"} & set(text.replace("  ", "\n").split("\n"))


def test_what_did_not_go_well_is_told_with_its_reason():
    asked = {"stage": "proposal", "payments": 100, "asked": 1200, "failed": 4}
    blocked = PAYEE | {"control_code": "SCREENING_HIT", "detail": "resembles [X]"}
    back = PAYEE | {"state": "returned", "reason_code": "AC04", "returned_date": date(2026, 4, 1),
                    "again_ref": "P2", "again_state": "settled", "account_held": False}  # fmt: skip
    held = back | {"again_ref": None, "again_state": None, "account_held": True}
    fee = PAYEE | {"booked": Decimal(115), "fee": Decimal(15), "entry_count": 1}
    parts = PAYEE | {"booked": Decimal(100), "fee": Decimal(0), "entry_count": 2}
    text = told(Facts([], [asked], [blocked] * 4, [back, held], [fee, parts], [], []))
    assert "blocked    Alder (H2), 100.00 USD: SCREENING_HIT, resembles [X]" in text
    assert "Controls of payments that are proposed now: 1,200 asked of 100 payments, 4 of which fail." in text
    assert "and 2 more: SCREENING_HIT" in text
    assert "returned   Alder (H2), 100.00 USD: on 2026-04-01, reason AC04; paid again as P2, which is settled" in text
    assert "nothing more is paid to its account" in text
    assert "fee        Alder (H2), 100.00 USD: booked with 115.00, 15.00 of it a fee" in text
    assert "in parts   Alder (H2), 100.00 USD: booked with 100.00 in 2 entries" in text


def test_books_that_differ_are_explained_by_documents_and_the_smallest_are_counted():
    row = {"entity_id": "H1", "kind": "cash", "currency": "USD", "subledger": Decimal(7), "gl": Decimal(9)}
    document = {"entity_id": "H1", "period": "2026-03", "kind": "cash", "currency": "USD", "difference": Decimal(2),
                "document_type": "bank_entry", "document_ref": "ZZ1", "reason": "not_posted"}  # fmt: skip
    text = told(Facts([], [], [], [], [], [row], [document] * 10))
    assert "H1 2026-03 cash at the bank: 2.00 USD, bank entry ZZ1, not posted" in text
    assert "and 2 more" in text
    assert "Nothing differs." in told(NOTHING)
