"""Each verdict explains itself in English; each hold has a root cause that the facts give, or a steward."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from launcher.postgres import EmbeddedPostgres
from tests.scenarios.estate import ERP, TIEOUT, Estate, line
from tests.scenarios.warehouse import DATABASE, Dbt, Warehouse, at, fresh_warehouse
from tieout.errors import TieoutError
from tieout.quality.root_causes import correct

AS_OF = at("2026-03-31")
TEN = line(10, "5.00")
EXCEPTIONS = ["+path:models/match", "+exc_hold"]
SENTENCES = {
    "same": "Three-way match: 10 EA at 5 as ordered and received; 10 invoiced in all of 10 ordered. No tolerance of"
    " policy P was needed.",
    "dearer": "Three-way match in tolerance. 10 EA at 5.1 against a PO price of 5, 1.00 more: within policy P: 2 % or"
    " 50.00 in all.",
    "cheaper": "Three-way match in tolerance. 10 EA at 4 against a PO price of 5, 10.00 less: within policy P:"
    " unlimited.",
    "dear": "The invoice price of 5.11 per EA is 0.11 over the PO price of 5: 1.10 on this line, 1.10 in all. Policy P"
    " allows 2 % or 50.00 in all.",
    "agreed": "Released by clerk (agreed): The invoice price of 6 per EA is 1 over the PO price of 5: 10.00 on this"
    " line, 10.00 in all. Policy P allows 2 % or 50.00 in all.",
    "early": "10 EA of 10 invoiced are not covered by receipts; the line waits for them until 2026-04-05 00:00 UTC:"
    " policy P, 5 days.",
    "unknown": "PO line erp_main:none:1 is not known yet; the line waits for it until 2026-03-31 12:00 UTC: policy P,"
    " 24 hours.",
    "credited": "Credits have cancelled the whole quantity of this line.",
    "credit": "A credit line is not matched itself; it reduces what it credits.",
    "cancelled": "The invoice is cancelled; nothing is matched.",
    "no-order": "The invoice names no purchase order and needs no match.",
    "lawless": "The invoice price of 5.01 per EA is 0.01 over the PO price of 5: 0.10 on this line, 0.10 in all. No"
    " policy fits, so nothing is allowed.",
}
HOLDS = {
    "QTY_ACCEPTED inspected": "2 of the 10 EA invoiced are not covered by accepted goods; 10 were received on the PO"
    " line in all.",
    "AMOUNT_OVER summed": "The invoice names no lines; its net amount of 50.01 is 0.01 over the 50.00 that purchase"
    " order erp_main:summed has left to bill.",
    "AMOUNT_UNDER cut": "The invoice names no lines; its net amount of 49.99 is 0.01 under the 50.00 that purchase"
    " order erp_main:cut has left to bill.",
    "TAX_DIFFERENCE taxed": "Tax is 3.30, 0.30 more than the 3.00 that the tax codes of the lines come to.",
    "CHARGE_DIFFERENCE carried": "Freight of 7.50 USD through this invoice, 7.50 more than the 0.00 on"
    " erp_main:carried.",
}
CAUSES = {
    "PRICE_OVER dear": "price master stale",
    "PRICE_OVER boxed": "unit set-up",
    "PRICE_OVER lawless": "policy",
    "QTY_RECEIVED short": "physical shortage",
    "QTY_RECEIVED slow": "late receipt posting",
    "RECEIPT_LATE_POSTED r-slow-booking": "late receipt posting",
    "RECEIPT_LATE_POSTED r-lost": "interface failure",
    "RECOVERY_DUE boxed": "unit set-up",
}


@dataclass(frozen=True)
class Said:
    """What the warehouse says of each line and hold, and the warehouse to ask on."""

    sentences: dict[str, str]
    holds: dict[str, str]
    causes: dict[str, str]
    warehouse: Warehouse
    dsn: str


def estate_of_all() -> Estate:
    """One order for each case."""
    estate = Estate()
    estate.policy(valid_from="2026-03-02")
    estate.add(TIEOUT, "sla", sla_id="posting", subject="receipt_posting", hours=24)
    for name in ("same", "dearer", "cheaper", "dear", "agreed", "early", "credited", "cancelled", "boxed", "lawless",
                 "slow", "slow-booking", "lost"):  # fmt: skip
        estate.order(name, TEN)
    estate.order("short", line(10, "5.00", status="closed", closed_at=at("2026-03-30")))
    for name in ("same", "dearer", "cheaper", "dear", "agreed", "credited", "boxed", "lawless"):
        received(estate, name, booked="2026-03-02T01:00", posted="2026-03-02T02:00")
    received(estate, "slow-booking", booked="2026-03-04", posted="2026-03-04T01:00")
    received(estate, "lost", booked="2026-03-02T01:00", posted=None)
    for name, price in (("same", "5.00"), ("dearer", "5.10"), ("cheaper", "4.00"), ("dear", "5.11"), ("agreed", "6.00"),
                        ("credited", "5.00"), ("slow", "5.00"), ("short", "5.00")):  # fmt: skip
        estate.invoice(name, name, 10, price, "2026-03-05")
    estate.invoice("boxed", "boxed", 10, "60.00", "2026-03-05", status="posted")
    estate.invoice("cancelled", "cancelled", 10, "5.00", "2026-03-05", status="cancelled")
    estate.invoice("lawless", "lawless", 10, "5.01", "2026-03-01")
    estate.invoice("early", "early", 10, "5.00", "2026-03-30")
    estate.invoice("unknown", "none", 10, "5.00", "2026-03-30", received_at=at("2026-03-30T12:00"))
    estate.invoice("no-order", None, 1, "80.00", "2026-03-05")
    estate.invoice("credit", "credited", 10, "5.00", "2026-03-06", kind="credit")
    estate.release("R1", "agreed", "PRICE_OVER", actual="6")
    with_amounts(estate)
    return estate


def with_amounts(estate: Estate) -> None:
    """What is said of acceptance, of invoices without lines, of tax and of charges."""
    estate.order("inspected", line(10, "5.00", match_type="four_way"))
    estate.receipt("r-inspected", "inspected", 10, "2026-03-02", accepted_qty=8)
    estate.invoice("inspected", "inspected", 10, "5.00", "2026-03-05")
    for name, net in (("summed", "50.01"), ("cut", "49.99")):
        estate.order(name, TEN)
        estate.receipt(f"r-{name}", name, 10, "2026-03-02")
        estate.summary(name, name, net, "2026-03-05")
    estate.add(ERP, "tax_code", tax_code="ST", valid_from="2025-01-01", rate_pct="6")
    for name, fields in (
        ("taxed", {"tax_amount": "3.30", "gross_amount": "53.30", "line": {"tax_code": "ST"}}),
        ("carried", {"freight_amount": "7.50", "gross_amount": "57.50"}),
    ):
        estate.order(name, TEN)
        estate.receipt(f"r-{name}", name, 10, "2026-03-02")
        estate.invoice(name, name, 10, "5.00", "2026-03-05", net_amount="50.00", **fields)


def received(estate: Estate, name: str, *, booked: str, posted: str | None) -> None:
    """A receipt of ten on 2 March, booked in supply and posted in the ERP at times of their own."""
    estate.receipt(f"r-{name}", name, 10, "2026-03-02", posted_at=at(booked))
    if posted:
        estate.add(
            ERP, "receipt_line", receipt_ref=f"E-{name}", source_ref=f"r-{name}", entity_id="H1", po_number=name,
            po_line_number=1, kind="receipt", unit="EA", qty=10, received_at=at("2026-03-02"), posted_at=at(posted),
        )  # fmt: skip


@pytest.fixture(scope="module")
def said(postgres: EmbeddedPostgres, models_template: str, dbt: Dbt) -> Iterator[Said]:
    with fresh_warehouse(postgres, models_template, dbt) as warehouse:
        estate_of_all().land(warehouse, at("2026-03-30T22:00"))
        warehouse.build(AS_OF, select=EXCEPTIONS, data_tests=False)
        sentences = "select split_part(invoice_id, ':', 2), explanation from match.match_invoice_line_explained"
        holds = "select code || ' ' || split_part(subject_id, ':', 2), explanation from match.match_finding"
        causes = "select code || ' ' || split_part(subject_id, ':', 2), root_cause from mart.exc_hold"
        yield Said(
            warehouse.values(sentences),
            warehouse.values(holds),
            warehouse.values(causes),
            warehouse,
            postgres.dsn(DATABASE),
        )


@pytest.mark.parametrize("invoice", SENTENCES)
def test_a_verdict_reads_as_english_and_names_rule_limit_policy_and_figures(said: Said, invoice: str) -> None:
    assert said.sentences[invoice] == SENTENCES[invoice]


@pytest.mark.parametrize("hold", HOLDS)
def test_a_hold_reads_as_english_and_names_its_figures(said: Said, hold: str) -> None:
    assert said.holds[hold] == HOLDS[hold]


@pytest.mark.parametrize("hold", CAUSES)
def test_a_root_cause_follows_from_the_facts(said: Said, hold: str) -> None:
    assert said.causes[hold] == CAUSES[hold]


def test_a_stewards_root_cause_wins(said: Said) -> None:
    warehouse = said.warehouse
    query = "select root_cause, root_cause_corrected_by, hold_id from mart.exc_hold where subject_id = 'ap:dear:1'"
    (hold,) = warehouse.rows(query)
    now = AS_OF + timedelta(hours=1)
    decision_id = correct(
        said.dsn, hold_id=hold["hold_id"], root_cause="supplier error", by="Sam", reason="list is right", now=now
    )
    warehouse.build(AS_OF + timedelta(hours=2), select=EXCEPTIONS, data_tests=False)
    (hold,) = warehouse.rows(query)
    assert (hold["root_cause"], hold["root_cause_corrected_by"]) == ("supplier error", "Sam")
    (event,) = warehouse.rows("select * from audit.event")
    assert (event["actor"], event["action"], event["trace_id"]) == ("Sam", "root_cause", decision_id)
    assert event["before"] == {"root_cause": "price master stale"}


def test_a_root_cause_that_does_not_exist_and_a_hold_that_does_not_are_refused(said: Said) -> None:
    for hold_id, cause in (("none", "policy"), ("none", "bad luck")):
        with pytest.raises(TieoutError, match="There is no"):
            correct(said.dsn, hold_id=hold_id, root_cause=cause, by="Sam", reason="because", now=AS_OF)
