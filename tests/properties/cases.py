"""Cases that once told rules and models apart, made small. Each says in a sentence what it is about."""

from dataclasses import replace
from decimal import Decimal

from tests.properties.papers import credited, invoiced, moment, ordered, received
from tests.properties.reference.documents import Case, InvoiceLine, Policy, Release

TEN = (ordered(10, "5.00"),)
UNDATED = replace(invoiced("A", 10, "5.00", line_item="I3"), date=None)

CASES = {
    "an amount-based line has no category, whatever item is invoiced": Case(
        (ordered(12, 0, basis="amount", item=None),), (), (invoiced("A", 12, 1, "2026-03-29", line_item="I2"),)
    ),
    "an undated invoice is judged by the policy and the substitutes of the day of its receipt": Case(
        TEN,
        (received("r0", 10),),
        (UNDATED,),
        policies=(Policy("p0", vendor="own", valid_from=moment("2026-03-05").date()),),
    ),
    "an order that is closed does not hold what was credited": Case(
        (ordered(10, "5.00", status="closed", closed_at=moment("2026-03-01")),),
        (received("r0", 10),),
        (invoiced("A", 10, "5.00"), credited("C", 10, "50.00")),
    ),
    "a line that may find its order is due again though its invoice lacks a number": Case(
        TEN, (), (invoiced("A", 1, 5, "2026-03-31", line_line=9, number=None),)
    ),
    "duplicates of an unknown vendor are found by its number": Case(
        TEN,
        (),
        tuple(invoiced(ref, 10, "5.00", vendor="unknown", number="SAME") for ref in ("A", "B")),
    ),
    "a release of what is not received does not accept what is not accepted": Case(
        TEN,
        (received("r0", 10, accepted=Decimal(6)),),
        (invoiced("A", 8, "5.00", "2026-03-30"), invoiced("B", 4, "5.00", "2026-03-30")),
        releases=(Release("e0", "A", "QTY_RECEIVED"), Release("e1", "B", "QTY_RECEIVED")),
        match_type="four_way",
    ),
    "a credit that names a duplicate cancels it": Case(
        TEN,
        (received("r0", 10),),
        (
            invoiced("A", 10, "5.00", number="SAME"),
            invoiced("B", 10, "5.00", number="SAME"),
            credited("C", 10, "50.00", line_credits=("B", 1)),
            credited("D", 10, "50.00"),
        ),
    ),
    "a line without an order on an invoice that names one": Case(
        TEN,
        (received("r0", 10),),
        (
            replace(
                invoiced("A", 10, "5.00", gross=Decimal(60), net=Decimal(60)),
                lines=(
                    InvoiceLine(1, 1, Decimal(10), Decimal(50)),
                    InvoiceLine(2, None, None, Decimal(10)),
                ),
            ),
        ),
    ),
    "price credits take no more than the line's amount": Case(
        TEN,
        (),
        (
            invoiced("A", 10, "5.00"),
            credited("C", 0, "200.00", line_credits=("A", 1)),
            credited("D", 0, "30.00", "2026-03-11"),
        ),
    ),
    "a line that needs no receipt is not short of goods": Case(
        (ordered(10, "5.00", match_type="none", status="closed", closed_at=moment("2026-03-01")),),
        (received("r0", 2),),
    ),
    "the ordered item's pack says nothing about a substitute's": Case(
        TEN, (received("r0", 10),), (invoiced("A", 1, "60.00", line_unit="BX", line_item="I3"),)
    ),
    "an ordered pack of a substitute counts pack for pack": Case(
        (ordered(1, "60.00", unit="BX"),),
        (received("r0", 12),),
        (invoiced("A", 1, "60.00", line_unit="BX", line_item="I3"),),
    ),
    "the hold of a duplicate clears though it has a credit line of its own": Case(
        TEN,
        (received("r0", 20),),
        (
            *(
                replace(
                    invoiced(ref, 10, "5.00", number="SAME"),
                    lines=(InvoiceLine(1, 1, Decimal(10), Decimal(50)), InvoiceLine(2, 1, Decimal(-1), Decimal(-5))),
                )
                for ref in ("A", "B")
            ),
            credited("C", 10, "50.00"),
        ),
    ),
}
