"""The whole answer for one purchase order: docs/reference/matching.md, read from top to bottom."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from tests.properties.reference import canonical, charges, findings, summaries
from tests.properties.reference.documents import Case, Invoice, InvoiceLine, Policy
from tests.properties.reference.duplicates import duplicates, suspects
from tests.properties.reference.netting import NetLine
from tests.properties.reference.numbers import CENT, MONEY, ZERO, quotient, rounded
from tests.properties.reference.order_line import Checked, OrderLineState, check, settle
from tests.properties.reference.policies import choose
from tests.properties.reference.releases import is_released, mark
from tests.properties.reference.results import Answer, Finding, InvoiceAnswer, LineAnswer, LineKey
from tests.properties.reference.verdicts import OF_AN_INVOICE, verdict_of_invoice, verdict_of_line


def judge(case: Case, as_of: datetime, general: Iterable[Policy] = ()) -> Answer:
    """What the rules say of the case at a moment. ``general`` are the policy rows that everybody has."""
    return Judge(case, as_of, (*general, *case.policies)).answer()


class Judge:
    """Works through one case; each step uses what the earlier ones found."""

    def __init__(self, case: Case, as_of: datetime, policies: tuple[Policy, ...]) -> None:
        self.case = case
        self.as_of = as_of
        self.policies = policies
        self.papers = {invoice.ref: invoice for invoice in case.invoices}
        self.order_lines = {line.number: line for line in case.lines}
        self.duplicates = duplicates(case.invoices)
        self.suspects = suspects(case.invoices)
        self.found: list[Finding] = []
        self.states: dict[int, OrderLineState] = {}

    def answer(self) -> Answer:
        """Judge everything."""
        self.judge_lines_alone()
        kept_out = {
            (invoice.ref, line.number): self.keeps_out(invoice, line)
            for invoice in self.case.invoices
            for line in invoice.lines
        }
        for line in self.case.lines:
            state = settle(self.case, line, kept_out)
            check(self.case, state, self.policies, self.as_of)
            self.states[line.number] = state
        self.judge_figures()
        self.judge_invoices()
        self.found += charges.freight(self.case, self.policies, self.is_held_duplicate)
        summary, by_header = self.judge_summaries()
        mark(self.found, self.case.releases)

        answer = Answer(findings=self.found)
        answer.allocations = [row for state in self.states.values() for row in state.allocations] + by_header
        for invoice in self.case.invoices:
            verdicts = []
            for each in invoice.lines:
                verdict = self.judge_line(invoice, each, kept_out[invoice.ref, each.number])
                answer.lines[invoice.ref, each.number] = verdict
                verdicts.append(verdict.verdict)
            answer.invoices[invoice.ref] = self.judge_invoice(invoice, verdicts, summary.get(invoice.ref))
        return answer

    def policy_of(self, invoice: Invoice, line: InvoiceLine) -> Policy:
        """The policy row that judges a line."""
        order_line = self.order_lines.get(line.line or 0)
        if order_line:
            scope = canonical.scope_of_line(self.case, order_line)
        else:
            scope = canonical.scope_without_order(self.case, invoice, line)
        return choose(self.policies, scope, canonical.policy_date(invoice))

    # section 2

    def judge_lines_alone(self) -> None:
        for invoice in self.case.invoices:
            for line in invoice.lines:
                order_line = self.order_lines.get(line.line or 0)
                policy = self.policy_of(invoice, line)
                self.found += findings.of_line(self.case, invoice, line, order_line, policy, self.as_of)

    def keeps_out(self, invoice: Invoice, line: InvoiceLine) -> set[str]:
        """Why a line takes no part in netting and allocation."""
        key, order_line = (invoice.ref, line.number), self.order_lines.get(line.line or 0)
        reasons = {f.code for f in self.found if f.subject == key and f.code in findings.KEEPS_OUT}
        if invoice.status == "cancelled":
            reasons.add("cancelled")
        if invoice.ref in self.duplicates:
            reasons.add("DUPLICATE_INVOICE")
        if order_line is None:
            reasons.add("names no known line")
        if invoice.vendor == "unknown":
            reasons.add("VENDOR_UNKNOWN")
        if canonical.lacks_data(invoice, line, order_line):
            reasons.add("MISSING_DATA")
        return {reason for reason in reasons if not self.let_back_in(reason, key)}

    def let_back_in(self, reason: str, key: LineKey) -> bool:
        """Whether a person's release of the reason lets the line take part."""
        if reason not in findings.KEEPS_OUT_UNTIL_RELEASED:
            return False
        subject = key[0] if reason in OF_AN_INVOICE else key
        return is_released(self.case.releases, reason, subject, None)

    # sections 3 to 5

    def judge_figures(self) -> None:
        for state in self.states.values():
            self.found += findings.of_order_line(self.case, state)
            for line in state.lines:
                checked = state.checked.get(line.key)
                if state.match_type != "receipt_only" and not line.is_credited:
                    self.found += findings.closed_or_draft(self.case, state.line, self.papers[line.key[0]], line)
                if checked:
                    self.found += [self.finding(code, line, checked) for code in checked.codes]
                elif state.match_type == "receipt_only" and line.takes_part and line.net > 0:
                    self.found.append(
                        Finding("UNEXPECTED_INVOICE", line.key, rounded(line.amount, MONEY), blocking=True)
                    )

    def finding(self, code: str, line: NetLine, checked: Checked) -> Finding:
        blocks = code != "PRICE_UNDER" or checked.policy.price_under_blocks
        actual = {
            "PRICE_OVER": line.price,
            "QTY_ORDERED": checked.cum_invoiced,
            "QTY_RECEIVED": line.unallocated,
            "QTY_ACCEPTED": line.unallocated,
        }.get(code)
        return Finding(code, line.key, checked.codes[code], blocks, actual=actual)

    def judge_invoices(self) -> None:
        for invoice in self.case.invoices:
            duplicate = invoice.ref in self.duplicates and not self.is_cancelled_by_credits(invoice)
            self.found += findings.of_invoice(self.case, invoice, self.order_lines, self.policies, duplicate=duplicate)
            if invoice.ref in self.suspects:
                self.found.append(Finding("DUPLICATE_SUSPECT", invoice.ref, abs(invoice.gross), blocking=True))

    def is_cancelled_by_credits(self, invoice: Invoice) -> bool:
        """Whether credits left nothing of any line of a duplicate; its own credit lines do not count."""
        billed = [line for line in invoice.lines if not canonical.is_credit(invoice, line)]
        lines = [self.net_line((invoice.ref, line.number)) for line in billed]
        return bool(lines) and all(line is not None and line.is_credited for line in lines)

    def judge_summaries(self) -> tuple[dict[str, summaries.Summary], list[summaries.Allocation]]:
        for invoice in self.case.invoices:
            if summaries.is_summary(invoice):
                self.found += findings.of_summary(self.case, invoice)
        taking_part = [
            invoice
            for invoice in self.case.invoices
            if summaries.is_summary(invoice) and invoice.status != "cancelled" and not self.is_stopped(invoice)
        ]
        found, taken = summaries.judge_summaries(
            self.case, taking_part, list(self.states.values()), self.policies, self.as_of
        )
        for summary in found.values():
            self.found += summary.findings
        return found, taken

    def is_stopped(self, invoice: Invoice) -> bool:
        """Whether a summary invoice takes no part."""
        reasons = {f.code for f in self.found if f.subject == invoice.ref and f.code in findings.KEEPS_OUT}
        return any(
            reason not in findings.KEEPS_OUT_UNTIL_RELEASED
            or not is_released(self.case.releases, reason, invoice.ref, None)
            for reason in reasons
        )

    def is_held_duplicate(self, invoice: Invoice) -> bool:
        """Whether the invoice is a duplicate that nobody released."""
        return invoice.ref in self.duplicates and not self.let_back_in("DUPLICATE_INVOICE", (invoice.ref, 0))

    # section 6

    def net_line(self, key: LineKey) -> NetLine | None:
        return next((line for state in self.states.values() for line in state.lines if line.key == key), None)

    def judge_line(self, invoice: Invoice, line: InvoiceLine, kept_out: set[str]) -> LineAnswer:
        key, net = (invoice.ref, line.number), self.net_line((invoice.ref, line.number))
        state = self.states.get(line.line or 0)
        checked = state.checked.get(key) if state else None
        verdict = verdict_of_line(invoice, line, self.found, net, checked, state)
        answer = LineAnswer(verdict, state.line.number if state else None)
        if net is not None and not kept_out:
            answer.net_qty, answer.invoice_unit_price = net.net, net.price if net.qty else None
        if checked and net:
            answer.policy, answer.cum_invoiced = checked.policy.ref, checked.cum_invoiced
            answer.price_variance_amount = checked.variance_amount
            matched = state is not None and state.match_type in ("three_way", "four_way")
            answer.allocated_qty = net.allocated if matched else ZERO
            answer.unallocated_qty = net.unallocated if matched else ZERO
        answer.next_change_at = self.next_change(invoice, line, checked)
        return answer

    def next_change(self, invoice: Invoice, line: InvoiceLine, checked: Checked | None) -> datetime | None:
        """When time alone may change the line: the end of its grace."""
        if invoice.status == "cancelled" or canonical.names_no_order(invoice):
            return None
        policy = self.policy_of(invoice, line)
        if line.line not in self.order_lines and findings.within_po_grace(invoice, policy, self.as_of):
            return invoice.received_at + timedelta(hours=policy.po_grace_hours)
        return checked.waits_until if checked else None

    def rates(self, invoice: Invoice) -> dict[LineKey, Decimal]:
        """The rates at which lines of a foreign invoice were compared."""
        rate = canonical.rate(self.case, invoice)
        if rate is None or invoice.currency == self.case.currency:
            return {}
        return {(invoice.ref, line.number): rate for line in invoice.lines if line.line in self.order_lines}

    def judge_invoice(self, invoice: Invoice, verdicts: list[str], summary: summaries.Summary | None) -> InvoiceAnswer:
        open_holds = [f for f in self.found if f.invoice == invoice.ref and not f.released]
        posted = invoice.status in ("posted", "paid")
        return InvoiceAnswer(
            verdict_of_invoice(invoice, verdicts, self.found, summary),
            0 if posted else sum(f.blocking for f in open_holds),
            at_risk(invoice, open_holds, self.rates(invoice)),
        )


def at_risk(invoice: Invoice, open_holds: list[Finding], rates: dict[LineKey, Decimal]) -> Decimal:
    """The sum over open holds, each line counted once with its largest, at most the invoice's gross.

    A line is judged in its order's currency and summed up in the invoice's; ``rates`` are those of lines that were
    compared at one.
    """
    by_line: dict[LineKey, Decimal] = {}
    header = ZERO
    for finding in open_holds:
        if isinstance(finding.subject, tuple):
            key = finding.subject
            own = quotient(finding.at_risk, rates[key], CENT) if key in rates else finding.at_risk
            by_line[key] = max(by_line.get(key, ZERO), own)
        else:
            header += finding.at_risk
    return min(header + sum(by_line.values(), ZERO), abs(invoice.gross))
