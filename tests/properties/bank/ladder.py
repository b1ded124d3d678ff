"""The ladder as docs/reference/payments.md (section 6) has it: rung by rung, entry by entry, in plain Python."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from tests.properties.bank.amounts import ZERO, booking_order, gross, net, said, same_payer, shared_out
from tests.properties.bank.answers import rejected
from tests.properties.bank.books import Link
from tests.properties.bank.documents import UNKNOWN, Case, Entry, Payment
from tests.properties.bank.words import compared, kind_of, way_of

SENT = ("sent", "acknowledged", "settled", "returned")
DAY = timedelta(days=1)


@dataclass
class Ladder:
    """A case with what each rung has found; ``links`` is the answer."""

    case: Case
    links: list[Link] = field(default_factory=list)

    def climb(self) -> "Ladder":
        """Go down all rungs."""
        self.payments = {each.ref: each for each in self.case.payments if each.is_known}
        self.entries = [e for e in self.case.entries if e.statement == 1 and kind_of(e) != "fee"]
        self.by_name()
        for rung in (self.by_group, self.by_creditor, self.by_likeness):
            rung([e for e in self.entries if kind_of(e) != "in" and not any(e.ref == k.entry for k in self.links)])
        return self

    # what people said

    def kept_apart(self, entry: Entry) -> set[str]:
        """Payments that the entry is not: the last word of a person on the two."""
        last = {
            ref: ruling.apart for ruling in self.case.rulings if ruling.entry == entry.ref for ref in ruling.payments
        }
        return {ref for ref, apart in last.items() if apart}

    def matched(self, entry: Entry) -> list[Payment]:
        """The payments of the last match of a person that nobody took back."""
        matches = [each for each in self.case.rulings if each.entry == entry.ref and not each.apart]
        return [self.payments[ref] for ref in sorted(matches[-1].payments if matches else ()) if ref in self.payments]

    # rungs 0 to 2

    def by_name(self) -> None:
        """Entries that a person matched or that name their payment. References find; amounts only weigh."""
        offers: list[tuple[int, Entry, Payment, Decimal]] = []
        for entry in self.entries:
            apart = self.kept_apart(entry)
            for rung, find in enumerate((self.matched, self.with_id, self.with_reference)):
                found = {each.ref: each for each in find(entry) if each.ref not in apart}
                if found and rung == 0:
                    offers += [(0, entry, *each) for each in shared_out(entry, found.values())]
                elif found:
                    best = self.worthiest(entry, found.values())
                    if len(best) > 1 or self.is_altered(entry, best[0], rung):
                        self.ask(entry, best, rung)
                    else:
                        amount = said(entry, best[0])
                        offers.append((rung, entry, best[0], best[0].amount if amount is None else amount))
                if found:
                    break
        for rung, entry, payment, offered in sorted(offers, key=lambda each: (each[0], booking_order(each[1]))):
            self.take(entry, payment, rung, offered)

    def with_id(self, entry: Entry) -> list[Payment]:
        """Payments with its end-to-end id, whoever pays."""
        return [p for p in self.payments.values() if entry.end_to_end_id and p.end_to_end_id == entry.end_to_end_id]

    def with_reference(self, entry: Entry) -> list[Payment]:
        """The entity's with its instruction id or cheque number; or what a notification ties its bank reference to."""
        named = []
        for p in self.payments.values():
            instructed = entry.instruction_id and entry.instruction_id == p.instruction_id
            cheque = entry.cheque_number and entry.cheque_number.lstrip("0") == (p.cheque_number or "").lstrip("0")
            if (instructed or cheque) and same_payer(entry, p):
                named.append(p)
        if not (entry.end_to_end_id or entry.instruction_id or entry.batch_count):
            for notice in self.case.notices:
                known = notice.account is None or entry.account in (UNKNOWN, notice.account)
                if entry.bank_ref and entry.bank_ref == notice.bank_ref and known:
                    id_ = notice.end_to_end_id
                    named += [p for p in self.payments.values() if id_ and p.end_to_end_id == id_]
        return named

    def worthiest(self, entry: Entry, found: Iterable[Payment]) -> list[Payment]:
        """The account's own entity's before others, of these those with exactly the amount before others."""

        def worth(payment: Payment) -> tuple[bool, bool]:
            return same_payer(entry, payment), said(entry, payment) == payment.amount

        best = max(map(worth, found))
        return [each for each in found if worth(each) == best]

    def is_altered(self, entry: Entry, payment: Payment, rung: int) -> bool:
        """A cheque that was paid for another amount than it was issued for, or, named by its number, never issued."""
        is_issued = rung == 1 or payment.status in SENT
        return entry.cheque_number is not None and not (is_issued and said(entry, payment) in (None, payment.amount))

    # rung 3

    def by_group(self, entries: list[Entry]) -> None:
        """A group booked in one sum: all that is left of it, and as many as the bank says. The first entry takes it.

        Without what was rejected; or with it, where the sum says that it was rejected afterwards.
        """
        bad = rejected(self.case)
        claimed: set[tuple[str | None, str, str]] = set()
        left = {ref: self.left(ref) for ref in self.payments}
        for entry in sorted(entries, key=booking_order):
            apart = self.kept_apart(entry)
            group = [
                p for p in self.sent()
                if kind_of(entry) == "out" and entry.group_ref and entry.group_ref == (p.group_ref or p.batch_ref)
                and same_payer(entry, p) and entry.currency == p.currency
                and left[p.ref] > 0 and p.ref not in apart
            ]  # fmt: skip

            def fits(members: list[Payment], entry: Entry = entry) -> bool:
                return sum(left[p.ref] for p in members) in (gross(entry), net(entry))

            accepted = [p for p in group if p.ref not in bad]
            group = accepted if fits(accepted) else group
            if group and fits(group) and len(group) == (entry.batch_count or len(group)):
                accounts = {(entry.group_ref, p.entity, p.currency) for p in group}
                outcome = "exhausted" if accounts & claimed else "taken"
                claimed |= accounts
                for p in group:
                    self.add(entry, p, 3, outcome, left[p.ref] if outcome == "taken" else ZERO)

    # rung 4

    def by_creditor(self, entries: list[Entry]) -> None:
        """Payments with something left that pay the invoice of this number, or have it themselves."""
        grouped = {link.payment for link in self.links if link.rung == 3}
        left = {ref: self.left(ref) for ref in self.payments if ref not in grouped}
        for entry in sorted(entries, key=booking_order):
            reference, apart = compared(entry.structured_ref), self.kept_apart(entry)
            found = [
                p for p in self.sent()
                if kind_of(entry) == "out" and reference and reference in map(compared, (p.ref, *p.pays))
                and same_payer(entry, p) and left.get(p.ref, ZERO) > 0 and p.ref not in apart
            ]  # fmt: skip
            exact = [p for p in found if said(entry, p) == left[p.ref]]
            best = exact or found
            if len(best) > 1:
                self.ask(entry, best, 4)
            elif best:
                amount = said(entry, best[0])
                self.take(entry, best[0], 4, left[best[0].ref] if amount is None else amount)

    # rung 5

    def by_likeness(self, entries: list[Entry]) -> None:
        """The same amount, within days, to the same party; only where neither side has another choice.

        A cheque has a number: one that names no payment is asked about.
        """
        alike = [(entry, p, amount) for entry in entries for p, amount in self.like(entry)]
        for entry, p, amount in alike:
            choices = sum(1 for e, _, _ in alike if e is entry)
            claims = sum(1 for e, other, _ in alike if other is p and way_of(e) == way_of(entry))
            certain = entry.party is not None and entry.cheque_number is None and choices == 1 and claims == 1
            self.add(entry, p, 5, "taken" if certain else "asked", amount if certain else ZERO)

    def like(self, entry: Entry) -> Iterable[tuple[Payment, Decimal]]:
        """Payments that the entry resembles, with the amount in question."""
        told = {
            (entry.currency, gross(entry)),
            (entry.currency, net(entry)),
            (entry.original_currency, entry.original_amount),
        }
        bad, apart = rejected(self.case), self.kept_apart(entry)
        above = {link.payment for link in self.links if link.rung in (3, 4)}
        for p in self.sent():
            if kind_of(entry) == "out":
                wanted, days = self.left(p.ref), 180 if p.method == "cheque" else 10
                is_free = p.ref not in above and p.ref not in bad
            else:
                wanted, days, is_free = self.held(p.ref), 60, True
            near = p.sent_on - DAY <= entry.booked <= p.sent_on + days * DAY
            party = entry.party is None or entry.party in (p.vendor, f"{p.vendor}#")
            is_free = is_free and entry.account == p.entity and p.ref not in apart
            if is_free and near and party and wanted > 0 and (p.currency, wanted) in told:
                yield p, wanted

    # what payments have left

    def sent(self) -> list[Payment]:
        """Payments that left."""
        return [each for each in self.payments.values() if each.status in SENT]

    def moved(self, ref: str, way: str) -> Decimal:
        """What entries took of a payment so far."""
        return sum((link.amount for link in self.links if link.payment == ref and link.way == way), ZERO)

    def left(self, ref: str) -> Decimal:
        """What nobody settled yet."""
        return self.payments[ref].amount - self.moved(ref, "out")

    def held(self, ref: str) -> Decimal:
        """What was settled and did not come back."""
        return self.moved(ref, "out") - self.moved(ref, "back")

    def take(self, entry: Entry, payment: Payment, rung: int, offered: Decimal) -> None:
        """Let the entry take what is left of the payment, at most what it offers."""
        amount = max(ZERO, min(offered, payment.amount - self.moved(payment.ref, way_of(entry))))
        self.add(entry, payment, rung, "taken" if amount > 0 else "exhausted", amount)

    def ask(self, entry: Entry, payments: Iterable[Payment], rung: int) -> None:
        """Take none of them."""
        for payment in payments:
            self.add(entry, payment, rung, "asked", ZERO)

    def add(self, entry: Entry, payment: Payment, rung: int, outcome: str, amount: Decimal) -> None:
        """Note what a rung says."""
        self.links.append(Link(entry.ref, payment.ref, rung, way_of(entry), outcome, amount))
