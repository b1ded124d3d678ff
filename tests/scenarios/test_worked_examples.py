"""The worked examples of matching, section 8, by number. Each is a purchase order of its own in one warehouse."""

from decimal import Decimal

import pytest

from tests.scenarios.estate import Estate, line
from tests.scenarios.warehouse import Warehouse, at

AS_OF = at("2026-03-31")

ALLOCATIONS = """
    select replace(invoice_id, 'ap:', '') || '–' || replace(receipt_line_id, 'supply:', '') || ' ' || trim_scale(qty)
           || case method when 'explicit' then ' explicit' else '' end as allocation
    from match.match_allocation
    where purchase_order_id = %s
    order by sequence
"""
VERDICTS = """
    select replace(l.invoice_id, 'ap:', ''), verdict
    from match.match_invoice_line as l
    where l.purchase_order_id = %s
"""
HOLDS = """
    select replace(f.invoice_id, 'ap:', '') || ' ' || code, amount_at_risk
    from match.match_finding as f
    where purchase_order_id = %s and invoice_id is not null
"""


def examples() -> Estate:
    """All examples of this stage."""
    estate = Estate()
    ten = line(10, "5.00")
    for number in (1, 4, 5, 15, 18, 21, 24):
        estate.order(f"PO{number}", ten)
        estate.receipt(f"{number}-r1", f"PO{number}", 10, "2026-03-02")
    estate.invoice("1A", "PO1", 10, "5.00", "2026-03-05")

    estate.order("PO2", ten)
    estate.receipt("2-r1", "PO2", 6, "2026-03-03")
    estate.receipt("2-r2", "PO2", 4, "2026-03-09")
    estate.invoice("2A", "PO2", 7, "5.00", "2026-03-04")
    estate.invoice("2B", "PO2", 3, "5.00", "2026-03-10")

    estate.order("PO3", ten)
    estate.receipt("3-r1", "PO3", 7, "2026-03-03")
    estate.invoice("3A", "PO3", 7, "5.00", "2026-03-04")
    estate.invoice("3B", "PO3", 3, "5.00", "2026-03-30")

    estate.invoice("4A", "PO4", 10, "5.10", "2026-03-05")
    estate.invoice("5A", "PO5", 10, "5.11", "2026-03-05")

    for number in (6, 7):
        estate.order(f"PO{number}", line(1000, "10.00"))
        estate.receipt(f"{number}-r1", f"PO{number}", 1000, "2026-03-02")
    estate.invoice("6A", "PO6", 800, "10.05", "2026-03-05")
    estate.invoice("6B", "PO6", 200, "10.20", "2026-03-06")
    estate.invoice("7A", "PO7", 1000, "10.06", "2026-03-05")

    estate.order("PO8", ten)
    estate.receipt("8-r1", "PO8", 12, "2026-03-02")
    estate.invoice("8A", "PO8", 10, "5.00", "2026-03-05")
    estate.invoice("8B", "PO8", 2, "5.00", "2026-03-06")

    estate.order("PO9", line(5, "24.00", unit="BX"))
    estate.receipt("9-r1", "PO9", 60, "2026-03-02")
    estate.invoice("9A", "PO9", 60, "2.00", "2026-03-05")

    estate.order("PO10", ten)
    estate.receipt("10-r1", "PO10", 10, "2026-03-02")
    estate.receipt("10-t1", "PO10", 4, "2026-03-03", kind="return")
    estate.invoice("10A", "PO10", 6, "5.00", "2026-03-04")
    estate.invoice("10B", "PO10", 4, "5.00", "2026-03-05")

    estate.order("PO11", ten)
    estate.receipt("11-r1", "PO11", 6, "2026-03-02")
    estate.receipt("11-r2", "PO11", 4, "2026-03-03")
    estate.receipt("11-t1", "PO11", 5, "2026-03-04", kind="return")
    estate.invoice("11A", "PO11", 10, "5.00", "2026-03-05")
    estate.invoice("11C", "PO11", 5, "5.00", "2026-03-06", kind="credit")

    estate.order("PO12", ten)
    estate.receipt("12-r1", "PO12", 6, "2026-03-02")
    estate.receipt("12-r2", "PO12", 4, "2026-03-03")
    estate.invoice("12A", "PO12", 4, "5.00", "2026-03-20", line={"receipt_ref": "12-r2"})
    estate.invoice("12B", "PO12", 6, "5.00", "2026-03-05")

    estate.order("PO13", line(1, "900", match_type="two_way"))
    estate.invoice("13A", "PO13", 1, "900", "2026-03-05")

    estate.order("PO14", line(10, "0.00"))
    estate.receipt("14-r1", "PO14", 10, "2026-03-02")
    estate.invoice("14A", "PO14", 10, "0.01", "2026-03-05")

    for number in (15, 18):
        estate.invoice(
            f"{number}A", f"PO{number}", 10, "5.00", "2026-03-05",
            invoice_number=f"INV-{number}042", normalised_number=f"INV{number}042",
        )  # fmt: skip
        estate.invoice(
            f"{number}B", f"PO{number}", 10, "5.00", "2026-03-06",
            invoice_number=f"inv {number}042", normalised_number=f"INV{number}042",
        )  # fmt: skip
    estate.invoice("18C", "PO18", 10, "5.00", "2026-03-10", kind="credit")

    estate.order("PO16", line(1, "33.333333"))
    estate.receipt("16-r1", "PO16", 1, "2026-03-02")
    estate.invoice("16A", "PO16", 1, "33.33", "2026-03-05")

    estate.invoice("21A", "PO21", 10, "5.50", "2026-03-05")
    estate.invoice(
        "21C", "PO21", 0, 0, "2026-03-08", kind="credit", amount="5.00",
        line={"credited_invoice_ref": "21A", "credited_line_number": 1},
    )  # fmt: skip

    estate.order("PO23", line(10, "5.00", status="closed", closed_at=at("2026-03-30T08:00")))
    estate.invoice("23A", "PO23", 10, "5.00", "2026-03-30")

    estate.invoice("24A", "PO24", 10, "4.00", "2026-03-05")
    return estate


VERDICT_BY_EXAMPLE = {
    1: {"1A": "matched"},
    2: {"2A": "matched", "2B": "matched"},
    3: {"3A": "matched", "3B": "awaiting_receipt"},
    4: {"4A": "matched_in_tolerance"},
    5: {"5A": "exception"},
    6: {"6A": "matched_in_tolerance", "6B": "exception"},
    7: {"7A": "exception"},
    8: {"8A": "matched", "8B": "exception"},
    9: {"9A": "matched"},
    10: {"10A": "matched", "10B": "exception"},
    11: {"11A": "matched", "11C": "not_applicable"},
    12: {"12A": "matched", "12B": "matched"},
    13: {"13A": "matched"},
    14: {"14A": "exception"},
    15: {"15A": "matched", "15B": "exception"},
    16: {"16A": "matched"},
    18: {"18A": "matched", "18B": "credited", "18C": "not_applicable"},
    21: {"21A": "matched", "21C": "not_applicable"},
    23: {"23A": "exception"},
    24: {"24A": "matched_in_tolerance"},
}
HOLDS_BY_EXAMPLE = {
    5: {"5A PRICE_OVER": "1.10"},
    6: {"6B PRICE_OVER": "40.00"},
    7: {"7A PRICE_OVER": "60.00"},
    8: {"8B QTY_ORDERED": "10.00"},
    10: {"10B QTY_RECEIVED": "20.00"},
    14: {"14A PRICE_OVER": "0.10"},
    23: {"23A QTY_RECEIVED": "50.00"},
}
ALLOCATIONS_BY_EXAMPLE = {
    2: ["2A–2-r1 6", "2A–2-r2 1", "2B–2-r2 3"],
    10: ["10A–10-r1 6"],
    11: ["11A–11-r1 5"],
    12: ["12A–12-r2 4 explicit", "12B–12-r1 6"],
    13: [],
    15: ["15A–15-r1 10"],
    18: ["18A–18-r1 10"],
    23: [],
}


@pytest.fixture
def judged(models: Warehouse) -> Warehouse:
    """The warehouse of all examples, built as of the day that section 8 gives."""
    examples().land(models, at("2026-03-30T22:00"))
    models.build(AS_OF)
    return models


def order(number: int) -> str:
    return f"erp_main:PO{number}"


def test_the_worked_examples_come_out_as_written(judged: Warehouse) -> None:
    verdicts = {n: judged.values(VERDICTS, order(n)) for n in VERDICT_BY_EXAMPLE}
    assert verdicts == VERDICT_BY_EXAMPLE

    holds = {n: judged.values(HOLDS, order(n)) for n in VERDICT_BY_EXAMPLE}
    expected = {n: {k: Decimal(v) for k, v in HOLDS_BY_EXAMPLE.get(n, {}).items()} for n in VERDICT_BY_EXAMPLE}
    assert holds == expected

    allocations = {n: [row["allocation"] for row in judged.rows(ALLOCATIONS, order(n))] for n in ALLOCATIONS_BY_EXAMPLE}
    assert allocations == ALLOCATIONS_BY_EXAMPLE

    amounts = judged.values(
        "select replace(invoice_id, 'ap:', ''), price_variance_amount from match.match_invoice_line"
        " where invoice_id in ('ap:4A', 'ap:6A', 'ap:16A', 'ap:24A')"
    )
    assert amounts == {k: Decimal(v) for k, v in {"4A": "1", "6A": "40", "16A": "0", "24A": "-10"}.items()}

    duplicates = judged.values("select subject_id, actual from match.match_hold where code = 'DUPLICATE_INVOICE'")
    assert duplicates == {"ap:15B": "ap:15A"}, "the credit of example 18 cancels its duplicate's hold"
    over = judged.values("select subject_id, actual from match.match_hold where code = 'RECEIPT_OVER'")
    assert over == {"erp_main:PO8:1": "12.000000"}


def test_the_line_of_example_3_becomes_a_hold_when_its_grace_ends_and_nothing_else_changes(judged: Warehouse) -> None:
    before = judged.values("select invoice_line_id, verdict from match.match_invoice_line")
    due = judged.rows("select next_change_at from match.match_invoice_line where invoice_id = 'ap:3B'")
    assert due == [{"next_change_at": at("2026-04-05")}]

    judged.build(at("2026-04-05"))

    after = judged.values("select invoice_line_id, verdict from match.match_invoice_line")
    assert {k: v for k, v in after.items() if before[k] != v} == {"ap:3B:1": "exception"}
    assert judged.values(HOLDS, order(3)) == {"3B QTY_RECEIVED": Decimal("15")}
    log = judged.rows(
        "select from_verdict, to_verdict, known_at from match.match_verdict_log"
        " where subject_id = 'ap:3B:1' order by known_at"
    )
    assert [tuple(row.values()) for row in log] == [
        (None, "awaiting_receipt", AS_OF),
        ("awaiting_receipt", "exception", at("2026-04-05")),
    ]
