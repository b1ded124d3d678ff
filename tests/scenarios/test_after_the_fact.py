"""Findings on what happened already or failed to: posted invoices, late postings, unbilled receipts, stock."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from launcher.postgres import EmbeddedPostgres
from tests.scenarios.estate import AP, ERP, SUPPLY, TIEOUT, Estate, line
from tests.scenarios.warehouse import Dbt, Warehouse, at, fresh_warehouse

AS_OF = at("2026-03-31")
UNREAD = at("2026-04-01")
LATER = at("2026-04-02")
FINDINGS = "select code || ' ' || subject_id, amount_at_risk, explanation, root_cause, owner from match.match_finding"
TEN = line(10, "5.00")


def posting(estate: Estate, receipt: str, order: str, posted_at: str) -> None:
    """The ERP's posting of a receipt."""
    estate.add(
        ERP, "receipt_line", receipt_ref=f"E-{receipt}", source_ref=receipt, entity_id="H1", po_number=order,
        po_line_number=1, kind="receipt", unit="EA", qty=10, received_at=at("2026-03-02"), posted_at=at(posted_at),
    )  # fmt: skip


def counted(estate: Estate, reference: str, item: str, qty: str, book: str, on: str, **fields: Any) -> None:
    """A count of an item's stock in the store room."""
    record = {"entity_id": "H1", "location_code": "STORE", "unit": "EA", **fields}
    estate.add(
        SUPPLY, "inventory_count", count_ref=reference, item_number=item, counted_qty=qty, system_qty=book,
        at=at(on), **record,
    )  # fmt: skip


def rules(estate: Estate) -> None:
    """Limits, promises and routes."""
    estate.policy(stock_pct="5", stock_qty="2")
    estate.add(TIEOUT, "system_of_record", entity_id="H1", object="inventory_count", source_system=SUPPLY,
               role="record", valid_from="2000-01-01")  # fmt: skip
    estate.add(TIEOUT, "sla", sla_id="posting", subject="receipt_posting", object="receipt_line", hours=24)
    estate.add(TIEOUT, "sla", sla_id="sync", subject="sync", object="purchase_order", target="ap", hours=24)
    estate.add(TIEOUT, "sla", sla_id="accrual", subject="accrual_age", object="receipt_line", hours=720)
    route = {"owner_role": "ap", "owner": "anybody"}
    estate.add(TIEOUT, "routing", route_id="all", **route)
    estate.add(TIEOUT, "routing", route_id="stock", code="STOCK_DISCREPANCY", **{**route, "owner": "stock_desk"})
    estate.add(TIEOUT, "routing", route_id="here", entity_id="H1", **{**route, "owner": "north"})


def receipts(estate: Estate) -> None:
    """Posted on the last second, a second later, not at all, and due after as-of."""
    for name, received, posted in (
        ("in-time", "2026-03-10", "2026-03-11"),
        ("late", "2026-03-10", "2026-03-11T00:01"),
        ("never", "2026-03-10", None),
        ("soon", "2026-03-30T12:00", None),
    ):
        estate.order(name, TEN)
        estate.receipt(f"r-{name}", name, 10, received)
        estate.invoice(f"i-{name}", name, 10, "5.00", "2026-03-30")
        if posted:
            posting(estate, f"r-{name}", name, posted)
    estate.order("issued", TEN, approved_at=at("2026-03-30T18:00"))
    estate.receipt("t-in-time", "in-time", 1, "2026-03-20", kind="return")


def accruals(estate: Estate) -> None:
    """Thirty days are the limit: over it in part, at it, and two days from it."""
    estate.order("part", line(20, "5.00"))
    estate.receipt("r-part-1", "part", 10, "2026-02-25")
    estate.receipt("r-part-2", "part", 10, "2026-03-25")
    estate.invoice("i-part", "part", 4, "5.00", "2026-03-05")
    estate.order("aged", TEN)
    estate.receipt("r-aged", "aged", 10, "2026-03-01")
    estate.order("nearly", TEN)
    estate.receipt("r-nearly", "nearly", 10, "2026-03-03")
    estate.order("two-way", line(10, "5.00", match_type="two_way"))
    estate.receipt("r-two-way", "two-way", 10, "2026-02-01")
    for name in ("part-1", "part-2", "aged", "nearly", "two-way"):
        posting(estate, f"r-{name}", name.removesuffix("-1").removesuffix("-2"), "2026-02-01")


def recoveries(estate: Estate) -> None:
    """Posted with what would have stopped it, with what would not, released, and corrected by a credit."""
    for name in ("posted", "cheap", "agreed", "split"):
        estate.order(f"PO-{name}", TEN, line(10, "5.00"))
        estate.receipt(f"r-{name}", f"PO-{name}", 10, "2026-03-29T12:00")
        posting(estate, f"r-{name}", f"PO-{name}", "2026-03-30")
    document: dict[str, Any] = {"status": "posted", "erp_document_number": "51001", "posted_at": at("2026-03-20")}
    estate.invoice("posted", "PO-posted", 12, "6.00", "2026-03-20", **document)
    estate.invoice("cheap", "PO-cheap", 10, "4.00", "2026-03-20", **document)
    estate.invoice("agreed", "PO-agreed", 10, "6.00", "2026-03-20", **document)
    estate.release("R1", "agreed", "PRICE_OVER", actual="6")
    # two lines on two orders, of which a later run touches one
    estate.invoice("split", "PO-split", 10, "6.00", "2026-03-20", gross_amount="120", net_amount="120", **document)
    estate.order("PO-other", TEN)
    estate.receipt("r-other", "PO-other", 10, "2026-03-29T12:00")
    posting(estate, "r-other", "PO-other", "2026-03-30")
    estate.add("ap", "invoice_line", invoice_ref="split", line_number=2, po_number="PO-other", po_line_number=1,
               item_number="I1", qty=10, unit="EA", price="6.00", amount="60.00")  # fmt: skip


def stock(estate: Estate) -> None:
    """At the limit and beyond it, by percent and by number; the latest count is what counts."""
    counted(estate, "C1", "I1", "100", "95", "2026-03-20")
    counted(estate, "C2", "I1", "38", "40", "2026-03-21")
    counted(estate, "C3", "I2", "97", "100", "2026-03-21")
    counted(estate, "C4", "I2", "9", "10", "2026-03-21", location_code="WARD")
    counted(estate, "C5", "I1", "2", "3", "2026-03-21", location_code="WARD", unit="BX")


@dataclass(frozen=True)
class Moments:
    """What was found on the day, a day later with nothing read, two days later with nothing new, and from nothing."""

    first: dict[str, tuple[Any, ...]]
    unread: dict[str, tuple[Any, ...]]
    later: dict[str, tuple[Any, ...]]
    changed: dict[str, tuple[Any, ...]]
    afresh: dict[str, tuple[Any, ...]]
    risk: dict[str, tuple[Any, ...]]


@pytest.fixture(scope="module")
def moments(postgres: EmbeddedPostgres, models_template: str, dbt: Dbt) -> Iterator[Moments]:
    estate = Estate(copies=[AP])
    for add in (rules, receipts, accruals, recoveries, stock):
        add(estate)
    with fresh_warehouse(postgres, models_template, dbt) as warehouse:
        estate.land(warehouse, at("2026-03-30T22:00"))
        first = found(warehouse, AS_OF)
        risk = warehouse.values(
            "select invoice_id, amount_at_risk, blocking_holds, open_holds from match.match_invoice"
        )
        unread = found(warehouse, UNREAD, reads_copies=False)
        later = found(warehouse, LATER)
        change(estate)
        estate.land(warehouse, at("2026-04-03"))
        changed = found(warehouse, at("2026-04-03"))
        yield Moments(first, unread, later, changed, found(warehouse, at("2026-04-03"), full_refresh=True), risk)


def change(estate: Estate) -> None:
    """A late posting comes, one of two orders is received again, stock is counted again and a count corrected."""
    posting(estate, "r-never", "never", "2026-04-02")
    estate.receipt("r-split-2", "PO-split", 1, "2026-04-02T12:00")
    counted(estate, "C6", "I2", "10", "10", "2026-04-02", location_code="WARD")
    counted(estate, "C5", "I1", "3", "3", "2026-03-21", location_code="DOCK", unit="BX")


def found(warehouse: Warehouse, as_of: datetime, **how: bool) -> dict[str, tuple[Any, ...]]:
    """Build, and return what stands by code and subject."""
    warehouse.build(as_of, **how)
    return warehouse.values(FINDINGS)


def of(findings: dict[str, tuple[Any, ...]], code: str) -> dict[str, Decimal]:
    """Subjects and money at risk of one code."""
    return {name.partition(" ")[2]: row[0] for name, row in findings.items() if name.startswith(f"{code} ")}


def test_a_receipt_is_posted_late_beyond_the_promise_and_not_at_it(moments: Moments) -> None:
    assert set(of(moments.first, "RECEIPT_LATE_POSTED")) == {"supply:r-late", "supply:r-never"}


def test_what_a_system_may_hold_since_it_was_read_is_not_missing_there(moments: Moments) -> None:
    assert set(moments.unread) == set(moments.first)


def test_time_alone_makes_a_posting_late_a_copy_missing_and_a_receipt_old(moments: Moments) -> None:
    new = {name for name in moments.later if name not in moments.first}
    assert new == {
        "RECEIPT_LATE_POSTED supply:r-soon", "ACCRUAL_AGED erp_main:nearly:1",
        "SYNC_MISSING ap:purchase_order:erp_main:issued",
    }  # fmt: skip
    assert set(moments.first) <= set(moments.later)


def test_what_is_received_and_not_billed_ages_by_receipt(moments: Moments) -> None:
    assert of(moments.first, "ACCRUAL_AGED") == {"erp_main:part:1": Decimal(30), "erp_main:aged:1": Decimal(50)}


def test_a_posted_invoice_is_to_be_recovered_by_what_would_have_stopped_it(moments: Moments) -> None:
    assert of(moments.first, "RECOVERY_DUE") == {"ap:posted": Decimal(12), "ap:split": Decimal(20)}
    assert set(of(moments.first, "PRICE_OVER")) == {
        "ap:posted:1", "ap:agreed:1", "ap:split:1", "ap:split:2",
    }  # fmt: skip


def test_money_to_recover_does_not_count_itself_and_stops_nothing(moments: Moments) -> None:
    at_risk, blocking, open_holds = moments.risk["ap:posted"]
    assert (at_risk, blocking) == (Decimal(12), 0)
    assert open_holds == 4


def test_money_to_recover_is_whole_where_a_run_touches_one_of_two_orders(moments: Moments) -> None:
    assert of(moments.changed, "RECOVERY_DUE")["ap:split"] == Decimal(20)


def test_stock_is_judged_by_its_latest_count_beyond_the_limit(moments: Moments) -> None:
    assert set(of(moments.first, "STOCK_DISCREPANCY")) == {"supply:I2:STORE", "supply:I2:WARD", "supply:I1:WARD"}


def test_a_new_count_and_a_corrected_one_clear_what_they_judge(moments: Moments) -> None:
    assert set(of(moments.changed, "STOCK_DISCREPANCY")) == {"supply:I2:STORE"}


def test_a_late_posting_stays_late_when_it_came(moments: Moments) -> None:
    assert "RECEIPT_LATE_POSTED supply:r-never" in moments.changed


def test_findings_are_the_same_from_nothing(moments: Moments) -> None:
    assert moments.afresh == moments.changed


def test_the_most_specific_route_names_the_owner(moments: Moments) -> None:
    owners = {name.partition(" ")[0]: row[-1] for name, row in moments.first.items()}
    assert owners["STOCK_DISCREPANCY"] == "stock_desk"
    assert owners["RECOVERY_DUE"] == "north"


def test_findings_say_what_is_the_case(moments: Moments) -> None:
    said = {name: row[1] for name, row in moments.later.items()}
    expected = {
        "RECEIPT_LATE_POSTED supply:r-late": "Receipt r-late came on 2026-03-10 00:00 UTC and was posted in the ERP on"
        " 2026-03-11 00:01 UTC; it was due on 2026-03-11 00:00 UTC, 24 hours later.",
        "RECEIPT_LATE_POSTED supply:r-soon": "Receipt r-soon came on 2026-03-30 12:00 UTC and is not posted in the ERP;"
        " it was due on 2026-03-31 12:00 UTC, 24 hours later.",
        "ACCRUAL_AGED erp_main:part:1": "6 received since 2026-02-25 are not invoiced after 30 days:"
        " USD 30.00 accrued.",
        "RECOVERY_DUE ap:posted": "Invoice posted is posted in the ERP as 51001 in spite of PRICE_OVER, QTY_ORDERED,"
        " QTY_RECEIVED: USD 12.00 to recover.",
        "STOCK_DISCREPANCY supply:I1:WARD": "24 EA of item I1 were counted at WARD on 2026-03-21, 12 less than the 36"
        " in the books.",
    }
    assert {name: said[name] for name in expected} == expected
