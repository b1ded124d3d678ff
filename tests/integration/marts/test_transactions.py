"""One transaction over all systems: correlation ids, work queues, masked masters."""

from tests.integration.marts.conftest import History, Picture
from tests.integration.marts.hospital import FIRST, SECOND


def tied(picture: Picture, correlation_id: str) -> set[tuple[str, str]]:
    links = picture.rows("mart.correlation_link", correlation_id=correlation_id)
    return {(link["subject_type"], link["subject_id"]) for link in links}


def test_one_id_leads_from_the_order_to_the_bank_line(history: History) -> None:
    assert tied(history.first, "erp_main:PO1") == {
        ("purchase_order", "erp_main:PO1"),
        ("receipt_line", "supply:R1"),
        ("invoice", "ap:GOOD"),
        ("invoice", "ap:GONE"),
        ("payment", "erp_main:PAY1"),
        ("bank_entry", "bank:S1:1:1"),
    }


def test_an_invoice_without_an_order_gives_birth_to_its_own_id(history: History) -> None:
    link = history.first.row("mart.correlation_link", subject_id="ap:RENT")
    assert (link["correlation_id"], link["via"]) == ("ap:RENT", "born")


def test_links_are_added_when_a_chain_becomes_known_and_never_changed(history: History) -> None:
    first, second = (picture.rows("mart.correlation_link") for picture in (history.first, history.second))
    assert all(link in second for link in first)
    added = [link for link in second if link not in first]
    assert {link["linked_at"] for link in first} == {FIRST}
    assert {link["linked_at"] for link in added} == {SECOND}
    assert ("purchase_order", "erp_main:PO9") in {(link["subject_type"], link["subject_id"]) for link in added}


def test_a_payment_that_names_the_erp_s_copy_is_tied_to_the_invoice(history: History) -> None:
    row = history.first.row("mart.fct_payment_invoice", payment_id="erp_main:PAY1")
    assert row["invoice_id"] == "ap:GOOD"


def test_an_open_finding_comes_with_the_whole_transaction(history: History) -> None:
    work = history.first.row("mart.worklist", code="PRICE_OVER")
    assert (work["owner_role"], work["owner"], work["po_number"]) == ("buyer", "buyers-north", "PO4")
    assert (work["vendor_name"], work["invoice_number"]) == ("Vendor V1", "PRICE")
    assert [receipt["receipt_line_id"] for receipt in work["receipts"]] == ["supply:R4"]
    assert [line["verdict"] for line in work["invoice_lines"]] == ["exception"]


def test_a_finding_that_was_resolved_leaves_the_queue_and_stays_in_the_history(history: History) -> None:
    assert history.second.rows("mart.worklist", code="PRICE_OVER") == []
    hold = history.second.row("mart.exc_hold", code="PRICE_OVER")
    assert (hold["is_open"], hold["resolution"], hold["resolved_at"], hold["age_bucket"]) == (
        False,
        "cleared",
        SECOND,
        None,
    )


def test_what_no_rule_names_goes_to_the_catch_all_s_queue(history: History) -> None:
    assert history.first.row("mart.exc_hold", code="TOTAL_MISMATCH")["owner"] == "ap-queue"


def test_a_tax_id_is_masked(history: History) -> None:
    assert history.first.row("mart.dim_vendor", vendor_key="erp_main:V9")["tax_id_masked"] == "*****4321"


def test_an_entity_says_up_to_when_each_of_its_sources_is_known(history: History) -> None:
    known_to = history.second.row("mart.dim_entity", entity_id="H1")["known_to_by_source"]
    assert known_to["supply"].startswith("2026-03-31")
    assert known_to["ap"].startswith("2026-04-03")
