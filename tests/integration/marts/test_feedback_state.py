"""What should go back to the source systems, and what they show (docs/reference/feedback.md)."""

import json

from jsonschema import Draft202012Validator

from tests.integration.marts.conftest import History, Picture
from tieout import settings


def body(picture: Picture, target: str, operation: str, subject: str) -> dict:
    return dict(picture.row("fb.fb_desired_state", target=target, operation=operation, subject_id=subject)["body"])


def test_ap_is_told_verdict_lines_and_holds_in_its_own_words(history: History) -> None:
    told = body(history.first, "ap", "match_result", "ap:PRICE")
    (hold,) = told.pop("holds")
    assert told == {
        "invoiceId": "PRICE",
        "verdict": "exception",
        "touchless": False,
        "lines": [{"lineNumber": 1, "verdict": "exception"}],
        "correlationId": "erp_main:PO4",
    }
    assert (hold["code"], hold["lineNumber"], hold["amountAtRisk"], hold["currency"]) == ("price-over", 1, 10, "USD")
    assert hold["explanation"].startswith("The invoice price of 6")


def test_the_readback_is_verdict_and_sorted_hold_codes(history: History) -> None:
    rows = history.first.rows("fb.fb_desired_state", operation="match_result")
    readback = {row["subject_id"]: row["readback"] for row in rows}
    assert readback["ap:PRICE"] == "exception|PRICE_OVER"
    assert readback["ap:GOOD"] == "matched|"


def test_a_cancelled_invoice_needs_no_state(history: History) -> None:
    assert history.first.rows("fb.fb_desired_state", subject_id="ap:GONE") == []


def test_the_erp_is_told_what_is_cleared_with_its_coding(history: History) -> None:
    assert body(history.first, "erp_main", "invoice_clearance", "ap:GOOD") == {
        "apInvoiceId": "GOOD",
        "company": "H1",
        "status": "cleared",
        "holds": [],
        "lines": [{"line": 1, "account": "6100", "costCenter": "CC1"}],
        "correlationId": "erp_main:PO1",
    }


def test_the_erp_is_told_what_is_held_in_its_own_words(history: History) -> None:
    told = body(history.first, "erp_main", "invoice_clearance", "ap:PRICE")
    assert (told["status"], told["holds"]) == ("held", ["PRICE"])


def test_a_hold_that_is_gone_is_another_message_to_the_erp(history: History) -> None:
    subject = {"target": "erp_main", "operation": "invoice_clearance", "subject_id": "ap:PRICE"}
    first, second = (picture.row("fb.fb_desired_state", **subject) for picture in (history.first, history.second))
    assert (second["body"]["status"], second["body"]["holds"]) == ("cleared", [])
    assert first["facts_sha256"] != second["facts_sha256"]


def test_an_invoice_that_waits_is_held_without_a_hold(history: History) -> None:
    told = body(history.second, "erp_main", "invoice_clearance", "ap:EARLY")
    assert (told["status"], told["holds"]) == ("held", [])


def test_a_posted_invoice_gets_no_clearance_any_more(history: History) -> None:
    subject = {"operation": "invoice_clearance", "subject_id": "ap:GOOD"}
    assert len(history.first.rows("fb.fb_desired_state", **subject)) == 1
    assert history.second.rows("fb.fb_desired_state", **subject) == []


def test_an_order_that_ap_lacks_is_sent_to_it_until_it_is_there(history: History) -> None:
    assert body(history.first, "ap", "purchase_order", "erp_main:PO3") == {
        "poNumber": "PO3",
        "businessUnit": "H1",
        "supplierId": "S-V1",
        "currency": "USD",
        "status": "sent",
        "orderedAt": "2026-02-20T00:00:00Z",
        "lines": [
            {
                "lineNumber": 1,
                "itemNumber": "I1",
                "description": None,
                "quantity": 10,
                "unit": "EA",
                "price": 5,
                "status": "open",
            }
        ],
    }
    assert history.second.rows("fb.fb_desired_state", operation="purchase_order", target="ap") == []


def test_an_order_that_supply_lacks_is_sent_to_it_in_its_own_words(history: History) -> None:
    assert body(history.first, "supply", "purchase_order", "erp_main:PO5") == {
        "poNo": "PO5",
        "site": "H1",
        "vendorNo": "V-1",
        "state": "S",
        "currency": "USD",
        "orderedAt": "2026-02-20T00:00:00Z",
        "lines": [{"line": 1, "itemNo": "I1", "description": None, "qty": 2, "unit": "BX", "price": 60, "state": "O"}],
    }


def test_ap_is_told_what_the_erp_posted_and_ap_does_not_show_so(history: History) -> None:
    assert history.first.rows("fb.fb_desired_state", operation="posting_status") == []
    (row,) = history.second.rows("fb.fb_desired_state", operation="posting_status")
    assert row["subject_id"] == "ap:GOOD"
    assert row["body"] == {
        "invoiceId": "GOOD",
        "accountingStatus": "POSTED",
        "erpDocumentNumber": "DOC-GOOD",
        "postedAt": "2026-04-01T12:00:00Z",
        "correlationId": "erp_main:PO1",
    }
    assert row["readback"] == "posted|DOC-GOOD|2026-04-01T12:00:00Z"


def test_ap_is_told_how_a_payment_went_by_the_bank_s_word(history: History) -> None:
    assert body(history.first, "ap", "payment_status", "ap:GOOD") == {
        "invoiceId": "GOOD",
        "paymentStatus": "SETTLED",
        "paymentReference": "PAY1",
        "paymentDate": "2026-03-30",
        "amount": 50,
        "currency": "USD",
        "reason": None,
        "correlationId": "erp_main:PO1",
    }
    told = body(history.second, "ap", "payment_status", "ap:OPEN")
    assert (told["paymentStatus"], told["paymentReference"], told["paymentDate"]) == ("RETURNED", "PAY2", "2026-04-02")


def test_the_erp_is_told_what_the_bank_said_of_a_payment_and_it_does_not_show(history: History) -> None:
    assert history.first.rows("fb.fb_desired_state", operation="payment_outcome") == []
    (row,) = history.second.rows("fb.fb_desired_state", operation="payment_outcome")
    assert (row["target"], row["subject_id"], row["readback"]) == ("erp_main", "erp_main:PAY2", "returned")
    assert row["body"] == {
        "paymentReference": "PAY2",
        "status": "RETURNED",
        "valueDate": "2026-04-02",
        "bankReference": "B3",
        "reason": None,
    }


def test_the_erp_is_told_of_a_receipt_that_it_lacks_after_the_sla(history: History) -> None:
    (row,) = history.first.rows("fb.fb_desired_state", operation="receipt")
    assert (row["target"], row["subject_id"], row["target_key"]) == ("erp_main", "supply:R3", "R3")
    assert row["body"] == {
        "sourceDocRef": "R3",
        "company": "H1",
        "poNumber": "PO3",
        "poLine": 1,
        "itemNumber": "I1",
        "transactionType": "RECEIVE",
        "quantity": 7,
        "unit": "Each",
        "transactionDate": "2026-03-10T15:00:00Z",
        "correlationId": "erp_main:PO3",
    }


def test_supply_is_told_of_receipts_that_were_posted_late(history: History) -> None:
    rows = history.first.rows("fb.fb_desired_state", operation="receipt_discrepancy")
    assert {row["subject_id"] for row in rows} == {"RECEIPT_LATE_POSTED supply:R3", "RECEIPT_LATE_POSTED supply:R4"}
    assert {row["target"] for row in rows} == {"supply", "supply_files"}
    told = body(history.first, "supply", "receipt_discrepancy", "RECEIPT_LATE_POSTED supply:R4")
    assert told.pop("explanation").startswith("Receipt R4 came on 2026-03-05 15:00")
    assert told == {
        "discrepancyId": "RECEIPT_LATE_POSTED supply:R4",
        "site": "H1",
        "kind": "LATE",
        "state": "OPEN",
        "poNo": "PO4",
        "poLine": 1,
        "receiptId": "R4",
        "itemNo": "I1",
        "expected": "2026-03-06 15:00 UTC",
        "actual": "2026-03-06 21:00 UTC",
        "correlationId": "erp_main:PO4",
    }


def test_bodies_fit_the_targets_schemas(history: History) -> None:
    schemas = settings.config_dir() / "feedback" / "schemas"
    rows = history.first.rows("fb.fb_desired_state") + history.second.rows("fb.fb_desired_state")
    for row in rows:
        schema = json.loads((schemas / f"{row['target']}_{row['operation']}_v1.json").read_text())
        Draft202012Validator(schema).validate(row["body"])


def test_facts_that_did_not_change_keep_their_hash(history: History) -> None:
    def hashes(picture: Picture) -> dict[tuple[str, str], str]:
        rows = picture.rows("fb.fb_desired_state")
        return {(row["operation"], row["subject_id"]): row["facts_sha256"] for row in rows}

    first, second = hashes(history.first), hashes(history.second)
    same = {key for key in first.keys() & second.keys() if first[key] == second[key]}
    assert ("match_result", "ap:RENT") in same
    assert ("match_result", "ap:PRICE") not in same


def test_what_the_systems_show_is_seen(history: History) -> None:
    shown = {
        (row["target"], row["operation"], row["subject_id"]): row["readback"]
        for row in history.second.rows("fb.fb_observed_state")
    }
    assert shown["ap", "match_result", "ap:GOOD"] == "matched|"
    assert shown["erp_main", "invoice_clearance", "ap:OPEN"] == "cleared"
    assert shown["erp_main", "invoice_clearance", "ap:GOOD"] == "cleared", "it was posted, and says neither"
    assert shown["ap", "purchase_order", "erp_main:PO3"] == "present"
    assert shown["ap", "payment_status", "ap:GOOD"] == "settled|PAY1"
    assert shown["erp_main", "payment_status", "ap:GOOD"] == "settled|PAY1"
    assert shown["erp_main", "payment_outcome", "erp_main:PAY2"] == "sent"
    late = "RECEIPT_LATE_POSTED supply:R4"
    assert shown["supply", "receipt_discrepancy", late] == "open|2026-03-06 21:00 UTC"
    assert ("ap", "purchase_order", "erp_main:PO3") not in {
        (row["target"], row["operation"], row["subject_id"]) for row in history.first.rows("fb.fb_observed_state")
    }
