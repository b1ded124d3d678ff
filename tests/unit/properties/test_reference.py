"""The reference that the models are compared with gives the results of the worked examples itself."""

from decimal import Decimal

import pytest

from tests.properties.reference.judge import judge
from tests.properties.reference.results import Answer
from tests.properties.worked_examples import (
    ALLOCATIONS,
    AS_OF,
    EXAMPLES,
    GRACE_OVER,
    HOLDS,
    VARIANCES,
    VERDICTS,
    P,
)


def holds(answer: Answer) -> dict[str, Decimal]:
    """Invoice and code with the money at risk; suspicion is looked at elsewhere."""
    return {f"{f.invoice} {f.code}": f.at_risk for f in answer.findings if f.invoice and f.code != "DUPLICATE_SUSPECT"}


def allocations(answer: Answer) -> list[str]:
    """Allocations in words."""
    return sorted(
        f"{row.invoice}–{row.receipt} {row.qty.normalize():f}" + ("" if row.method == "fifo" else f" {row.method}")
        for row in answer.allocations
    )


@pytest.mark.parametrize("number", EXAMPLES)
def test_the_reference_gives_the_result_of_a_worked_example(number: int) -> None:
    answer = judge(EXAMPLES[number], AS_OF, [P])
    assert {ref: invoice.verdict for ref, invoice in answer.invoices.items()} == VERDICTS[number]
    assert holds(answer) == {name: Decimal(amount) for name, amount in HOLDS.get(number, {}).items()}
    if number in ALLOCATIONS:
        assert allocations(answer) == ALLOCATIONS[number]
    for ref, amount in VARIANCES.get(number, {}).items():
        assert answer.lines[ref, 1].price_variance_amount == Decimal(amount)


def test_the_reference_says_when_the_grace_of_example_3_ends_and_what_comes_then() -> None:
    before, after = (judge(EXAMPLES[3], moment, [P]) for moment in (AS_OF, GRACE_OVER))
    assert before.lines["B", 1].next_change_at == GRACE_OVER
    assert after.lines["B", 1].verdict == "exception"
    assert holds(after) == {"B QTY_RECEIVED": Decimal(15)}
