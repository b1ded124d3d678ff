"""What the rules promise of every case, whatever its papers say (matching, section 4)."""

from decimal import Decimal
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.properties.generator import case
from tests.properties.landing import GENERAL
from tests.properties.reference.judge import judge
from tests.properties.worked_examples import AS_OF

ANY_CASE = settings(max_examples=300, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))


@ANY_CASE
@given(st.randoms(use_true_random=False))
def test_no_receipt_gives_more_than_came_and_no_row_is_empty(rng: Random) -> None:
    papers = case(rng)
    rows = judge(papers, AS_OF, GENERAL).allocations
    assert all(row.qty > 0 for row in rows)
    for receipt in papers.receipts:
        taken = sum((row.qty for row in rows if row.receipt == receipt.ref), Decimal(0))
        assert taken <= (receipt.qty if receipt.kind == "receipt" else 0)


@ANY_CASE
@given(st.randoms(use_true_random=False))
def test_no_line_takes_more_than_credits_leave_of_it(rng: Random) -> None:
    answer = judge(case(rng), AS_OF, GENERAL)
    for (ref, number), line in answer.lines.items():
        taken = sum((r.qty for r in answer.allocations if (r.invoice, r.invoice_line) == (ref, number)), Decimal(0))
        assert taken <= (line.net_qty or 0)


@ANY_CASE
@given(st.randoms(use_true_random=False))
def test_money_at_risk_lies_between_zero_and_gross(rng: Random) -> None:
    papers = case(rng)
    answer = judge(papers, AS_OF, GENERAL)
    for invoice in papers.invoices:
        assert 0 <= answer.invoices[invoice.ref].at_risk <= abs(invoice.gross)
