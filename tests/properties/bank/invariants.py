"""What no reconciliation may break, whatever the rules: nothing is taken twice or forgotten, and the money adds up."""

from collections.abc import Iterator
from decimal import Decimal

from tests.properties.bank.books import Books, Link
from tests.properties.bank.documents import Case

ZERO = Decimal(0)
STATES = {"matched", "split", "fee", "owned"}


def broken(case: Case, books: Books) -> Iterator[str]:
    """What is broken. One sentence each."""
    yield from of_payments(case, books)
    yield from of_entries(case, books)


def of_payments(case: Case, books: Books) -> Iterator[str]:
    """A payment is consumed once: entries settle no more of it than it is, and bring no more back."""
    known = {each.ref: each for each in case.payments if each.is_known}
    if known.keys() != books.payments.keys():
        yield f"payments {sorted(known.keys() ^ books.payments.keys())} are forgotten or invented"
    for ref, end in books.payments.items():
        for way, amount in (("out", end.settled), ("back", end.returned)):
            if amount != total(link for link in books.links if (link.payment, link.way) == (ref, way)):
                yield f"{ref} moved {amount} {way}, which is not the sum of its entries"
            if ref in known and not ZERO <= amount <= known[ref].amount:
                yield f"{ref} of {known[ref].amount} moved {amount} {way}"


def of_entries(case: Case, books: Books) -> Iterator[str]:
    """An entry ends once; payments, charges and what is left come to its amount; what is left is somebody's."""
    currencies = {each.ref: each.currency for each in case.payments}
    if {each.ref for each in case.entries} != books.entries.keys():
        yield f"entries {sorted(books.entries)} are not those that came"
    for entry in case.entries:
        end = books.entries.get(entry.ref)
        if end is None:
            continue
        links = [link for link in books.links if link.entry == entry.ref]
        taken = [link for link in links if link.amount]
        if end.state not in STATES or (end.state in ("matched", "split")) != bool(taken):
            yield f"{entry.ref} is {end.state} and has {taken}"
        if len({link.payment for link in links}) < len(links) or len({link.rung for link in links}) > 1:
            yield f"{entry.ref} is consumed by several rungs, or twice of a payment"
        if taken and all(currencies[link.payment] == entry.currency for link in links):
            sign = 1 if entry.amount < 0 else -1
            if total(taken) + sign * (end.fee + end.difference) != abs(entry.amount):
                yield f"{entry.ref} of {entry.amount}: {total(taken)}, {end.fee} and {end.difference} do not add up"
        if not taken and end.fee + end.difference != abs(entry.amount):
            yield f"{entry.ref} of {entry.amount} is nobody's"


def total(links: Iterator[Link] | list[Link]) -> Decimal:
    """What links take together."""
    return sum((link.amount for link in links), ZERO)
