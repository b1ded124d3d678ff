"""The worked examples of matching, section 8, by number. Each is a purchase order of its own in one warehouse."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import pytest

from launcher.postgres import EmbeddedPostgres
from tests.scenarios.estate import Estate, line
from tests.scenarios.warehouse import Dbt, Warehouse, at, fresh_warehouse

AS_OF = at("2026-03-31")
GRACE_OVER = at("2026-04-05")

ALLOCATIONS = """
    select replace(invoice_id, 'ap:', '') || '–' || replace(receipt_line_id, 'supply:', '') || ' ' || trim_scale(qty)
           || case method when 'fifo' then '' else ' ' || method end as allocation
    from match.match_allocation
    where purchase_order_id = %s
    order by po_line_id, sequence
"""
VERDICTS = """
    select replace(i.invoice_id, 'ap:', ''), coalesce(l.verdict, i.verdict)
    from match.match_invoice as i
    left join match.match_invoice_line as l on i.invoice_id = l.invoice_id
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

    estate.order("PO17", ten, line(4, "2.50"))
    estate.receipt("17-r1", "PO17", 10, "2026-03-02")
    estate.receipt("17-r2", "PO17", 4, "2026-03-02", po_line_number=2)
    estate.summary("17A", "PO17", "60.00", "2026-03-05")

    for number, accepted in ((19, 8), (20, 6)):
        estate.order(f"PO{number}", line(10, "5.00", match_type="four_way"))
        estate.receipt(f"{number}-r1", f"PO{number}", 10, "2026-03-02", accepted_qty=accepted)
    estate.receipt("19-t1", "PO19", 2, "2026-03-03", kind="return")
    estate.invoice("19A", "PO19", 8, "5.00", "2026-03-05")
    estate.invoice("20A", "PO20", 8, "5.00", "2026-03-01")

    estate.invoice("21A", "PO21", 10, "5.50", "2026-03-05")
    estate.invoice(
        "21C", "PO21", 0, 0, "2026-03-08", kind="credit", amount="5.00",
        line={"credited_invoice_ref": "21A", "credited_line_number": 1},
    )  # fmt: skip

    estate.order("PO22", line("10000.00", 1, basis="amount", item_number=None))
    estate.receipt("22-r1", "PO22", "4000.00", "2026-03-02", item_number=None)
    estate.invoice("22A", "PO22", 1, "4000.00", "2026-02-27", line={"item_number": None})
    estate.invoice("22B", "PO22", 1, "1000.00", "2026-03-01", line={"item_number": None})

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
    17: {"17A": "matched"},
    18: {"18A": "matched", "18B": "credited", "18C": "not_applicable"},
    19: {"19A": "matched"},
    20: {"20A": "exception"},
    21: {"21A": "matched", "21C": "not_applicable"},
    22: {"22A": "matched", "22B": "exception"},
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
    20: {"20A QTY_ACCEPTED": "10.00"},
    22: {"22B QTY_RECEIVED": "1000.00"},
    23: {"23A QTY_RECEIVED": "50.00"},
}
ALLOCATIONS_BY_EXAMPLE = {
    2: ["2A–2-r1 6", "2A–2-r2 1", "2B–2-r2 3"],
    10: ["10A–10-r1 6"],
    11: ["11A–11-r1 5"],
    12: ["12A–12-r2 4 explicit", "12B–12-r1 6"],
    13: [],
    15: ["15A–15-r1 10"],
    17: ["17A–17-r1 10 header", "17A–17-r2 4 header"],
    18: ["18A–18-r1 10"],
    19: ["19A–19-r1 8"],
    20: ["20A–20-r1 6"],
    22: ["22A–22-r1 4000"],
    23: [],
}


@dataclass(frozen=True)
class Judged:
    """What the warehouse of all examples says at one moment."""

    verdicts: dict[str, str]
    holds: dict[int, dict[str, Decimal]]
    allocations: dict[int, list[str]]
    variances: dict[str, Decimal]
    next_changes: dict[str, datetime]
    findings: set[tuple[str, str]]
    log: list[tuple[str | None, str, datetime]]


@pytest.fixture(scope="module")
def moments(postgres: EmbeddedPostgres, models_template: str, dbt: Dbt) -> Iterator[tuple[Judged, Judged]]:
    """All examples, judged as of the day that section 8 gives and, incrementally, when example 3's grace has ended."""
    with fresh_warehouse(postgres, models_template, dbt) as warehouse:
        examples().land(warehouse, at("2026-03-30T22:00"))
        warehouse.build(AS_OF)
        first = judged(warehouse)
        warehouse.build(GRACE_OVER)
        yield first, judged(warehouse)


def judged(warehouse: Warehouse) -> Judged:
    """Read everything that the tests look at."""
    return Judged(
        verdicts=warehouse.values(VERDICTS),
        holds={n: warehouse.values(HOLDS, order(n)) for n in VERDICT_BY_EXAMPLE},
        allocations={
            n: [row["allocation"] for row in warehouse.rows(ALLOCATIONS, order(n))] for n in VERDICT_BY_EXAMPLE
        },
        variances=warehouse.values(
            "select replace(invoice_id, 'ap:', ''), price_variance_amount from match.match_invoice_line"
        ),
        next_changes=warehouse.values(
            "select replace(invoice_id, 'ap:', ''), next_change_at from match.match_invoice_line"
            " where next_change_at is not null"
        ),
        findings={
            (row["code"], row["subject_id"])
            for row in warehouse.rows("select code, subject_id from match.match_hold where is_open")
        },
        log=[
            tuple(row.values())
            for row in warehouse.rows(
                "select from_verdict, to_verdict, known_at from match.match_verdict_log"
                " where subject_id = 'ap:3B:1' order by known_at"
            )
        ],
    )


def order(number: int) -> str:
    return f"erp_main:PO{number}"


@pytest.mark.parametrize("number", VERDICT_BY_EXAMPLE)
def test_a_worked_example_comes_out_as_written(moments: tuple[Judged, Judged], number: int) -> None:
    first, _ = moments
    expected = VERDICT_BY_EXAMPLE[number]
    assert {name: first.verdicts[name] for name in expected} == expected
    holds = {name: Decimal(amount) for name, amount in HOLDS_BY_EXAMPLE.get(number, {}).items()}
    assert {k: v for k, v in first.holds[number].items() if "DUPLICATE" not in k} == holds
    if number in ALLOCATIONS_BY_EXAMPLE:
        assert first.allocations[number] == ALLOCATIONS_BY_EXAMPLE[number]


@pytest.mark.parametrize(("invoice", "amount"), [("4A", "1"), ("6A", "40"), ("16A", "0"), ("24A", "-10")])
def test_the_difference_of_an_example_comes_to_the_amount_given(
    moments: tuple[Judged, Judged], invoice: str, amount: str
) -> None:
    assert moments[0].variances[invoice] == Decimal(amount)


def test_only_the_duplicate_that_no_credit_cancels_stays_held(moments: tuple[Judged, Judged]) -> None:
    held = {subject for code, subject in moments[0].findings if code == "DUPLICATE_INVOICE"}
    assert held == {"ap:15B"}


def test_findings_on_po_lines_are_the_over_receipt_of_example_8_alone(moments: tuple[Judged, Judged]) -> None:
    found = {(code, subject) for code, subject in moments[0].findings if subject.startswith("erp_main:")}
    assert found == {("RECEIPT_OVER", "erp_main:PO8:1"), ("RECEIPT_SHORT", "erp_main:PO23:1")}


def test_a_line_becomes_a_hold_when_its_grace_ends_and_nothing_else_changes(moments: tuple[Judged, Judged]) -> None:
    first, second = moments
    assert first.next_changes == {"3B": GRACE_OVER}
    assert {k: v for k, v in second.verdicts.items() if first.verdicts[k] != v} == {"3B": "exception"}
    assert second.holds[3] == {"3B QTY_RECEIVED": Decimal("15")}
    assert second.findings - first.findings == {("QTY_RECEIVED", "ap:3B:1")}
    assert second.log == [
        (None, "awaiting_receipt", AS_OF),
        ("awaiting_receipt", "exception", GRACE_OVER),
    ]
