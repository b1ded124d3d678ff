"""What the estate tells by webhook: records of the next day, signed, again until they are accepted."""

import gzip
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from launcher.postgres import EmbeddedPostgres
from sandbox.scenario.model import ClerkAction, DayPlay, FileDrop
from sandbox.settings import make_config
from tests.integration.sandbox.served import Days, Running, at_hour, running
from tieout.events.envelope import read
from tieout.events.signature import verify
from tieout.settings import wall_now

COLUMNS = (
    "RCPT_ID;RCPT_NO;LINE;SITE;PO;PO_LINE;ITEM;TYPE;QTY;UOM;QTY_ACC;QTY_REJ;RECEIVED;POSTED;CLERK;REF_RCPT;SLIP;LOT;LOC;"
    "MODIFIED"
)
LINE = (
    "{ref};GR1;1;LAKE;{po};1;IT-1;{kind};{qty};EA;;;02.03.2026 06:00:00;02.03.2026 06:10:00;dock1;;LS;;D;"
    "02.03.2026 {at}"
)


class Receiver:
    """Takes events, and refuses the first ones as it is told to."""

    def __init__(self) -> None:
        self.refusals: list[int] = []
        self.got: list[dict[str, Any]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                stamp, signature = self.headers["Tieout-Timestamp"], self.headers["Tieout-Signature"]
                verify([self.path.removeprefix("/")], stamp, signature, body, wall_now())
                read(body)
                status = receiver.refusals.pop(0) if receiver.refusals else 202
                if status == 202:
                    receiver.got.append(json.loads(body))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *arguments: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.server.shutdown()
    receiver.server.server_close()


@pytest.fixture(scope="module")
def served(
    postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory, receiver: Receiver
) -> Iterator[tuple[Running, Days]]:
    """An estate whose AP and supply systems tell a receiver; a system's secret is the path, so that it can check."""
    name = f"estate_{secrets.token_hex(6)}"
    webhooks = {system: {"url": f"{receiver.url}/{system}", "secret": system} for system in ("ap", "supply")}
    given = {"home": str(tmp_path_factory.mktemp("estate")), "dsn": postgres.create_database(name)}
    days = Days()
    with running(make_config({**given, "requests_per_second": {}, "webhooks": webhooks}), days) as estate:
        yield estate, days
    postgres.drop_database(name)


@pytest.fixture(autouse=True)
def nothing_yet(receiver: Receiver) -> None:
    receiver.refusals.clear()
    receiver.got.clear()


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it did not happen within 20 s"
        time.sleep(0.02)


def happen(estate: Running, event_type: str, count: int = 1) -> dict[str, Any]:
    return estate.control.post("/events", json={"type": event_type, "count": count}).raise_for_status().json()


def settled(estate: Running) -> list[dict[str, Any]]:
    found = estate.control.get("/events").json()
    return [event for event in found if event["state"] != "waiting"]


def receipts(days: Days, day: int, *lines: dict[str, str]) -> None:
    """The file of a day."""
    rows = [LINE.format(**{"po": "PO1", "kind": "W", "qty": "2,5", "at": "08:00:00", **line}) for line in lines]
    content = gzip.compress("\r\n".join([COLUMNS, *rows, ""]).encode())
    path = f"outgoing/receipts/receipts_2026030{day}_1.csv.gz"
    days.days.setdefault(day, DayPlay(day)).files.append(FileDrop("supply", path, content, at_hour(day, 22)))


def held_invoice(days: Days, key: str, order: str, *, code: str = "qty-received") -> None:
    """AP shows an invoice that is held."""
    days.write(1, "ap", "invoices", key, {
        "invoiceId": key, "purchaseOrderNumber": order, "updatedAt": "2026-03-01T08:00:00Z",
        "holds": [{"code": code, "lineNumber": 1}],
        "lines": [{"lineNumber": 1, "purchaseOrderNumber": order, "purchaseOrderLine": 1}],
    })  # fmt: skip


def test_a_receipt_that_an_invoice_waits_for_comes_first_and_the_clock_moves_to_it(
    estate: Running, days: Days, receiver: Receiver
) -> None:
    held_invoice(days, "INV-1", "PO9")
    receipts(
        days, 2,
        {"ref": "R1", "at": "04:00:00"}, {"ref": "R2", "po": "PO9", "at": "08:30:00"}, {"ref": "RX", "qty": "5x"},
    )  # fmt: skip
    estate.advance()
    answer = happen(estate, "receipt.posted")
    assert [(event["key"], event["invoices"]) for event in answer["events"]] == [("R2", ["INV-1"])]
    assert answer["now"] == "2026-03-02T14:30:00+00:00"
    assert estate.config.clock.read_text().strip() == answer["now"]
    until(lambda: len(receiver.got) == 1)
    assert receiver.got[0]["data"]["receiptId"] == "R2"
    assert (receiver.got[0]["data"]["qty"], receiver.got[0]["data"]["modified"]) == ("2.5", "2026-03-02T14:30:00Z")
    assert [event["key"] for event in happen(estate, "receipt.posted", 5)["events"]] == ["R1"]
    assert happen(estate, "receipt.posted", 5)["events"] == []
    assert estate.advance()["now"] == "2026-03-03T00:00:00+00:00"


def test_an_invoice_that_awaits_its_receipt_within_the_grace_waits_too(
    estate: Running, days: Days, receiver: Receiver
) -> None:
    days.write(1, "ap", "invoices", "INV-1", {
        "invoiceId": "INV-1", "purchaseOrderNumber": "PO9", "updatedAt": "2026-03-01T08:00:00Z", "holds": [],
        "lineMatchStatuses": [{"lineNumber": 1, "matchStatus": "awaiting_receipt"}],
        "lines": [{"lineNumber": 1, "purchaseOrderNumber": None, "purchaseOrderLine": 1}],
    })  # fmt: skip
    receipts(days, 2, {"ref": "R1", "at": "04:00:00"}, {"ref": "R2", "po": "PO9", "at": "08:30:00"})
    estate.advance()
    asked = {"type": "receipt.posted", "count": 9, "invoice": "INV-1"}
    (event,) = estate.control.post("/events", json=asked).raise_for_status().json()["events"]
    assert (event["key"], event["invoices"]) == ("R2", ["INV-1"])


def test_an_event_is_sent_again_until_it_is_accepted_but_not_after_a_final_refusal(
    estate: Running, days: Days, receiver: Receiver
) -> None:
    receipts(days, 1, {"ref": "R1"}, {"ref": "R2", "at": "09:00:00"})
    days.days[1].files[0] = FileDrop(
        "supply", days.days[1].files[0].path, days.days[1].files[0].content, at_hour(1, 22)
    )
    receiver.refusals = [503, 401, 500]
    happen(estate, "receipt.posted")
    until(lambda: len(settled(estate)) == 1)
    (event,) = settled(estate)
    assert (event["state"], event["attempts"], event["status"]) == ("accepted", 4, 202)
    receiver.refusals = [422]
    happen(estate, "receipt.posted")
    until(lambda: len(settled(estate)) == 2)
    assert (settled(estate)[1]["state"], settled(estate)[1]["attempts"]) == ("refused", 1)
    assert len(receiver.got) == 1


def test_events_can_come_twice_and_late(estate: Running, days: Days, receiver: Receiver) -> None:
    receipts(days, 1, {"ref": "R1"}, {"ref": "R2", "at": "09:00:00"}, {"ref": "R3", "at": "10:00:00"})
    estate.fault(system="supply", kind="late", times=1, seconds=0.5)
    happen(estate, "receipt.posted")
    until(lambda: any(event["attempts"] for event in estate.control.get("/events").json()))
    estate.fault(system="supply", kind="duplicate", times=1)
    happen(estate, "receipt.posted")
    until(lambda: len(receiver.got) == 3)
    order = [event["data"]["receiptId"] for event in receiver.got]
    assert order == ["R2", "R2", "R1"]


def test_an_invoice_event_carries_what_the_api_shows_then_and_on_the_next_day(
    estate: Running, days: Days, receiver: Receiver
) -> None:
    invoice = {"invoiceId": "INV-1", "totals": {"net": 10}, "updatedAt": "2026-03-01T08:00:00Z", "lines": []}
    days.write(1, "ap", "invoices", "INV-1", invoice)
    happen(estate, "invoice.received")
    until(lambda: len(receiver.got) == 1)
    client = estate.client("ap")
    assert client.get("/v1/invoices/INV-1").json() == receiver.got[0]["data"] == invoice
    estate.advance()
    assert client.get("/v1/invoices/INV-1").json() == invoice


def test_a_clerks_release_is_told_as_a_hold_event_and_is_not_done_again(
    estate: Running, days: Days, receiver: Receiver
) -> None:
    held_invoice(days, "INV-1", "PO9", code="price-over")
    action = ClerkAction(2, "INV-1", 1, "price-over", "Agreed by phone")
    days.days[2] = DayPlay(2, clerk_actions=[action])
    estate.advance()
    happen(estate, "hold.released")
    until(lambda: len(receiver.got) == 1)
    told = receiver.got[0]["data"]
    assert (told["action"], told["performedByType"], told["reason"]) == ("RELEASED", "USER", "Agreed by phone")
    assert estate.advance()["played"][0]["releases"] == 0


def test_what_nobody_knows_does_not_happen(estate: Running) -> None:
    for body in ({"type": "receipt.lost"}, {"type": "receipt.posted", "count": 0}, {"count": 1}):
        assert estate.control.post("/events", json=body).status_code == 422
