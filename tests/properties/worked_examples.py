"""The worked examples of matching by number: the papers, and the answers that the table gives."""

from datetime import timedelta
from decimal import Decimal

from tests.properties.papers import credited, invoiced, moment, ordered, received, returned, summary
from tests.properties.reference.documents import Case, Policy

AS_OF = moment("2026-03-31")
P = Policy(
    ref="P",
    price_over_pct=Decimal(2),
    price_over_amount=Decimal(50),
    price_under_pct="unlimited",
    price_under_amount="unlimited",
    qty_ordered_over_pct=Decimal(0),
    qty_received_over_pct=Decimal(0),
    qty_received_over_qty=Decimal(0),
    header_over_pct=Decimal(0),
    header_under_pct=Decimal(0),
    total_amount=Decimal(0),
    receipt_grace_days=5,
)
TEN = (ordered(10, "5.00"),)
THOUSAND = (ordered(1000, "10.00"),)
ALL = (received("r1", 10),)
SPLIT = (received("r1", 6), received("r2", 4, "2026-03-03"))
BY_AMOUNT = (ordered("10000.00", 1, basis="amount", item=None),)

EXAMPLES = {
    1: Case(TEN, ALL, (invoiced("A", 10, "5.00"),)),
    2: Case(
        TEN,
        (received("r1", 6, "2026-03-03"), received("r2", 4, "2026-03-09")),
        (invoiced("A", 7, "5.00", "2026-03-04"), invoiced("B", 3, "5.00", "2026-03-10")),
    ),
    3: Case(
        TEN,
        (received("r1", 7),),
        (invoiced("A", 7, "5.00", "2026-03-04"), invoiced("B", 3, "5.00", "2026-03-30")),
    ),
    4: Case(TEN, ALL, (invoiced("A", 10, "5.10"),)),
    5: Case(TEN, ALL, (invoiced("A", 10, "5.11"),)),
    6: Case(
        THOUSAND,
        (received("r1", 1000),),
        (invoiced("A", 800, "10.05"), invoiced("B", 200, "10.20", "2026-03-06")),
    ),
    7: Case(THOUSAND, (received("r1", 1000),), (invoiced("A", 1000, "10.06"),)),
    8: Case(TEN, (received("r1", 12),), (invoiced("A", 10, "5.00"), invoiced("B", 2, "5.00", "2026-03-06"))),
    9: Case((ordered(5, "24.00", unit="BX"),), (received("r1", 60),), (invoiced("A", 60, "2.00"),)),
    10: Case(
        TEN, (*ALL, returned("t1", 4)), (invoiced("A", 6, "5.00", "2026-03-04"), invoiced("B", 4, "5.00", "2026-03-05"))
    ),
    11: Case(TEN, (*SPLIT, returned("t1", 5)), (invoiced("A", 10, "5.00"), credited("C", 5, "25.00"))),
    12: Case(
        TEN, SPLIT, (invoiced("A", 4, "5.00", "2026-03-20", line_receipt="r2"), invoiced("B", 6, "5.00", "2026-03-05"))
    ),
    13: Case((ordered(1, 900, match_type="two_way"),), (), (invoiced("A", 1, 900),)),
    14: Case((ordered(10, "0.00"),), ALL, (invoiced("A", 10, "0.01"),)),
    15: Case(
        TEN,
        ALL,
        (invoiced("A", 10, "5.00", number="INV42"), invoiced("B", 10, "5.00", "2026-03-06", number="INV42")),
    ),
    16: Case((ordered(1, "33.333333"),), (received("r1", 1),), (invoiced("A", 1, "33.33"),)),
    17: Case(
        (ordered(10, "5.00"), ordered(4, "2.50", number=2)),
        (received("r1", 10), received("r2", 4, line=2)),
        (summary("S", "60.00"),),
    ),
    18: Case(
        TEN,
        ALL,
        (
            invoiced("A", 10, "5.00", number="INV42"),
            invoiced("B", 10, "5.00", "2026-03-06", number="INV42"),
            credited("C", 10, "50.00"),
        ),
    ),
    19: Case(
        TEN,
        (received("r1", 10, accepted=Decimal(8)), returned("t1", 2)),
        (invoiced("A", 8, "5.00"),),
        match_type="four_way",
    ),
    20: Case(
        TEN,
        (received("r1", 10, accepted=Decimal(6)),),
        (invoiced("A", 8, "5.00", "2026-03-01"),),
        match_type="four_way",
    ),
    21: Case(
        TEN,
        ALL,
        (invoiced("A", 10, "5.50"), credited("C", 0, "5.00", "2026-03-08", line_credits=("A", 1))),
    ),
    22: Case(
        BY_AMOUNT,
        (received("r1", "4000.00"),),
        (invoiced("A", 1, "4000.00", "2026-02-27"), invoiced("B", 1, "1000.00", "2026-03-01")),
    ),
    23: Case(
        (ordered(10, "5.00", status="closed", closed_at=moment("2026-03-30")),),
        (),
        (invoiced("A", 10, "5.00", "2026-03-30"),),
    ),
    24: Case(TEN, ALL, (invoiced("A", 10, "4.00"),)),
}

VERDICTS = {
    1: {"A": "matched"},
    2: {"A": "matched", "B": "matched"},
    3: {"A": "matched", "B": "awaiting_receipt"},
    4: {"A": "matched_in_tolerance"},
    5: {"A": "exception"},
    6: {"A": "matched_in_tolerance", "B": "exception"},
    7: {"A": "exception"},
    8: {"A": "matched", "B": "exception"},
    9: {"A": "matched"},
    10: {"A": "matched", "B": "exception"},
    11: {"A": "matched", "C": "not_applicable"},
    12: {"A": "matched", "B": "matched"},
    13: {"A": "matched"},
    14: {"A": "exception"},
    15: {"A": "matched", "B": "exception"},
    16: {"A": "matched"},
    17: {"S": "matched"},
    18: {"A": "matched", "B": "credited", "C": "not_applicable"},
    19: {"A": "matched"},
    20: {"A": "exception"},
    21: {"A": "matched", "C": "not_applicable"},
    22: {"A": "matched", "B": "exception"},
    23: {"A": "exception"},
    24: {"A": "matched_in_tolerance"},
}
HOLDS = {
    5: {"A PRICE_OVER": "1.10"},
    6: {"B PRICE_OVER": "40.00"},
    7: {"A PRICE_OVER": "60.00"},
    8: {"B QTY_ORDERED": "10.00"},
    10: {"B QTY_RECEIVED": "20.00"},
    14: {"A PRICE_OVER": "0.10"},
    15: {"B DUPLICATE_INVOICE": "50.00"},
    20: {"A QTY_ACCEPTED": "10.00"},
    22: {"B QTY_RECEIVED": "1000.00"},
    23: {"A QTY_RECEIVED": "50.00"},
}
ALLOCATIONS = {
    1: ["A–r1 10"],
    2: ["A–r1 6", "A–r2 1", "B–r2 3"],
    3: ["A–r1 7"],
    10: ["A–r1 6"],
    11: ["A–r1 5"],
    12: ["A–r2 4 explicit", "B–r1 6"],
    13: [],
    15: ["A–r1 10"],
    17: ["S–r1 10 header", "S–r2 4 header"],
    18: ["A–r1 10"],
    19: ["A–r1 8"],
    20: ["A–r1 6"],
    22: ["A–r1 4000"],
    23: [],
}
VARIANCES = {4: {"A": "1"}, 6: {"A": "40"}, 16: {"A": "0"}, 24: {"A": "-10"}}
GRACE_OVER = AS_OF + timedelta(days=5)
