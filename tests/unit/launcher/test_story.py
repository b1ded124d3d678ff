import io
from datetime import UTC, datetime, timedelta

from rich.console import Console

from launcher.story import Story, _lines, tell

ARRIVED = datetime(2026, 11, 21, 12, tzinfo=UTC)
INVOICE = {
    "invoiceNumber": "INV-1",
    "invoiceId": "AP-1",
    "totals": {"gross": "12.50"},
    "currency": "USD",
    "matchStatus": "exception",
    "holds": [{"code": "qty-received", "lineNumber": 2}, {"code": "price-over", "lineNumber": 1}],
    "lineMatchStatuses": [{"lineNumber": 3, "matchStatus": "awaiting_receipt"}],
}
RELEASED = {"holds": [], "matchStatus": "matched", "correlationId": "erp_main:PO1"}


def told(story: Story | None) -> str:
    console = Console(file=io.StringIO(), width=200)
    tell(story, console)
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_an_invoice_waits_for_the_receipts_of_lines_that_are_held_for_them_or_await_them():
    assert _lines(INVOICE) == {2, 3}
    assert _lines({"holds": None, "lineMatchStatuses": None}) == set()
    assert _lines({"holds": [{"code": "qty-received"}]}) == {None}


def test_a_story_says_why_it_waited_when_each_stage_was_over_and_what_ap_shows():
    path = {"arrived_at": ARRIVED, "landed_at": ARRIVED + timedelta(seconds=1.25), "built_at": None}
    text = told(Story(INVOICE, [{"key": "R1"}, {"key": "R2"}], RELEASED, 4.5, path))
    assert "waited at AP: qty-received on line 2, price-over on line 1." in text
    assert "R1 and R2" in text
    assert "1.2 s  it is in the warehouse" in text
    assert "matched again" not in text
    assert "4.5 s  AP shows no hold, verdict matched" in text
    assert "Correlation id erp_main:PO1" in text


def test_a_story_without_a_good_end_says_so():
    assert "still showed that it waits" in told(Story(INVOICE, [{"key": "R1"}], None, 120, {}))
    assert "No invoice waits" in told(None)
