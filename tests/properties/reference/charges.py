"""Freight on the order's invoices against freight agreed on the order (docs/reference/matching.md, section 5)."""

from collections.abc import Callable

from tests.properties.reference import canonical
from tests.properties.reference.documents import Case, Invoice, Policy
from tests.properties.reference.numbers import CENT, ZERO, product, quotient, rounded
from tests.properties.reference.policies import Scope, choose, exceeds
from tests.properties.reference.results import Finding


def freight(case: Case, policies: tuple[Policy, ...], is_out: Callable[[Invoice], bool]) -> list[Finding]:
    """Invoices with which the freight charged, in invoice order, comes to more than was agreed.

    Converted amounts are compared in cents of the order's currency. ``is_out`` tells unreleased duplicates, which do
    not count; nor does an invoice that waits for its date or for a rate.
    """
    found = []
    charged = ZERO
    scope = Scope(case.entity, "own", None, None, case.currency)
    dated = [invoice for invoice in case.invoices if invoice.date]
    for invoice in sorted(dated, key=lambda each: (each.date, each.ref)):
        rate = canonical.rate(case, invoice)
        if invoice.status == "cancelled" or canonical.names_no_order(invoice) or is_out(invoice) or rate is None:
            continue
        own = product(invoice.freight, rate)
        charged += -own if invoice.kind == "credit" else own
        over = rounded(charged, CENT) - case.freight
        policy = choose(policies, scope, canonical.policy_date(invoice))
        is_over = exceeds(over, case.freight, policy.freight_over_pct, over, policy.freight_over_amount)
        if invoice.kind == "invoice" and rounded(own, CENT) > 0 and over > 0 and is_over:
            at_risk = quotient(min(over, rounded(own, CENT)), rate, CENT)
            found.append(Finding("CHARGE_DIFFERENCE", invoice.ref, at_risk, blocking=policy.charge_blocks))
    return found
