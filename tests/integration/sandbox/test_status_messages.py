"""Statuses, receipts and copies that the estate takes over, and how they show afterwards."""

from datetime import UTC
from decimal import Decimal
from typing import Any

import httpx

from tests.integration.sandbox.served import Days, Running, at_hour
from tests.integration.sandbox.test_feedback import erp_rows, invoice, send, west_clearance

POSTING = {"invoiceId": "W1", "accountingStatus": "POSTED", "erpDocumentNumber": "521", "correlationId": "c"}
RECEIPT = {
    "sourceDocRef": "R7",
    "company": "US01",
    "poNumber": "PO1",
    "poLine": 1,
    "itemNumber": "I1",
    "transactionType": "RECEIVE",
    "quantity": 12,
    "unit": "Each",
    "transactionDate": "2026-03-01T10:00:00Z",
    "correlationId": None,
}


def counted(estate: Running, target: str, operation: str) -> dict[str, int]:
    return estate.control.get("/counters").json()[target][operation]


def one_day_with_invoices(estate: Running, days: Days) -> httpx.Client:
    for key, unit in (("I1", "BU-NORTH"), ("W1", "BU-WEST")):
        days.write(1, "ap", "invoices", key, invoice(key, unit=unit))
    estate.advance()
    return estate.client("ap")


def test_ap_learns_from_the_message_what_the_second_erp_posted(estate: Running, days: Days) -> None:
    with one_day_with_invoices(estate, days) as ap, estate.client("erp_west") as west:
        west.put("/api/invoice-clearances/W1", json=west_clearance(), headers={"Idempotency-Key": "k"})
        assert estate.advance()["played"][0]["posted"] == 1
        assert ap.get("/v1/invoices/W1").json()["status"] == "APPROVED"

        told = POSTING | {"postedAt": "2026-03-02T06:00:01Z"}
        for _ in range(2):
            assert send(ap, "/v1/posting-statuses", told, "k1").status_code == 200
        shown = ap.get("/v1/invoices/W1").json()
        assert (shown["status"], shown["erpDocumentNumber"], shown["postedAt"], shown["accountingStatus"]) == (
            "POSTED", "521", "2026-03-02T06:00:01Z", "POSTED",
        )  # fmt: skip
        (event,) = ap.get("/v1/invoice-events").json()["data"]
        assert (event["fromStatus"], event["toStatus"], event["performedByType"]) == ("APPROVED", "POSTED", "SYSTEM")
        # What is posted is not posted again by the ERP.
        assert estate.advance()["played"][0]["posted"] == 0
        assert send(ap, "/v1/posting-statuses", told | {"invoiceId": "none"}, "k2").status_code == 404
        assert send(ap, "/v1/posting-statuses", told | {"postedAt": "yesterday"}, "k3").status_code == 422
    assert counted(estate, "ap", "posting_status") == {"received": 4, "effective": 1}


def test_a_paid_invoice_stays_paid_when_ap_is_told_that_it_was_posted(estate: Running, days: Days) -> None:
    days.write(1, "ap", "invoices", "W1", invoice("W1", status="PAID"))
    estate.advance()
    with estate.client("ap") as ap:
        send(ap, "/v1/posting-statuses", POSTING | {"postedAt": "2026-03-02T06:00:01Z"}, "k1")
        shown = ap.get("/v1/invoices/W1").json()
        assert (shown["status"], shown["erpDocumentNumber"]) == ("PAID", "521")
        assert ap.get("/v1/invoice-events").json()["data"] == []


def test_ap_shows_what_became_of_a_payment(estate: Running, days: Days) -> None:
    told = {"invoiceId": "I1", "paymentStatus": "RETURNED", "paymentReference": "PAY1", "paymentDate": "2026-03-01",
            "amount": 5, "currency": "USD", "reason": "AC04", "correlationId": None}  # fmt: skip
    with one_day_with_invoices(estate, days) as ap:
        assert send(ap, "/v1/payment-statuses", told, "k1").status_code == 200
        shown = ap.get("/v1/invoices/I1").json()
    assert (shown["paymentStatus"], shown["paymentReference"], shown["paymentReason"]) == ("RETURNED", "PAY1", "AC04")


def test_both_erps_show_what_became_of_a_payment_by_others_and_book_nothing(estate: Running, days: Days) -> None:
    days.write(1, "erp_main", "ap_invoices_all", "M-I1", {"invoice_id": "M-I1", "invoice_status": "POSTED"})
    days.write(1, "erp_west", "invoice-documents", "52", {"BELNR": "52", "RBSTAT": "5"})
    estate.advance()
    told = {"invoiceId": "M-I1", "paymentStatus": "SENT", "paymentReference": "P1", "paymentDate": "2026-03-01",
            "amount": 5, "currency": "USD", "reason": None, "correlationId": None}  # fmt: skip
    with estate.client("erp_main_api") as main, estate.client("erp_west") as west:
        assert main.get("/payment-statuses/M-I1").status_code == 404
        assert main.post("/payment-statuses", json=told).status_code == 201
        assert main.get("/payment-statuses/M-I1").json() == told
        assert main.post("/payment-statuses", json=told | {"invoiceId": "none"}).status_code == 404
        for _ in range(2):
            rejected = told | {"invoiceId": "52", "paymentStatus": "70"}
            assert west.put("/api/payment-statuses/52", json=rejected, headers={"Idempotency-Key": "k"}).is_success
        assert west.put(
            "/api/payment-statuses/none", json=rejected, headers={"Idempotency-Key": "n"}
        ).status_code == 404  # fmt: skip
        (shown,) = west.get("/api/invoice-documents").json()["value"]
        assert west.get("/api/journal-entries").json()["value"] == []
    assert (shown["ZPAYSTAT"], shown["ZPAYREF"], shown["RBSTAT"]) == ("70", "P1", "5")
    assert erp_rows(estate, "select invoice_status, payment_status, payment_reference from ap_invoices_all") == [
        ("POSTED", "SENT", "P1")
    ]
    assert erp_rows(estate, "select count(*) from gl_je_lines") == [(0,)]
    assert counted(estate, "erp_west", "payment_status") == {"received": 3, "effective": 1}
    assert counted(estate, "erp_main", "payment_status")["effective"] == 1


def test_the_first_erp_that_no_longer_shows_a_payment_says_so(estate: Running, days: Days) -> None:
    days.write(1, "erp_main", "ap_invoices_all", "M-I1", {"invoice_id": "M-I1"})
    days.write(2, "erp_main", "ap_invoices_all", "M-I1", {"invoice_id": "M-I1"})
    estate.advance()
    told = {"invoiceId": "M-I1", "paymentStatus": "SENT", "paymentReference": "P1", "paymentDate": None,
            "amount": 5, "currency": "USD", "reason": None, "correlationId": None}  # fmt: skip
    with estate.client("erp_main_api") as main:
        main.post("/payment-statuses", json=told)
        estate.advance()
        assert main.get("/payment-statuses/M-I1").status_code == 404


def test_the_first_erp_posts_a_receipt_that_it_is_told_and_shows_what_it_was_told(estate: Running) -> None:
    estate.advance()
    with estate.client("erp_main_api") as main:
        assert main.get("/receipts/R7").status_code == 404
        assert main.post("/receipts", json=RECEIPT).status_code == 201
        assert main.get("/receipts/R7").json() == RECEIPT
        assert main.post("/receipts", json=RECEIPT | {"transactionDate": "2026-03-01"}).status_code == 422
    assert erp_rows(estate, "select source_doc_ref, quantity, creation_date from rcv_transactions") == [
        ("R7", Decimal(12), at_hour(2, 0).replace(tzinfo=UTC))
    ]
    assert counted(estate, "erp_main", "receipt")["effective"] == 1


def test_a_receipt_that_the_first_erp_lost_is_not_shown_as_posted(estate: Running, days: Days) -> None:
    estate.advance()
    with estate.client("erp_main_api") as main:
        main.post("/receipts", json=RECEIPT)
        days.write(2, "erp_main", "rcv_transactions", "TR7", {"transaction_id": "TR7", "source_doc_ref": None})
        estate.advance()
        assert main.get("/receipts/R7").status_code == 404


def test_the_second_erp_posts_a_receipt_once(estate: Running) -> None:
    estate.advance()
    told = {"companyCode": "W100", "purchaseOrder": "45001", "item": 10, "material": "M1", "movementType": "101",
            "quantity": 2.5, "unit": "KAR", "documentDate": "2026-03-01T10:00:00Z", "correlationId": None}  # fmt: skip
    with estate.client("erp_west") as west:
        for _ in range(2):
            answer = west.put("/api/receipts/R0000009", json=told, headers={"Idempotency-Key": "k"})
            assert answer.status_code == 200
        (doc,) = west.get("/api/material-documents").json()["value"]
    assert (doc["XBLNR"], doc["EBELP"], doc["MENGE"], doc["BLDAT"], doc["BUDAT"]) == (
        "R0000009", "00010", "2,5", "20260301100000", "20260302000000",
    )  # fmt: skip
    assert counted(estate, "erp_west", "receipt") == {"received": 2, "effective": 1}


def test_both_erps_take_over_what_a_bank_said_of_a_payment(estate: Running, days: Days) -> None:
    sent: dict[str, Any] = {"check_id": "PAY1", "status_lookup_code": "SENT", "amount": 5}
    days.write(1, "erp_main", "ap_checks_all", "PAY1", sent)
    days.write(1, "erp_west", "payments", "PAY2", {"VBLNR": "PAY2", "STATUS": "20"})
    estate.advance()
    with estate.client("erp_main_api") as main, estate.client("erp_west") as west:
        settled = {"paymentReference": "PAY1", "status": "SETTLED", "valueDate": "2026-03-02", "bankReference": "B1",
                   "reason": None}  # fmt: skip
        assert main.post("/payment-outcomes", json=settled).status_code == 201
        assert main.get("/payment-outcomes/PAY1").json() == settled
        assert main.post("/payment-outcomes", json=settled | {"paymentReference": "none"}).status_code == 404
        returned = settled | {"paymentReference": "PAY2", "status": "60", "valueDate": None}
        assert west.put("/api/payment-outcomes/PAY2", json=returned, headers={"Idempotency-Key": "k"}).is_success
        (shown,) = west.get("/api/payments").json()["value"]
    assert erp_rows(estate, "select status_lookup_code, cleared_date::date::text from ap_checks_all") == [
        ("SETTLED", "2026-03-02")
    ]
    assert shown["STATUS"] == "60"


def test_supply_keeps_orders_and_discrepancies_and_shows_the_last_word(estate: Running) -> None:
    estate.advance()
    line = {"line": 1, "qty": 10, "unit": "BX", "price": 5, "state": "O"}
    order = {"poNo": "PO9", "site": "NOR", "vendorNo": "V-1", "state": "S", "currency": "USD", "orderedAt": None,
             "lines": [line]}  # fmt: skip
    nothing = dict.fromkeys(("poNo", "poLine", "receiptId", "itemNo", "expected", "actual", "explanation"))
    found = nothing | {"discrepancyId": "RECEIPT_SHORT erp_main:PO9:1", "kind": "SHORT", "state": "OPEN", "site": "NOR",
                       "correlationId": None}  # fmt: skip
    with estate.client("supply_api") as supply:
        for path, body, key in (
            ("/purchase-orders", order, "k1"),
            ("/receipt-discrepancies", found, "k2"),
            ("/receipt-discrepancies", found, "k2"),
            ("/receipt-discrepancies", found | {"state": "RESOLVED"}, "k3"),
        ):
            assert send(supply, path, body, key).status_code == 200
        assert send(supply, "/receipt-discrepancies", {"kind": "SHORT"}, "k4").status_code == 422
        (kept,) = supply.get("/purchase-orders").json()["items"]
        (shown,) = supply.get("/receipt-discrepancies").json()["items"]
    assert kept == order | {"modified": "2026-03-02T00:00:00Z"}
    assert shown["state"] == "RESOLVED"
    assert counted(estate, "supply", "receipt_discrepancy") == {"received": 3, "effective": 2}


def test_copies_of_vendors_are_made_and_changed(estate: Running, days: Days) -> None:
    days.write(1, "ap", "suppliers", "S1", {"supplierId": "S1", "name": "One", "taxId": "12", "status": "ACTIVE"})
    estate.advance()
    known = {"supplierId": "S1", "sourceSystem": "ORA-MAIN", "sourceReference": "1", "name": "One", "status": "BLOCKED",
             "paymentTerms": None, "currency": "USD"}  # fmt: skip
    with estate.client("ap") as ap, estate.client("supply_api") as supply:
        send(ap, "/v1/suppliers", known, "k1")
        send(ap, "/v1/suppliers", known | {"supplierId": None, "sourceReference": "2"}, "k2")
        send(supply, "/vendors", {"vendorNo": None, "erp": "W", "erpVendorNo": "7", "name": "Seven"}, "k3")
        shown = {row["supplierId"]: row for row in ap.get("/v1/suppliers").json()["data"]}
        (vendor,) = supply.get("/vendors").json()["items"]
    assert (shown["S1"]["status"], shown["S1"]["taxId"], shown["S1"]["sourceReference"]) == ("BLOCKED", "12", "1")
    assert shown["S-ORA-MAIN-2"]["taxId"] is None
    assert (vendor["vendorNo"], vendor["erp"], vendor["erpVendorNo"]) == ("V-W7", "W", "7")
