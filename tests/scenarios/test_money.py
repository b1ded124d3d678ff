"""Currency, tax, charges and totals: each tolerance at its edge, and every order of arrival."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from launcher.postgres import EmbeddedPostgres
from tests.scenarios.estate import AP, ERP, Estate, line
from tests.scenarios.test_order_of_arrival import assert_equal, facts, shuffled, stamped
from tests.scenarios.warehouse import Dbt, Warehouse, at, fresh_warehouse

AS_OF = at("2026-03-31")


class Case:
    """An estate, and what must be found in it: code and subject, with amount at risk, its currency and blocking."""

    def __init__(self) -> None:
        self.estate = Estate()
        self.expected: dict[tuple[str, str], tuple[Decimal, str, bool]] = {}
        self.sums: dict[str, tuple[Decimal, str]] = {}

    def finds(self, code: str, subject: str, at_risk: str, currency: str = "USD", *, blocking: bool = True) -> None:
        """What must be found."""
        self.expected[code, f"ap:{subject}"] = (Decimal(at_risk), currency, blocking)

    def order(self, number: str, *lines: dict[str, Any], received: bool = True, **fields: Any) -> None:
        """A purchase order, received in full."""
        lines = lines or (line(10, "5.00"),)
        self.estate.order(number, *lines, **fields)
        for position, first in enumerate(lines, start=1):
            if received and first.get("basis") != "amount":
                self.estate.receipt(f"{number}-{position}", number, first["ordered_qty"], "2026-03-02",
                                    po_line_number=position)  # fmt: skip

    def rate(self, day: str, rate: str, from_currency: str = "EUR", **fields: Any) -> None:
        """A rate to US dollars."""
        record = {"from_currency": from_currency, "to_currency": "USD", "rate_date": day, "rate": rate}
        self.estate.add(ERP, "fx_rate", **{**record, **fields})

    def bill(self, name: str, order: str | None = None, *, charges: dict[str, str], **fields: Any) -> None:
        """An invoice of one at 5.00 with tax, freight or other charges in its gross."""
        gross = Decimal("5.00") + sum(map(Decimal, charges.values()))
        amounts = {f"{kind}_amount": amount for kind, amount in charges.items()}
        record = {"on": "2026-03-05", "gross_amount": gross, "net_amount": "5.00", **amounts, **fields}
        self.estate.invoice(name, order, 1, "5.00", record.pop("on"), **record)


def currency(case: Case) -> None:
    case.rate("2026-02-26", "1.1")
    case.rate("2026-03-05", "1.2")
    case.rate("2026-03-06", "1.25")
    case.rate("2026-03-05", "0.9", from_currency="USD", to_currency="EUR")

    # 5.00 USD at 1.1 is 4.5454545455 EUR per unit; the latest rate on or before the date, at most 7 days old, counts
    for name, day, price in (("on-day", "2026-03-05", "4.16"), ("week-old", "2026-03-04", "4.54"),
                             ("latest", "2026-03-13", "4.00")):  # fmt: skip
        case.order(f"PO-{name}")
        case.estate.invoice(name, f"PO-{name}", 10, price, day, currency="EUR")
        case.finds("CURRENCY_MISMATCH", f"{name}:1", "0", blocking=False)
    for name, day in (("too-old", "2026-03-14"), ("too-early", "2026-02-25")):
        case.order(f"PO-{name}", ordered_at=at("2026-02-01"))
        case.estate.invoice(name, f"PO-{name}", 10, "4.00", day, currency="EUR")
        case.finds("FX_RATE_MISSING", f"{name}:1", "40", "EUR")
    case.order("PO-other-way")
    case.estate.invoice("other-way", "PO-other-way", 10, "4.00", "2026-03-05", currency="CHF")
    case.finds("FX_RATE_MISSING", "other-way:1", "40", "CHF")

    # 4.26 EUR are 5.112 USD, 0.112 over 5.00: 2.24 %
    case.order("PO-dear")
    case.estate.invoice("dear", "PO-dear", 10, "4.26", "2026-03-05", currency="EUR")
    case.finds("CURRENCY_MISMATCH", "dear:1", "0", blocking=False)
    case.finds("PRICE_OVER", "dear:1", "1.12")
    case.sums["ap:dear"] = (Decimal("0.93"), "EUR")
    case.order("PO-posted")
    case.estate.invoice("posted", "PO-posted", 10, "4.26", "2026-03-05", currency="EUR", status="posted",
                        posted_at=at("2026-03-06"))  # fmt: skip
    case.finds("CURRENCY_MISMATCH", "posted:1", "0", blocking=False)
    case.finds("PRICE_OVER", "posted:1", "1.12")
    case.finds("RECOVERY_DUE", "posted", "0.93", "EUR", blocking=False)
    case.sums["ap:posted"] = (Decimal("0.93"), "EUR")
    # the order ends at 4.25 EUR: 5.10 USD are 2 %
    case.order("PO-edge")
    case.estate.invoice("edge", "PO-edge", 10, "4.25", "2026-03-05", currency="EUR")
    case.finds("CURRENCY_MISMATCH", "edge:1", "0", blocking=False)

    # an amount is matched in the order's money
    case.order("PO-amount", line("1200", "1", basis="amount", match_type="two_way"))
    case.estate.invoice("amount", "PO-amount", None, "0", "2026-03-05", amount="1000.01", currency="EUR",
                        line={"unit": None})  # fmt: skip
    case.finds("CURRENCY_MISMATCH", "amount:1", "0", blocking=False)
    case.finds("QTY_ORDERED", "amount:1", "0.01")

    # the order is not known yet: nothing to compare currencies with
    case.estate.invoice("no-order", "PO-99", 1, "4.00", "2026-03-30", currency="EUR",
                        received_at=at("2026-03-30T01:00"))  # fmt: skip
    case.estate.invoice("no-po", None, 1, "4.00", "2026-03-30", currency="EUR")


def tax(case: Case) -> None:
    estate = case.estate
    estate.policy(policy_id="V2", vendor_key="erp_main:V2", tax_over_pct="10", tax_over_amount="0.05",
                  tax_under_pct="unlimited", tax_blocks=False)  # fmt: skip
    estate.policy(policy_id="P", tax_over_amount="0.02", tax_under_amount="0.02")
    code = {"tax_code": "ST"}
    estate.add(ERP, "tax_code", tax_code="ST", valid_from="2025-01-01", valid_to="2026-03-14", rate_pct="6")
    estate.add(ERP, "tax_code", tax_code="ST", valid_from="2026-03-15", rate_pct="8")
    estate.add(ERP, "tax_code", tax_code="EX", rate_pct="0")
    case.bill("tax-right", charges={"tax": "0.30"}, line=code)
    case.bill("tax-at", charges={"tax": "0.32"}, line=code)
    case.bill("tax-over", charges={"tax": "0.33"}, line=code)
    case.finds("TAX_DIFFERENCE", "tax-over", "0.03")
    case.bill("tax-under-at", charges={"tax": "0.28"}, line=code)
    case.bill("tax-under", charges={"tax": "0.27"}, line=code)
    case.finds("TAX_DIFFERENCE", "tax-under", "0.03")
    case.bill("tax-new-rate", charges={"tax": "0.40"}, line=code, on="2026-03-15")
    case.bill("tax-last-day", charges={"tax": "0.30"}, line=code, on="2026-03-14")
    case.bill("tax-none", charges={}, line=code)
    case.finds("TAX_DIFFERENCE", "tax-none", "0.30")
    case.bill("tax-exempt", charges={"tax": "0.03"}, line={"tax_code": "EX"})
    case.finds("TAX_DIFFERENCE", "tax-exempt", "0.03")
    case.bill("tax-strange", charges={"tax": "0.03"}, line={"tax_code": "XX"})
    case.finds("TAX_DIFFERENCE", "tax-strange", "0.03")
    case.bill("tax-uncoded", charges={"tax": "0.30"})
    case.finds("MISSING_DATA", "tax-uncoded", "5.30")
    case.bill("tax-credit", charges={"tax": "0.30"}, line=code, kind="credit")
    case.bill("tax-credit-signed", charges={"tax": "-0.30"}, line={**code, "qty": -1, "amount": "-5.00"},
              kind="credit", net_amount="-5.00", gross_amount="-5.30")  # fmt: skip
    case.bill("tax-cancelled", charges={"tax": "9.00"}, line=code, status="cancelled")

    # a policy of the vendor: 10 % of 0.30 is 0.03, well within 0.05; under is unlimited; it does not block
    other: dict[str, Any] = {"vendor_number": "S-V2", "line": code}
    case.bill("tax-percent-at", charges={"tax": "0.33"}, **other)
    case.bill("tax-percent", charges={"tax": "0.34"}, **other)
    case.finds("TAX_DIFFERENCE", "tax-percent", "0.04", blocking=False)
    case.bill("tax-unlimited", charges={}, **other)
    # against nothing expected any percent is exceeded
    case.bill("tax-base-zero", charges={"tax": "0.01"}, vendor_number="S-V2", line={"tax_code": "EX"})
    case.finds("TAX_DIFFERENCE", "tax-base-zero", "0.01", blocking=False)

    # two codes, each rounded to cents: 0.015 and 0.005 of tax are 0.02 and 0.01
    case.estate.policy(policy_id="V3", vendor_key="erp_main:V3")
    case.estate.vendor("V3")
    estate.add(ERP, "tax_code", tax_code="C1", rate_pct="0.3")
    estate.add(ERP, "tax_code", tax_code="C2", rate_pct="0.1")
    case.bill("tax-codes", charges={"tax": "0.03"}, vendor_number="S-V3", line={"tax_code": "C1"},
              net_amount="10.00", gross_amount="10.03")  # fmt: skip
    estate.add(AP, "invoice_line", invoice_ref="tax-codes", line_number=2, amount="5.00", tax_code="C2")
    # both limits blank: nothing is allowed
    case.bill("tax-no-limit", charges={"tax": "0.31"}, vendor_number="S-V3", line=code)
    case.finds("TAX_DIFFERENCE", "tax-no-limit", "0.01")


def charges(case: Case) -> None:
    estate = case.estate
    estate.policy(policy_id="P", freight_over_amount="5.00", other_over_pct="10", tax_over_amount="0.02",
                  tax_under_amount="0.02")  # fmt: skip
    case.order("PO-at", freight_amount="20.00")
    case.bill("freight-at", "PO-at", charges={"freight": "25.00"})
    case.order("PO-over", freight_amount="20.00")
    case.bill("freight-over", "PO-over", charges={"freight": "25.01"})
    case.finds("CHARGE_DIFFERENCE", "freight-over", "5.01")
    case.order("PO-none")
    case.bill("freight-none", "PO-none", charges={"freight": "5.01"})
    case.finds("CHARGE_DIFFERENCE", "freight-none", "5.01")

    # over all invoices of the order; one without freight is not to blame
    case.order("PO-twice", freight_amount="20.00")
    case.bill("twice-1", "PO-twice", charges={"freight": "20.00"}, on="2026-03-05")
    case.bill("twice-2", "PO-twice", charges={"freight": "5.00"}, on="2026-03-06")
    case.bill("twice-3", "PO-twice", charges={"freight": "3.00"}, on="2026-03-07")
    case.finds("CHARGE_DIFFERENCE", "twice-3", "3")
    case.bill("twice-4", "PO-twice", charges={}, on="2026-03-08")
    case.bill("twice-cancelled", "PO-twice", charges={"freight": "99.00"}, on="2026-03-04", status="cancelled")

    # a duplicate kept out does not count, a credit memo gives back
    case.order("PO-again", freight_amount="20.00")
    case.bill("again-1", "PO-again", charges={"freight": "20.00"}, on="2026-03-05", normalised_number="AGAIN")
    case.bill("again-2", "PO-again", charges={"freight": "20.00"}, on="2026-03-06", normalised_number="AGAIN")
    case.finds("DUPLICATE_INVOICE", "again-2", "25")
    case.bill("again-credit", "PO-again", charges={"freight": "4.00"}, on="2026-03-07", kind="credit",
              line={"credited_invoice_ref": "again-1", "credited_line_number": 1})  # fmt: skip
    case.bill("again-3", "PO-again", charges={"freight": "9.00"}, on="2026-03-08")

    # a percent of the order's other charges; both kinds are one hold
    case.order("PO-other", other_amount="10.00")
    case.bill("other-at", "PO-other", charges={"other": "11.00"})
    case.order("PO-both", other_amount="10.00", freight_amount="10.00")
    case.bill("both", "PO-both", charges={"other": "11.01", "freight": "16.00"})
    case.finds("CHARGE_DIFFERENCE", "both", "7.01")

    # two orders on one invoice: what both agreed, together
    case.order("PO-a", freight_amount="10.00")
    case.order("PO-b", freight_amount="12.00")
    for name, freight in (("orders-at", "27.00"), ("orders-over", "27.01")):
        if name == "orders-over":
            case.order("PO-c", freight_amount="10.00")
            case.order("PO-d", freight_amount="12.00")
            case.finds("CHARGE_DIFFERENCE", name, "5.01")
        pair = ("PO-a", "PO-b") if name == "orders-at" else ("PO-c", "PO-d")
        case.bill(name, pair[0], charges={"freight": freight}, net_amount="10.00",
                  gross_amount=Decimal("10.00") + Decimal(freight))  # fmt: skip
        estate.add(AP, "invoice_line", invoice_ref=name, line_number=2, po_number=pair[1], po_line_number=1,
                   item_number="I1", qty=1, unit="EA", price="5.00", amount="5.00")  # fmt: skip
    # an order that is not known yet is waited for
    case.bill("order-to-come", "PO-later", charges={"freight": "50.00"}, on="2026-03-30",
              received_at=at("2026-03-30T01:00"))  # fmt: skip

    # in the order's currency: 20 EUR at 1.25 are 25 USD
    case.rate("2026-03-05", "1.25")
    case.order("PO-euro", freight_amount="20.00")
    case.bill("euro-at", "PO-euro", charges={"freight": "20.00"}, currency="EUR", line={"price": "4", "amount": "4.00"},
              net_amount="4.00", gross_amount="24.00")  # fmt: skip
    case.finds("CURRENCY_MISMATCH", "euro-at:1", "0", blocking=False)
    case.order("PO-euro-over", freight_amount="20.00")
    case.bill("euro-over", "PO-euro-over", charges={"freight": "20.01"}, currency="EUR",
              line={"price": "4", "amount": "4.00"}, net_amount="4.00", gross_amount="24.01")  # fmt: skip
    case.finds("CURRENCY_MISMATCH", "euro-over:1", "0", blocking=False)
    case.finds("CHARGE_DIFFERENCE", "euro-over", "4.01", "EUR")


def totals(case: Case) -> None:
    case.estate.policy(policy_id="P", total_amount="0.02")
    case.bill("total-at", charges={}, gross_amount="5.02")
    case.bill("total-over", charges={}, gross_amount="5.03")
    case.finds("TOTAL_MISMATCH", "total-over", "0.03")
    case.bill("total-under", charges={}, gross_amount="4.97")
    case.finds("TOTAL_MISMATCH", "total-under", "0.03")
    case.bill("total-vendor", charges={}, gross_amount="5.01", vendor_number="S-V2")
    case.estate.policy(policy_id="V2", vendor_key="erp_main:V2", total_amount=None)
    case.finds("TOTAL_MISMATCH", "total-vendor", "0.01")


@pytest.fixture(scope="module", params=[currency, tax, charges, totals], ids=lambda scene: scene.__name__)
def case(
    request: pytest.FixtureRequest, postgres: EmbeddedPostgres, models_template: str, dbt: Dbt
) -> Iterator[tuple[Case, Warehouse]]:
    """The warehouse of a scene."""
    scene = Case()
    request.param(scene)
    with fresh_warehouse(postgres, models_template, dbt) as warehouse:
        scene.estate.land(warehouse, at("2026-03-30T12:00"))
        warehouse.build(AS_OF)
        yield scene, warehouse


def test_exactly_what_is_beyond_a_limit_is_found(case: tuple[Case, Warehouse]) -> None:
    """Some of the invoices look alike by chance; what is suspected of them is not what a scene is about."""
    scene, warehouse = case
    found = warehouse.rows(
        "select code, subject_id, amount_at_risk, currency, blocking from match.match_finding"
        " where code <> 'DUPLICATE_SUSPECT'"
    )
    said = {
        (row["code"], row["subject_id"]): (row["amount_at_risk"], row["currency"], row["blocking"]) for row in found
    }
    assert said == scene.expected


def test_each_finding_says_its_figures_in_a_sentence(case: tuple[Case, Warehouse]) -> None:
    _, warehouse = case
    for row in warehouse.rows("select code, explanation, limit_applied, policy_id from match.match_finding"):
        assert row["explanation"].endswith("."), row
        if row["code"] in ("TAX_DIFFERENCE", "CHARGE_DIFFERENCE", "TOTAL_MISMATCH"):
            assert row["limit_applied"] and row["policy_id"], row


def test_an_invoice_sums_up_what_is_at_risk_in_its_own_currency(case: tuple[Case, Warehouse]) -> None:
    scene, warehouse = case
    sums = warehouse.values("select invoice_id, amount_at_risk, currency from match.match_invoice")
    assert {invoice: sums[invoice] for invoice in scene.sums} == scene.sums


def test_late_rates_codes_and_orders_end_in_the_facts_of_one_full_refresh(models: Warehouse) -> None:
    scene = Case()
    for scenario in (currency, tax, charges):
        scenario(scene)
    for number, part in enumerate(shuffled(stamped(scene.estate.rows), seed=7, parts=3)):
        known_at = at("2026-03-30T10:00") + timedelta(hours=number)
        Estate().land(models, known_at, part)
        models.build(known_at if number < 2 else AS_OF)
    incremental = facts(models)
    models.build(AS_OF, full_refresh=True)
    assert_equal(incremental, facts(models))
