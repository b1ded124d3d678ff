"""KPIs (docs/reference/kpis.md): parts, days, percentiles, restatement."""

from datetime import date
from decimal import Decimal

from tests.integration.marts.conftest import History
from tests.integration.marts.hospital import FIRST, SECOND

LOAD_DAY = date(2026, 3, 30)  # knowledge at midnight UTC is the evening before in New York


def test_a_line_counts_as_auto_matched_only_when_no_person_touched_its_invoice(history: History) -> None:
    figure = history.first.figure("auto_match_rate", dimension="all")
    assert (figure["period"], figure["numerator"], figure["denominator"]) == (LOAD_DAY, 1, 4)
    first_pass = history.first.figure("first_pass_match_rate", dimension="all")
    assert (first_pass["numerator"], first_pass["denominator"]) == (2, 4)


def test_days_begin_in_the_time_zone_of_the_entity(history: History) -> None:
    days = {row["receipt_line_id"]: row["received_date"] for row in history.first.rows("mart.fct_receipt_line")}
    assert days["supply:R1"] == days["supply:R2"] == date(2026, 3, 2)


def test_a_receipt_that_the_erp_lacks_has_no_posting_latency(history: History) -> None:
    row = history.first.row("mart.fct_receipt_line", receipt_line_id="supply:R3")
    assert row["posting_latency_hours"] is None


def test_a_receipt_posted_before_its_source_was_connected_has_no_message_latency(history: History) -> None:
    row = history.first.row("mart.fct_receipt_line", receipt_line_id="supply:R3")
    assert row["posted_at"] < row["known_at"]
    assert row["message_latency_minutes"] is None


def test_percentiles_of_a_month_are_made_from_its_receipts(history: History) -> None:
    row = history.first.row("mart.kpi_receipt_posting_latency", level="month", entity_id="H1")
    assert (row["observations"], row["p50_hours"], row["p95_hours"]) == (3, 3, 30)


def test_the_exception_rate_has_invoices_that_are_not_cancelled_as_denominator(history: History) -> None:
    figure = history.first.figure("exception_rate", dimension="all", period=date(2026, 3, 6))
    assert (figure["numerator"], figure["denominator"], figure["value"]) == (1, 3, Decimal("33.3333"))


def test_the_exception_rate_by_code_counts_every_invoice_of_the_day(history: History) -> None:
    figures = {
        row["period"]: (row["numerator"], row["denominator"])
        for row in history.first.rows("mart.kpi_value", kpi="exception_rate", dimension_value="PRICE_OVER")
    }
    assert figures[date(2026, 3, 6)] == (1, 3)
    assert figures[date(2026, 3, 5)] == (0, 2)


def test_spend_is_net_of_credits_and_splits_by_purchase_order(history: History) -> None:
    day = {"kpi": "spend", "period": date(2026, 3, 6)}
    assert history.first.figure(**day, dimension="all")["value"] == 60 + 100 - 30
    assert history.first.figure(**day, dimension_value="on_po")["value"] == 60
    assert history.first.figure(**day, dimension_value="off_po")["value"] == 70


def test_goods_received_and_not_invoiced_are_accrued_net_of_returns_at_the_order_s_price(history: History) -> None:
    figure = history.first.figure("grni_accrual", dimension="all")
    assert (figure["value"], figure["currency"], figure["unit"]) == ((7 - 1) * 5, "USD", "money")


def test_a_row_that_was_not_promoted_lowers_the_data_quality(history: History) -> None:
    figure = history.first.figure("data_quality_rate", dimension_value="invoice")
    assert figure["denominator"] - figure["numerator"] == 1
    assert figure["entity_id"] == "ALL"


def test_a_failed_run_counts_once_in_all_and_at_each_facility_that_it_serves(history: History) -> None:
    for value in ("all", "H1", "erp_main", "unavailable"):
        assert history.first.figure("failed_interface_count", dimension_value=value)["value"] == 1


def test_a_copy_that_is_missing_after_the_sla_lowers_the_synchronisation_rate(history: History) -> None:
    late = history.first.row("mart.fct_purchase_order_version", purchase_order_id="erp_main:PO3")
    assert (late["is_due"], late["in_sync"]) == (True, False)
    figure = history.second.figure("po_sync_success_rate", dimension="all", period=date(2026, 2, 20))
    assert (figure["numerator"], figure["denominator"]) == (3, 4)


def test_a_copy_that_comes_after_the_sla_does_not_mend_the_rate(history: History) -> None:
    version = history.second.row("mart.fct_purchase_order_version", purchase_order_id="erp_main:PO3")
    assert not version["in_sync"]


def test_a_version_whose_sla_still_runs_is_not_counted(history: History) -> None:
    version = history.second.row("mart.fct_purchase_order_version", purchase_order_id="erp_main:PO9")
    assert not version["is_due"]


def test_open_holds_grow_older_and_each_day_keeps_its_picture(history: History) -> None:
    def buckets(day: date) -> dict[str, tuple[Decimal, Decimal]]:
        rows = history.second.rows("mart.kpi_exception_aging", period=day)
        return {row["age_bucket"]: (row["open_holds"], row["amount_at_risk"]) for row in rows if row["open_holds"]}

    assert buckets(LOAD_DAY) == {"0-2": (7, 22)}
    # a payment of 40 came back that day
    assert buckets(date(2026, 4, 2)) == {"0-2": (1, 40), "3-7": (4, 2)}


def test_a_restated_figure_is_a_new_row_and_the_old_one_says_when_it_was_superseded(history: History) -> None:
    rows = history.second.rows("mart.kpi_value", kpi="auto_match_rate", dimension="all", period=LOAD_DAY)
    old, new = sorted(rows, key=lambda row: row["revision"])
    assert (old["numerator"], old["denominator"], old["as_of"], old["superseded_at"]) == (1, 4, FIRST, SECOND)
    assert (new["numerator"], new["denominator"], new["as_of"], new["superseded_at"]) == (1, 2, SECOND, None)


def test_a_figure_whose_facts_are_gone_goes_to_zero(history: History) -> None:
    """EARLY was off any known order on the first day; its order came."""
    figure = history.second.figure("spend", dimension_value="off_po", period=LOAD_DAY)
    assert (figure["revision"], figure["value"]) == (2, 0)


def test_a_build_that_is_repeated_adds_nothing(history: History) -> None:
    for table in ("mart.kpi_value", "mart.correlation_link", "fb.fb_desired_state", "mart.exc_hold"):
        second, repeated = history.second.rows(table), history.repeated.rows(table)
        assert sorted(second, key=str) == sorted(repeated, key=str)


def test_a_message_that_no_extraction_showed_until_its_time_was_up_lowers_the_rate(history: History) -> None:
    """Two messages were due on the first of April at noon; the copy of one invoice showed it in time."""
    assert history.first.rows("mart.kpi_value", kpi="erp_sync_success_rate") == []
    for value in ("all", "ap", "match_result"):
        figure = history.second.figure("erp_sync_success_rate", dimension_value=value)
        assert (figure["period"], figure["entity_id"]) == (date(2026, 4, 1), "H1")
        assert (figure["numerator"], figure["denominator"], figure["value"]) == (1, 2, 50)


def test_an_invoice_that_nobody_touched_lowers_the_touches_of_its_posting_day(history: History) -> None:
    figure = history.second.figure("manual_touches_per_invoice", period=date(2026, 4, 1))
    assert (figure["numerator"], figure["denominator"], figure["value"]) == (0, 1, 0)
