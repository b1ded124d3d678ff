"""What the estate takes over, once in effect, and what it does on the next day."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date
from decimal import Decimal
from typing import Any

import httpx
import psycopg
import pytest

from sandbox.scenario.model import ClerkAction, DayPlay
from tests.integration.sandbox.served import Days, Running, at_hour


def invoice(key: str, *, unit: str = "BU-NORTH", kind: str = "INVOICE", status: str = "APPROVED") -> dict[str, Any]:
    """An invoice as AP shows it: 100 of a PO, 20 without, 6 tax, 4 freight."""
    lines = [(1, "PO1", 100, "6100", "CC100"), (2, None, 20, "6400", None)]
    return {
        "invoiceId": key,
        "businessUnit": unit,
        "supplierId": "S1",
        "erpSupplierNumber": "V1",
        "invoiceNumber": f"N-{key}",
        "purchaseOrderNumber": "PO1",
        "documentType": kind,
        "invoiceDate": "2026-03-01",
        "dueDate": "2026-03-31",
        "paymentTerms": "Net30",
        "currency": "USD",
        "totals": {"net": 120, "tax": 6, "freight": 4, "other": 0, "gross": 130},
        "status": status,
        "matchStatus": None,
        "holds": [],
        "lines": [
            {
                "lineNumber": number,
                "purchaseOrderNumber": po,
                "amount": amount,
                "account": account,
                "costCenter": center,
            }
            for number, po, amount, account, center in lines
        ],
        "updatedAt": "2026-03-01T08:00:00Z",
    }


def hold(code: str, line: int | None, **more: Any) -> dict[str, Any]:
    return {"code": code, "lineNumber": line, "amountAtRisk": "12.50", "currency": "USD", "explanation": "x", **more}


def match_result(key: str, verdict: str, *holds: dict[str, Any]) -> dict[str, Any]:
    lines = [{"lineNumber": 1, "verdict": verdict}]
    return {
        "invoiceId": key,
        "verdict": verdict,
        "touchless": not holds,
        "lines": lines,
        "holds": list(holds),
        "correlationId": "c",
    }


def order_of(number: str, status: str, *lines: dict[str, Any]) -> dict[str, Any]:
    blank = {"quantity": 1, "unit": "EACH", "price": 2, "status": "OPEN"}
    return {
        "poNumber": number,
        "businessUnit": "BU-NORTH",
        "supplierId": "S1",
        "currency": "USD",
        "status": status,
        "orderedAt": None,
        "lines": [{**blank, **line} for line in lines],
    }


def main_clearance(key: str, status: str = "cleared", *holds: str) -> dict[str, Any]:
    lines = [{"line": 2, "account": "6500", "costCenter": "CC300"}]
    return {"apInvoiceId": key, "company": "US01", "status": status, "holds": list(holds), "lines": lines}


def west_clearance(status: str = "cleared", *holds: str) -> dict[str, Any]:
    return {"companyCode": "W100", "releaseStatus": status, "blockingReasons": list(holds), "items": []}


def send(client: httpx.Client, path: str, body: dict[str, Any], key: str) -> httpx.Response:
    return client.post(path, json=body, headers={"Idempotency-Key": key})


def erp_rows(estate: Running, statement: str) -> list[tuple]:
    facts = estate.connection("erp_main")
    url = "postgresql://{login}:{password}@{host}:{port}/{schema}".format(**facts)
    with psycopg.connect(url) as connection:
        return connection.execute(statement).fetchall()


@pytest.fixture
def ap(estate: Running, days: Days) -> Iterator[httpx.Client]:
    """A client of AP, on day 1 with two invoices of the first ERP's and one of the second's."""
    for key in ("I1", "I2"):
        days.write(1, "ap", "invoices", key, invoice(key))
    days.write(1, "ap", "invoices", "W1", invoice("W1", unit="BU-WEST", kind="CREDIT_MEMO"))
    estate.advance()
    with estate.client("ap") as client:
        yield client


def test_a_match_result_shows_on_the_invoice_at_the_estates_time(ap: httpx.Client) -> None:
    holds = [hold("qty-received", 1), hold("price-over", 1)]
    assert send(ap, "/v1/match-results", match_result("I1", "exception", *holds), "k1").status_code == 200

    shown = ap.get("/v1/invoices/I1").json()
    assert shown["matchStatus"] == "exception"
    assert [(row["code"], row["amountAtRisk"]) for row in shown["holds"]] == [
        ("price-over", "12.50"),
        ("qty-received", "12.50"),
    ]
    assert shown["lineMatchStatuses"] == [{"lineNumber": 1, "matchStatus": "exception"}]
    assert shown["updatedAt"] == "2026-03-02T00:00:00Z"
    # On day 2's interval, not on day 1's.
    for window, keys in (
        (("2026-03-01", "2026-03-02"), {"I2", "W1"}),
        (("2026-03-02", "2026-03-03"), {"I1"}),
    ):
        page = ap.get("/v1/invoices", params={"updatedFrom": window[0], "updatedTo": window[1]}).json()
        assert {row["invoiceId"] for row in page["data"]} == keys


def test_holds_that_come_and_go_leave_events_of_the_system(ap: httpx.Client) -> None:
    send(
        ap,
        "/v1/match-results",
        match_result("I1", "exception", hold("price-over", 1), hold("total-mismatch", None)),
        "k1",
    )
    send(ap, "/v1/match-results", match_result("I1", "exception", hold("total-mismatch", None)), "k2")
    send(ap, "/v1/match-results", match_result("I1", "exception", hold("price-over", 1)), "k3")

    events = ap.get("/v1/hold-events").json()["data"]
    assert sorted((row["eventId"], row["action"], row["performedByType"]) for row in events) == [
        ("I1-price-over-1-1", "PLACED", "SYSTEM"),
        ("I1-price-over-1-2", "RELEASED", "SYSTEM"),
        ("I1-price-over-1-3", "PLACED", "SYSTEM"),
        ("I1-total-mismatch-0-1", "PLACED", "SYSTEM"),
        ("I1-total-mismatch-0-2", "RELEASED", "SYSTEM"),
    ]


def test_the_same_key_again_gets_the_same_answer_and_has_no_second_effect(estate: Running, ap: httpx.Client) -> None:
    order = order_of("PO9", "ISSUED", {"lineNumber": 1})
    first = send(ap, "/v1/purchase-orders", order, "k1")
    again = send(ap, "/v1/purchase-orders", order, "k1")
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert send(ap, "/v1/purchase-orders", {**order, "businessUnit": "X"}, "k1").status_code == 422
    assert ap.post("/v1/purchase-orders", json=order).status_code == 400
    assert ap.get("/v1/purchase-orders").json()["data"] == [{**order, "updatedAt": "2026-03-02T00:00:00Z"}]
    assert estate.control.get("/counters").json()["ap"]["purchase_order"] == {"received": 4, "effective": 1}


def test_a_key_that_arrives_many_times_at_once_has_one_effect(estate: Running, ap: httpx.Client) -> None:
    body = match_result("I1", "exception", hold("price-over", 1))
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: send(ap, "/v1/match-results", body, "k1"), range(16)))
    assert {(answer.status_code, answer.content) for answer in answers} == {(200, answers[0].content)}
    assert len(ap.get("/v1/hold-events").json()["data"]) == 1
    assert estate.control.get("/counters").json()["ap"]["match_result"] == {"received": 16, "effective": 1}


def test_a_purchase_order_in_canonical_words_is_kept_in_aps_own(ap: httpx.Client) -> None:
    lines = [{"lineNumber": 1, "unit": "BX", "status": "open"}, {"lineNumber": 2, "unit": "Bx.", "status": "CLOSED"}]
    order = order_of("PO9", "sent", *lines)
    send(ap, "/v1/purchase-orders", order, "k1")
    kept = ap.get("/v1/purchase-orders/PO9").json()
    assert kept["status"] == "ISSUED"
    assert [(line["unit"], line["status"]) for line in kept["lines"]] == [("BOX", "OPEN"), ("Bx.", "CLOSED")]


def test_what_ap_cannot_take_is_refused_and_has_no_effect(estate: Running, ap: httpx.Client) -> None:
    assert send(ap, "/v1/match-results", match_result("NONE", "matched"), "k1").status_code == 404
    assert send(ap, "/v1/match-results", {"invoiceId": "I1"}, "k2").status_code == 422
    broken = match_result("I1", "held", {"code": "price-over"}) | {"lines": [{"verdict": "held"}]}
    assert send(ap, "/v1/match-results", broken, "k3").status_code == 422
    assert ap.post("/v1/match-results", content=b"{", headers={"Idempotency-Key": "k4"}).status_code == 400
    assert ap.get("/v1/invoices/I1").json()["matchStatus"] is None
    # A refused key may be used again.
    assert send(ap, "/v1/match-results", match_result("I1", "matched"), "k1").status_code == 200
    assert estate.control.get("/counters").json()["ap"]["match_result"]["effective"] == 1


def test_clearances_show_at_once_in_both_erps(estate: Running, ap: httpx.Client) -> None:
    with estate.client("erp_main_api") as main, estate.client("erp_west") as west:
        assert main.get("/invoice-clearances/I1").status_code == 404
        assert main.post("/invoice-clearances", json=main_clearance("I1", "held", "PRICE")).status_code == 201
        assert main.get("/invoice-clearances/I1").json()["status"] == "held"
        assert main.post("/invoice-clearances", json=main_clearance("I1", "maybe")).status_code == 422
        assert main.post("/invoice-clearances", json=main_clearance("NONE")).status_code == 404

        answer = west.put(
            "/api/invoice-clearances/W1", json=west_clearance("held", "QUANTITY"), headers={"Idempotency-Key": "k"}
        )
        assert answer.status_code == 200
        assert west.get("/api/invoice-clearances/W1").json()["releaseStatus"] == "held"
        copy = west.get("/api/invoice-documents").json()["value"][0]
    assert (copy["AP_REF"], copy["MATCH_STATUS"], copy["ZLSPR"], copy["RBSTAT"]) == ("W1", "held", "QUANTITY", "A")
    rows = erp_rows(estate, "select source_invoice_ref, match_status, hold_names, gl_date from ap_invoices_all")
    assert rows == [("I1", "held", "PRICE", None)]


def test_the_first_erp_posts_twice_what_it_is_sent_twice(estate: Running, ap: httpx.Client) -> None:
    with estate.client("erp_main_api") as main:
        for _ in range(2):
            main.post("/invoice-clearances", json=main_clearance("I1"))
    assert estate.control.get("/counters").json()["erp_main"]["invoice_clearance"] == {"received": 2, "effective": 2}


def test_cleared_invoices_are_posted_on_the_next_day_and_held_ones_are_not(estate: Running, ap: httpx.Client) -> None:
    with estate.client("erp_main_api") as main, estate.client("erp_west") as west:
        main.post("/invoice-clearances", json=main_clearance("I1"))
        main.post("/invoice-clearances", json=main_clearance("I2", "held", "QTY REC"))
        west.put("/api/invoice-clearances/W1", json=west_clearance(), headers={"Idempotency-Key": "k"})
        assert estate.advance()["played"][0]["posted"] == 2

        copies = west.get("/api/invoice-documents").json()["value"]
        journals = west.get("/api/journal-entries").json()["value"]
    rows = erp_rows(
        estate,
        "select source_invoice_ref, invoice_status, doc_sequence_value, gl_date, invoice_amount, terms_name, due_date"
        " from ap_invoices_all order by 1",
    )
    posted_at = at_hour(2, 6).replace(second=1, tzinfo=UTC)
    assert rows == [
        ("I1", "POSTED", "202603020001", posted_at, Decimal(130), "NET 30", date(2026, 3, 31)),
        ("I2", "ENTERED", None, None, Decimal(130), "NET 30", date(2026, 3, 31)),
    ]
    assert erp_rows(
        estate, "select natural_account, cost_center, accounted_amount from gl_je_lines order by je_line_num"
    ) == [
        ("2150", "CC100", Decimal(100)),
        ("6500", "CC300", Decimal(20)),
        ("1480", None, Decimal(6)),
        ("6190", None, Decimal(4)),
        ("2100", None, Decimal(-130)),
    ]
    assert [(copy["RBSTAT"], copy["BELNR"], copy["CPUDT"]) for copy in copies] == [("5", "521", "20260302060001")]
    # A credit memo turns the signs.
    assert [line["WRBTR"] for line in journals[0]["LINES"]] == ["-100", "-20", "-6", "-4", "130"]
    shown = ap.get("/v1/invoices/I1").json()
    assert (shown["status"], shown["erpDocumentNumber"], shown["postedAt"]) == (
        "POSTED",
        "202603020001",
        "2026-03-02T06:00:01Z",
    )
    events = {row["invoiceId"]: row for row in ap.get("/v1/invoice-events").json()["data"]}
    assert events.keys() == {"I1"}
    assert (events["I1"]["fromStatus"], events["I1"]["toStatus"]) == ("APPROVED", "POSTED")
    assert estate.advance()["played"][0]["posted"] == 0


def test_an_invoice_that_the_day_posts_by_itself_is_posted_once(estate: Running, ap: httpx.Client, days: Days) -> None:
    event = {"eventId": "I1-posted", "invoiceId": "I1", "fromStatus": "APPROVED", "toStatus": "POSTED"}
    days.write(2, "ap", "invoice-events", "I1-posted", event)
    days.write(2, "ap", "invoices", "I1", invoice("I1", status="POSTED"))
    with estate.client("erp_main_api") as main:
        main.post("/invoice-clearances", json=main_clearance("I1"))
    assert [day["posted"] for day in estate.advance(2)["played"]] == [0, 0]
    assert erp_rows(estate, "select count(*) from gl_je_lines") == [(0,)]


def test_an_invoice_that_is_not_approved_waits_for_posting(estate: Running, ap: httpx.Client, days: Days) -> None:
    days.write(2, "ap", "invoices", "I3", invoice("I3", status="ENTERED"))
    days.write(3, "ap", "invoices", "I3", invoice("I3"))
    estate.advance()
    with estate.client("erp_main_api") as main:
        main.post("/invoice-clearances", json=main_clearance("I3"))
    assert [day["posted"] for day in estate.advance(2)["played"]] == [0, 1]


def test_what_a_message_changed_outlives_the_scenarios_later_writes(
    estate: Running, ap: httpx.Client, days: Days
) -> None:
    days.write(2, "ap", "invoices", "I1", invoice("I1") | {"dueDate": "2026-04-30"})
    send(ap, "/v1/match-results", match_result("I1", "exception", hold("price-over", 1)), "k1")
    estate.advance()
    shown = ap.get("/v1/invoices/I1").json()
    assert (shown["dueDate"], shown["matchStatus"], len(shown["holds"])) == ("2026-04-30", "exception", 1)


def test_clerks_release_the_holds_that_ap_shows_and_no_others(estate: Running, ap: httpx.Client, days: Days) -> None:
    actions = [
        ClerkAction(2, "I1", 1, "price-over", "agreed with buyer"),
        ClerkAction(2, "I1", 2, "price-over", "agreed with buyer"),
        ClerkAction(2, "I2", None, "total-mismatch", "not there"),
    ]
    days.days[2] = DayPlay(2, clerk_actions=actions)
    holds = [hold("price-over", 1, actual="10.40"), hold("total-mismatch", None)]
    send(ap, "/v1/match-results", match_result("I1", "exception", *holds), "k1")
    assert estate.advance()["played"][0]["releases"] == 1

    assert [row["code"] for row in ap.get("/v1/invoices/I1").json()["holds"]] == ["total-mismatch"]
    released = [row for row in ap.get("/v1/hold-events").json()["data"] if row["action"] == "RELEASED"]
    assert len(released) == 1
    assert released[0].items() >= {
        ("eventId", "I1-price-over-1-2"),
        ("holdCode", "price-over"),
        ("lineNumber", 1),
        ("performedByType", "USER"),
        ("reason", "agreed with buyer"),
        ("actual", "10.40"),
        ("occurredAt", "2026-03-02T10:00:00Z"),
    }


def test_the_same_messages_in_another_order_end_in_the_same_books(
    estate: Running, ap: httpx.Client, days: Days
) -> None:
    for key in ("I2", "I1"):
        with estate.client("erp_main_api") as main:
            main.post("/invoice-clearances", json=main_clearance(key))
    estate.advance()
    assert erp_rows(estate, "select source_invoice_ref, doc_sequence_value from ap_invoices_all order by 1") == [
        ("I1", "202603020001"),
        ("I2", "202603020002"),
    ]
