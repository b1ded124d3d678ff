"""Summary invoices: a header that names an order, and no lines (matching, section 4)."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from launcher.postgres import EmbeddedPostgres
from tests.scenarios.estate import AP, ERP, Estate, line
from tests.scenarios.test_order_of_arrival import assert_equal, facts, stamped
from tests.scenarios.warehouse import MATCH, Dbt, Warehouse, at, fresh_warehouse

AS_OF = at("2026-03-31")
GRACE_OVER = at("2026-04-05")
MARTS = ["+fct_purchase_order_line", "fct_match_summary_invoice"]

ALLOCATIONS = """
    select po_line_id || ':' || sequence,
           concat_ws(
               ' ', replace(invoice_id, 'ap:', ''), replace(receipt_line_id, 'supply:', ''), trim_scale(qty), method
           )
    from match.match_allocation
    order by purchase_order_id, po_line_id, sequence
"""


class Summaries:
    """Orders with summary invoices, and what is expected of each."""

    def __init__(self) -> None:
        self.estate = Estate()
        self.verdicts: dict[str, str] = {}
        self.findings: dict[str, str] = {}
        self.allocations: dict[str, list[str]] = {}
        limits = {"vendor_key": "erp_main:V2", "header_over_pct": "2", "header_over_amount": "1.00"}
        self.estate.policy(policy_id="under_blocks", valid_to="2026-03-19", amount_under_blocks="true", **limits)
        self.estate.policy(policy_id="under_is_free", valid_from="2026-03-20", header_under_pct="unlimited", **limits)

    def order(self, name: str, *lines: dict[str, Any], received: tuple[Any, ...] = (), **fields: Any) -> None:
        """An order and, for each line in turn, what was received of it."""
        self.estate.order(name, *(lines or (line(10, "5.00"),)), **fields)
        for position, qty in enumerate(received, start=1):
            if qty:
                self.estate.receipt(f"{name}-r{position}", name, qty, "2026-03-02", po_line_number=position)

    def summary(
        self, name: str, order: str, net: str, on: str | None, verdict: str, *findings: str, **fields: Any
    ) -> None:
        """An invoice without lines; its verdict; findings as 'CODE amount at risk'."""
        self.estate.summary(name, order, net, on, **fields)
        self.verdicts[name] = verdict
        self.findings |= {f"{name} {finding.split()[0]}": finding.split()[1] for finding in findings}


def amounts(case: Summaries) -> None:
    """Worked example 17 and its neighbours."""
    case.order("PO17", line(10, "5.00"), line(4, "2.50"), received=(10, 4))
    case.summary("17", "PO17", "60.00", "2026-03-05", "matched")
    case.allocations["PO17"] = ["17 PO17-r1 10 header", "17 PO17-r2 4 header"]

    case.order("OVER", received=(10,))
    case.summary("over", "OVER", "50.01", "2026-03-05", "exception", "AMOUNT_OVER 0.01")

    case.order("UNDER", received=(10,))
    case.summary("under", "UNDER", "49.99", "2026-03-05", "matched_in_tolerance", "AMOUNT_UNDER 0.01")

    case.order("BLOCKED", vendor="V2", received=(10,))
    case.summary("under and blocked", "BLOCKED", "49.99", "2026-03-05", "exception", "AMOUNT_UNDER 0.01",
                 vendor_number="S-V2")  # fmt: skip

    case.order("FREE", vendor="V2", received=(10,))
    case.summary("under and free", "FREE", "20.00", "2026-03-20", "matched_in_tolerance", vendor_number="S-V2")
    case.summary("nothing left", "FREE", "30.00", "2026-03-21", "exception", "AMOUNT_OVER 30.00",
                 vendor_number="S-V2")  # fmt: skip
    case.allocations["FREE"] = ["under and free FREE-r1 10 header"]

    case.order("LIMITS", vendor="V2", received=(10,))
    case.summary("at the limit", "LIMITS", "51.00", "2026-03-05", "matched_in_tolerance", vendor_number="S-V2")
    case.allocations["LIMITS"] = ["at the limit LIMITS-r1 10 header"]

    case.order("BEYOND", vendor="V2", received=(10,))
    case.summary("beyond the limit", "BEYOND", "51.01", "2026-03-05", "exception", "AMOUNT_OVER 1.01",
                 vendor_number="S-V2")  # fmt: skip

    case.order("ROUNDED", line(1, "33.333333"), line(1, "33.333333"), received=(1, 1))
    case.summary("rounded once", "ROUNDED", "66.67", "2026-03-05", "matched")


def currencies(case: Summaries) -> None:
    """Invoices in another currency than the order's."""
    case.estate.add(ERP, "fx_rate", from_currency="EUR", to_currency="USD", rate_date="2026-03-04", rate="1.2")
    case.order("EUROS", received=(10,))
    case.summary("in euros", "EUROS", "41.67", "2026-03-05", "matched", "CURRENCY_MISMATCH 0", currency="EUR")
    case.summary("again", "EUROS", "10.00", "2026-03-06", "exception", "AMOUNT_OVER 10.00", "CURRENCY_MISMATCH 0",
                 currency="EUR")  # fmt: skip
    case.summary("in pounds", "EUROS", "40.00", "2026-03-05", "exception", "FX_RATE_MISSING 40.00", currency="GBP")
    case.allocations["EUROS"] = ["in euros EUROS-r1 10 header"]


def sequences(case: Summaries) -> None:
    """Several invoices of one order."""
    case.order("TWICE", received=(10,))
    case.summary("first", "TWICE", "50.00", "2026-03-05", "matched")
    case.summary("second", "TWICE", "50.00", "2026-03-06", "exception", "AMOUNT_OVER 50.00")
    case.allocations["TWICE"] = ["first TWICE-r1 10 header"]

    case.order("BEFORE", received=(10,))
    case.summary("before one that fits", "BEFORE", "40.00", "2026-03-05", "matched_in_tolerance", "AMOUNT_UNDER 10.00")
    case.summary("fits", "BEFORE", "50.00", "2026-03-06", "matched")
    case.allocations["BEFORE"] = ["fits BEFORE-r1 10 header"]

    case.order("LINES", received=(10,))
    case.estate.receipt("LINES-r0", "LINES", 2, "2026-03-09")
    case.estate.invoice("with lines", "LINES", 7, "5.00", "2026-03-20")
    case.summary("after lines", "LINES", "25.00", "2026-03-05", "matched")
    case.allocations["LINES"] = ["with lines LINES-r1 7 fifo", "after lines LINES-r1 3 header",
                                 "after lines LINES-r0 2 header"]  # fmt: skip

    case.order("NAMED", line(10, "5.00"), received=(6,))
    case.estate.receipt("NAMED-r2", "NAMED", 4, "2026-03-03")
    case.estate.invoice("names r2", "NAMED", 3, "5.00", "2026-03-20", line={"receipt_ref": "NAMED-r2"})
    case.summary("the rest", "NAMED", "35.00", "2026-03-05", "matched")
    case.allocations["NAMED"] = ["names r2 NAMED-r2 3 explicit", "the rest NAMED-r1 6 header",
                                 "the rest NAMED-r2 1 header"]  # fmt: skip


def kinds(case: Summaries) -> None:
    """Lines of every match type."""
    service = line(2, "900", match_type="two_way")
    case.order("SERVICE", service, line(10, "5.00"), line(1, "70", match_type="receipt_only"), received=(0, 10, 1))
    case.estate.invoice("one of two", "SERVICE", 1, "900", "2026-03-05")
    case.summary("service and goods", "SERVICE", "950.00", "2026-03-06", "matched")
    case.allocations["SERVICE"] = ["service and goods 1 header", "service and goods SERVICE-r2 10 header"]

    case.order("ACCEPTED", line(10, "5.00", match_type="four_way"))
    case.estate.receipt("ACCEPTED-r1", "ACCEPTED", 10, "2026-03-02", accepted_qty=8)
    case.summary("accepted", "ACCEPTED", "40.00", "2026-03-05", "matched")
    case.allocations["ACCEPTED"] = ["accepted ACCEPTED-r1 8 header"]


def graces(case: Summaries) -> None:
    """Invoices that come before their goods, or before their order."""
    case.order("EARLY", received=(6,))
    case.summary("early", "EARLY", "50.00", "2026-03-30", "awaiting_receipt")

    case.order("LATE", received=(6,))
    case.summary("late", "LATE", "50.00", "2026-03-05", "exception", "AMOUNT_OVER 20.00")

    case.order("NEVER", received=(6,))
    case.summary("more than ordered", "NEVER", "50.01", "2026-03-30", "exception", "AMOUNT_OVER 20.01")

    case.order("PARTS", received=(6,))
    case.summary("took what came", "PARTS", "30.00", "2026-03-05", "matched")
    case.summary("waits for the rest", "PARTS", "20.00", "2026-03-30", "awaiting_receipt")
    case.allocations["PARTS"] = ["took what came PARTS-r1 6 header"]

    case.order("ACCEPT", received=(6,))
    case.summary("excess accepted", "ACCEPT", "50.00", "2026-03-30", "released", "AMOUNT_OVER 20.00")
    case.estate.release("R-excess", "excess accepted", "AMOUNT_OVER", line_number=None, actual="50.00")

    case.summary("order is young", "UNKNOWN", "10.00", "2026-03-30", "awaiting_po", received_at=at("2026-03-30T20:00"))
    case.summary("order is due", "UNKNOWN", "10.01", "2026-03-05", "exception", "PO_NOT_FOUND 10.01")


def kept_out(case: Summaries) -> None:
    """Invoices that take no part: the one beside each takes what is open."""
    for name in ("CANCELLED", "CREDITED", "NEGATIVE", "MISMATCH", "NOBODY", "UNDATED", "COPY", "LET-IN"):
        case.order(name, received=(10,))
        last = "2026-03-07"
        case.summary(f"{name} last", name, "50.00" if name != "COPY" else "50.0", last, "matched")
        case.allocations[name] = [f"{name} last {name}-r1 10 header"]
    first = "2026-03-05"
    case.summary("cancelled", "CANCELLED", "50.00", first, "not_applicable", status="cancelled")
    case.summary("credited", "CREDITED", "50.00", first, "not_applicable", kind="credit")
    case.summary("negative", "NEGATIVE", "-50.00", first, "not_applicable")
    case.summary("mismatch", "MISMATCH", "50.00", first, "exception", "VENDOR_MISMATCH 50.00", vendor_number="S-V2")
    case.summary("nobody", "NOBODY", "50.00", first, "exception", "VENDOR_UNKNOWN 50.00", vendor_number="S-NONE")
    case.summary("undated", "UNDATED", "50.00", None, "exception", "MISSING_DATA 50.00")
    case.summary("copy", "COPY", "50.00", "2026-03-08", "exception", "DUPLICATE_INVOICE 50.00",
                 invoice_number="COPY last", normalised_number="COPY LAST")  # fmt: skip
    case.summary("let in", "LET-IN", "50.00", first, "released", "VENDOR_MISMATCH 50.00", vendor_number="S-V2")
    case.estate.release("R-vendor", "let in", "VENDOR_MISMATCH", line_number=None, actual="erp_main:V2")
    case.verdicts["LET-IN last"] = "exception"
    case.findings["LET-IN last AMOUNT_OVER"] = "50.00"
    case.allocations["LET-IN"] = ["let in LET-IN-r1 10 header"]

    case.order("DRAFT", status="draft", received=(10,))
    case.summary("draft", "DRAFT", "50.00", first, "exception", "PO_NOT_APPROVED 50.00")
    case.order("CLOSED", status="closed", closed_at=at("2026-03-04T12:00"), received=(10,))
    case.summary("closed", "CLOSED", "50.00", first, "exception", "PO_CLOSED 50.00")


def summaries() -> Summaries:
    """All of them in one estate."""
    case = Summaries()
    for part in (amounts, currencies, sequences, kinds, graces, kept_out):
        part(case)
    return case


@pytest.fixture(scope="module")
def case() -> Summaries:
    """What is landed, and what is expected of it."""
    return summaries()


@pytest.fixture(scope="module")
def built(postgres: EmbeddedPostgres, models_template: str, dbt: Dbt, case: Summaries) -> Iterator[Warehouse]:
    """The warehouse as of the day before the graces end."""
    with fresh_warehouse(postgres, models_template, dbt) as warehouse:
        case.estate.land(warehouse, at("2026-03-30T22:00"))
        warehouse.build(AS_OF, select=[*MATCH, *MARTS, "--exclude", "path:tests/marts"])
        yield warehouse


def verdicts(warehouse: Warehouse) -> dict[str, str]:
    """The verdict of every invoice without lines."""
    return warehouse.values(
        "select replace(m.invoice_id, 'ap:', ''), m.verdict from match.match_invoice as m"
        " inner join canonical.int_invoices as i on m.invoice_id = i.invoice_id where i.line_count = 0"
    )


def test_every_summary_invoice_gets_its_verdict(built: Warehouse, case: Summaries) -> None:
    assert verdicts(built) == case.verdicts


def test_findings_on_summary_invoices_say_what_is_at_risk_and_nothing_else_is_found(
    built: Warehouse, case: Summaries
) -> None:
    found = built.values(
        "select replace(invoice_id, 'ap:', '') || ' ' || code, amount_at_risk from match.match_finding"
        " where invoice_id is not null"
    )
    assert found == {key: Decimal(amount) for key, amount in case.findings.items()}


def test_a_summary_invoice_takes_all_that_lines_leave(built: Warehouse, case: Summaries) -> None:
    found: dict[str, list[str]] = {}
    for key, text in built.values(ALLOCATIONS).items():
        found.setdefault(key.split(":")[1], []).append(text)
    assert {order: found.get(order, []) for order in case.allocations} == case.allocations
    headed = {order for order, rows in found.items() if any(row.endswith("header") for row in rows)}
    assert headed <= {*case.allocations, "ROUNDED", "DRAFT", "CLOSED"}  # a hold does not free what it takes


def test_a_code_of_lines_on_an_invoice_without_lines_is_about_the_invoice(built: Warehouse) -> None:
    kinds_found = built.values(
        "select distinct code, subject_type from match.match_finding where code in ('VENDOR_MISMATCH', 'PO_NOT_FOUND')"
    )
    assert kinds_found == {"VENDOR_MISMATCH": "invoice", "PO_NOT_FOUND": "invoice"}


def test_a_summary_invoice_is_explained_in_sentences_with_figures_limit_and_policy(built: Warehouse) -> None:
    said = built.values("select replace(invoice_id, 'ap:', ''), explanation from mart.fct_match_summary_invoice")
    assert [name for name, text in said.items() if not (text or "").endswith(".")] == []
    assert said["at the limit"] == (
        "51 is billed against 50 that the order had left to bill (difference 1): within policy under_blocks"
        " (over: 2 % or 1; under: 0 % or 0)."
    )
    assert said["beyond the limit"] == (
        "The invoice names no lines; its net amount of 51.01 is 1.01 over the 50.00 that purchase order erp_main:BEYOND"
        " has left to bill. Limit: 2 % or 1, policy under_blocks."
    )
    assert said["early"] == (
        "50 is billed and 30 is there to bill; the invoice waits for receipts until 2026-04-05 00:00 UTC."
    )


def test_what_a_summary_invoice_takes_is_no_longer_accrued(built: Warehouse) -> None:
    accrued = built.values("select purchase_order_id, sum(grni_amount) from mart.fct_purchase_order_line group by 1")
    assert accrued["erp_main:PO17"] == 0
    assert accrued["erp_main:OVER"] == 50
    assert accrued["erp_main:ACCEPTED"] == 10  # received and not accepted
    assert accrued["erp_main:SERVICE"] == 70  # received on the line that is paid by its receipts


def test_a_grace_that_ends_and_goods_that_come_change_the_verdict(built: Warehouse, case: Summaries) -> None:
    """Runs last: it moves the warehouse on."""
    assert built.values(
        "select replace(invoice_id, 'ap:', ''), next_change_at from match.match_invoice"
        " where next_change_at is not null"
    ) == {"early": GRACE_OVER, "waits for the rest": GRACE_OVER, "order is young": at("2026-03-31T20:00")}

    case.estate.receipt("LATE-r2", "LATE", 4, "2026-03-31")
    case.estate.order("UNKNOWN", line(2, "5.00"))
    case.estate.land(built, at("2026-04-01"))
    built.build(at("2026-04-01"))
    moved = verdicts(built)
    assert moved["late"] == "matched"
    assert moved["order is young"] == "awaiting_receipt"
    assert moved["order is due"] == "exception"

    built.build(GRACE_OVER)
    assert verdicts(built)["early"] == "exception"
    assert verdicts(built)["order is young"] == "exception"


def test_summary_invoices_come_out_the_same_in_any_order_of_arrival(models: Warehouse) -> None:
    """Invoices first, then receipts, then orders; one changes its order, one gets lines, one vanishes."""
    estate = summaries().estate
    moving = Summaries()
    moving.order("FROM", received=(10,))
    moving.order("TO", received=(10,))
    for step, name in enumerate(("FROM", "TO")):
        moving.summary("moves", name, "50.00", "2026-03-05", "matched", _updated_at=at(f"2026-03-1{step}"))
    moving.summary("gets a line", "FROM", "50.00", "2026-03-06", "matched", _updated_at=at("2026-03-10"))
    moving.summary("vanishes", "FROM", "50.00", "2026-03-04", "matched", _updated_at=at("2026-03-10"))
    estate.rows += [row for row in moving.estate.rows if row[1] not in ("policy", "entity", "system_of_record")]
    rows = stamped(estate.rows)
    order = {"invoice": 0, "hold_event": 1, "receipt_line": 2, "purchase_order": 3, "purchase_order_line": 4}
    rows.sort(key=lambda row: order.get(row[1], -1))
    third = len(rows) // 3
    first_of_invoice = [row for row in rows if row[2].get("po_number") != "TO" or row[1] != "invoice"]
    later = [row for row in rows if row not in first_of_invoice]
    for number, part in enumerate(
        (first_of_invoice[:third], first_of_invoice[third : 2 * third], first_of_invoice[2 * third :], later)
    ):
        known_at = at("2026-03-30T10:00") + timedelta(hours=number)
        Estate().land(models, known_at, part)
        models.build(known_at)
    last = Estate()
    last.rows = []
    last.add(AP, "invoice_line", invoice_ref="gets a line", line_number=1, po_number="FROM", po_line_number=1,
             item_number="I1", qty=10, unit="EA", price="5.00", amount="50.00")  # fmt: skip
    last.add(AP, "invoice", **{**next(row[2] for row in rows if row[2].get("invoice_ref") == "vanishes"),
                               "_deleted": True, "_updated_at": at("2026-03-20")})  # fmt: skip
    last.land(models, at("2026-03-30T20:00"))
    models.build(AS_OF)

    incremental = facts(models) | summary_facts(models)
    assert models.values(ALLOCATIONS)["erp_main:FROM:1:1"] == "gets a line FROM-r1 10 fifo"
    assert models.values(ALLOCATIONS)["erp_main:TO:1:1"] == "moves TO-r1 10 header"
    models.build(AS_OF, full_refresh=True)
    assert_equal(incremental, facts(models) | summary_facts(models))


def summary_facts(warehouse: Warehouse) -> dict[str, list[str]]:
    """What was found of each summary invoice."""
    return {"summaries": sorted(repr(row) for row in warehouse.rows("select * from match.match_summary_invoice"))}
