"""One transaction in all four systems side by side (docs/reference/feedback.md, The transaction's state)."""

from tests.integration.marts.conftest import History
from tests.integration.marts.hospital import SECOND, TOLD


def test_an_invoice_stands_beside_itself_in_every_system(history: History) -> None:
    state = history.second.row("mart.transaction_state", invoice_id="ap:GOOD")
    assert (state["verdict"], state["hold_codes"]) == ("matched", None)
    assert (state["ap_status"], state["ap_match_status"], state["ap_payment_status"]) == (
        "posted",
        "matched",
        "settled",
    )
    assert (state["erp_system"], state["erp_clearance"], state["erp_document_number"]) == (
        "erp_main", "cleared", "DOC-GOOD",
    )  # fmt: skip
    assert (state["erp_payment_ref"], state["erp_payment_status"]) == ("PAY1", "settled")
    assert (state["supply_system"], state["supply_receipt_state"]) == ("supply", "complete")
    assert (state["bank_system"], state["bank_payment_state"]) == ("bank", "settled")


def test_each_system_s_knowledge_has_an_age_of_its_own(history: History) -> None:
    """Nothing came from supply after the first day."""
    state = history.second.row("mart.transaction_state", invoice_id="ap:GOOD")
    ages = {name: state[f"{name}_age_hours"] for name in ("ap", "erp", "supply", "bank")}
    assert ages == {"ap": 0, "erp": 0, "supply": 72, "bank": 0}


def test_a_system_disagrees_where_it_does_not_show_what_it_should(history: History) -> None:
    systems = {row["invoice_id"]: row["disagreeing_systems"] for row in history.second.rows("mart.transaction_state")}
    # AP lacks the document number of GOOD's posting; the ERP does not know that OPEN's payment came back.
    assert systems["ap:GOOD"] == ["ap"]
    assert systems["ap:OPEN"] == ["ap", "erp_main"]
    # A cancelled invoice has nothing to show.
    assert systems["ap:GONE"] == []
    cancelled = history.second.row("mart.transaction_state", invoice_id="ap:GONE")
    assert (cancelled["is_in_agreement"], cancelled["disagrees_since"]) == (True, None)


def test_it_disagrees_since_it_was_told(history: History) -> None:
    open_state = history.second.row("mart.transaction_state", invoice_id="ap:OPEN")
    assert (open_state["disagrees_since"], open_state["ap_message"]) == (TOLD, "match_result acknowledged")
    # Of the posting AP was not told yet; that it took the verdict over is confirmed.
    good = history.second.row("mart.transaction_state", invoice_id="ap:GOOD")
    assert (good["disagrees_since"], good["ap_message"]) == (SECOND, "match_result confirmed")


def test_an_invoice_without_an_order_has_nothing_to_receive(history: History) -> None:
    state = history.second.row("mart.transaction_state", invoice_id="ap:RENT")
    assert (state["supply_receipt_state"], state["bank_payment_state"]) == ("no order", None)
