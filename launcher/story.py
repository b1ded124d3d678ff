"""What ``make demo`` tells at its end: an invoice that waited for its receipt, released by one event.

It waits with a hold, or, as long as the grace lasts, with the status that it awaits its receipt.

The receipt is one of the following day: the supply system tells it by webhook now, and its file brings it once more.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
import psycopg
from psycopg.rows import dict_row
from rich.console import Console

from launcher.stack import Stack

PATIENCE_SECONDS = 120.0
LOOK_SECONDS = 0.25
MOST_LINES = 100
WRITTEN_SECONDS = 10.0
WAITING_CODE, WAITING_STATUS = "qty-received", "awaiting_receipt"
STAGES = (
    ("landed_at", "it is in the warehouse"),
    ("gated_at", "the quality gate has let it through"),
    ("built_at", "the invoice is matched again"),
    ("made_at", "the verdict is in the outbox"),
    ("acknowledged_at", "AP has acknowledged it"),
)
PATH = """
select
    min(arrived_at) as arrived_at, max(landed_at) as landed_at, max(gated_at) as gated_at, max(built_at) as built_at,
    max(made_at) as made_at, max(acknowledged_at) as acknowledged_at
from ops.event_path
where source_system = 'supply' and event_id = any(%s)
"""


@dataclass(frozen=True)
class Story:
    """What happened to one invoice.

    Attributes:
        invoice: as AP showed it while it waited.
        events: the receipts that came, one for each line that waited.
        released: as AP showed it afterwards; none where it waited still after ``PATIENCE_SECONDS``.
        seconds: from the event to what AP showed.
        path: wall time of each stage, of the event that reached it last.
    """

    invoice: dict[str, Any]
    events: list[dict[str, Any]]
    released: dict[str, Any] | None
    seconds: float
    path: dict[str, datetime | None]


def live(stack: Stack) -> Story | None:
    """Let come what an invoice waits for, and look at AP until the invoice is released.

    Returns:
        what happened; nothing where no invoice waits for a receipt of the following day.
    """
    with _ap(stack) as client:
        for invoice in sorted(_waiting(client), key=lambda invoice: (not invoice.get("holds"), len(_lines(invoice)))):
            began = time.monotonic()
            events = stack.estate.happen("receipt.posted", MOST_LINES, invoice=invoice["invoiceId"])
            if len(events) >= len(_lines(invoice)):
                released = _wait(client, invoice["invoiceId"])
                seconds = time.monotonic() - began
                return Story(invoice, events, released, seconds, _path(stack, events))
    return None


def tell(story: Story | None, console: Console) -> None:
    """Print a story."""
    console.print("[bold]One event, from the dock to AP[/]")
    if story is None:
        console.print("No invoice waits for a receipt of the following day.\n")
        return
    invoice = story.invoice
    console.print(
        f"Invoice {invoice['invoiceNumber']} ({invoice['invoiceId']}, {invoice['totals']['gross']}"
        f" {invoice['currency']}) waited at AP: {_words(invoice) or invoice['matchStatus']}."
    )
    keys = " and ".join(event["key"] for event in story.events)
    console.print(f"The supply system posted {keys}, and told of it by signed webhook.")
    arrived = story.path.get("arrived_at")
    for name, words in STAGES:
        at = story.path.get(name)
        if arrived and at:
            console.print(f"  {(at - arrived).total_seconds():6.1f} s  {words}")
    if story.released is None:
        console.print(f"After {PATIENCE_SECONDS:.0f} s AP still showed that it waits: see docs/runbooks/receive.md.\n")
        return
    left = _words(story.released) or "no hold"
    console.print(
        f"  {story.seconds:6.1f} s  AP shows {left}, verdict {story.released['matchStatus']}"
        f"\nCorrelation id {story.released.get('correlationId')}\n"
    )


def _ap(stack: Stack) -> httpx.Client:
    """Return a client of AP's API, logged in as the pipeline."""
    connection = stack.estate.connections["ap"]
    address = f"http://{connection['host']}:{connection['port']}"
    login = (connection["login"], connection["password"])
    answer = httpx.post(f"{address}/oauth/token", data={"grant_type": "client_credentials"}, auth=login)
    token = answer.raise_for_status().json()["access_token"]
    return httpx.Client(base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=30.0)


def _waiting(client: httpx.Client) -> list[dict[str, Any]]:
    """Return the invoices that wait at AP until their receipts come."""
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = client.get("/v1/invoices", params={"limit": 500, **({"cursor": cursor} if cursor else {})})
        body = page.raise_for_status().json()
        found += [invoice for invoice in body["data"] if _lines(invoice)]
        cursor = body["meta"]["nextCursor"] or ""
        if not cursor:
            return found


def _wait(client: httpx.Client, name: str) -> dict[str, Any] | None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        invoice = client.get(f"/v1/invoices/{name}").raise_for_status().json()
        if not _lines(invoice):
            return invoice
        time.sleep(LOOK_SECONDS)
    return None


def _path(stack: Stack, events: Sequence[dict[str, Any]]) -> dict[str, datetime | None]:
    """Return the times of the stages. AP shows the verdict a moment before its answer is written down."""
    deadline = time.monotonic() + WRITTEN_SECONDS
    while True:
        with psycopg.connect(stack.warehouse_dsn, row_factory=dict_row) as connection:
            path = connection.execute(PATH, [[event["id"] for event in events]]).fetchone() or {}
        if path.get("acknowledged_at") or time.monotonic() > deadline:
            return path
        time.sleep(LOOK_SECONDS)


def _lines(invoice: dict[str, Any]) -> set[int | None]:
    """Return the lines that are held for a receipt or await one; None stands for the whole invoice."""
    held = {hold.get("lineNumber") for hold in invoice.get("holds") or [] if hold["code"] == WAITING_CODE}
    statuses = invoice.get("lineMatchStatuses") or []
    return held | {line["lineNumber"] for line in statuses if line["matchStatus"] == WAITING_STATUS}


def _words(invoice: dict[str, Any]) -> str:
    """Return the holds of an invoice in AP's words."""
    return ", ".join(
        hold["code"] + (f" on line {hold['lineNumber']}" if hold.get("lineNumber") else "")
        for hold in invoice.get("holds") or []
    )
