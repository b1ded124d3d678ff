"""How entries and payments end, after the ladder (docs/reference/payments.md, sections 6 and 7)."""

from decimal import Decimal

from tests.properties.bank.amounts import ZERO, booking_order, gross
from tests.properties.bank.answers import rejections
from tests.properties.bank.books import Books, EntryEnd, Link, PaymentEnd
from tests.properties.bank.documents import Case, Entry, Payment
from tests.properties.bank.ladder import Ladder
from tests.properties.bank.words import kind_of


def reconcile(case: Case) -> Books:
    """All that the rules say of a case."""
    links = Ladder(case).climb().links
    currencies = {each.ref: each.currency for each in case.payments}
    entries = {e.ref: end_of_entry(e, [k for k in links if k.entry == e.ref], currencies) for e in case.entries}
    known = [each for each in case.payments if each.is_known]
    by_ref = {each.ref: each for each in case.entries}
    owned = {ref for ref, end in entries.items() if end.state == "owned"}
    payments = {p.ref: end_of_payment(case, p, [k for k in links if k.payment == p.ref], by_ref, owned) for p in known}
    return Books(set(links), entries, payments)


def end_of_entry(entry: Entry, links: list[Link], currencies: dict[str, str]) -> EntryEnd:
    """Matched, split, fee or owned, with what payments and charges do not explain."""
    kind, taken = kind_of(entry), [link for link in links if link.outcome == "taken"]
    rung = links[0].rung if links else None
    if kind == "fee":
        return EntryEnd("fee", None, False, False, gross(entry), ZERO)
    if not taken:
        asked = any(link.outcome == "asked" for link in links)
        needs = entry.statement == 1 and (kind in ("out", "back") or bool(links))
        return EntryEnd("owned", rung, asked, needs, ZERO, gross(entry))
    rest = gross(entry) - sum(link.amount for link in taken)
    rest = rest if kind == "out" else -rest
    if any(currencies[link.payment] != entry.currency for link in links):
        rest = ZERO
    charges = entry.charges or ZERO
    fee = charges if 0 < charges <= rest else ZERO
    state = "matched" if len(taken) == 1 and rest == 0 else "split"
    return EntryEnd(state, rung, False, rest != fee, fee, rest - fee)


def left_again(payment: Payment, links: list[Link], entries: dict[str, Entry], owned: set[str]) -> Decimal:
    """What left once more for it, by entries that found nothing left of it and are nobody else's."""
    whole = payment.amount
    found = [entries[k.entry] for k in links if k.outcome == "exhausted" and k.way == "out" and k.entry in owned]
    return sum((min(-e.amount if e.currency == payment.currency else whole, whole) for e in found), ZERO)


def end_of_payment(
    case: Case, payment: Payment, links: list[Link], entries: dict[str, Entry], owned: set[str]
) -> PaymentEnd:
    """What became of a payment, by what moved and what the bank answered."""
    taken = sorted((k for k in links if k.outcome == "taken"), key=lambda k: booking_order(entries[k.entry]))
    out, back = [k for k in taken if k.way == "out"], [k for k in taken if k.way == "back"]
    settled, returned = sum((k.amount for k in out), ZERO), sum((k.amount for k in back), ZERO)
    no = max(rejections(case, payment), key=lambda word: (word.on, word.ref), default=None)
    reason = entries[back[-1].entry].return_reason if back else None
    again = left_again(payment, links, entries, owned)
    if returned > 0 and returned >= (settled or payment.amount) + again:
        state = "returned"
    elif no and not again and not any(entries[k.entry].booked > no.on for k in out):
        state, reason = "rejected", no.reason
    elif returned > again:
        state = "partly_returned"
    else:
        state = "settled" if settled >= payment.amount else "partly_settled" if settled else "open"
    if state in ("returned", "partly_returned"):
        reason = reason or (no.reason if no else None)
    elif state != "rejected":
        reason = None
    return PaymentEnd(state, min((k.rung for k in taken), default=None), settled, returned, len(taken), reason)
