"""Situations that once told rules and models apart, made small. Each says in a sentence what it is about."""

from dataclasses import replace
from decimal import Decimal

from tests.properties.bank.documents import Case, Entry, Payment, Word

TEN, TWENTY = Decimal(10), Decimal(20)
GROUP = tuple(Payment(f"p{n}", TEN, end_to_end_id=f"E{n}", group_ref="G0") for n in range(2))
SUM = Entry("e0", -TWENTY, group_ref="G0", batch_count=2)

CASES = {
    "what an invoice's number settled may come back by amount, date and party": Case(
        (Payment("p0", TEN),),
        (
            Entry("e0", -TEN, structured_ref="p0", party="V"),
            Entry("e1", TEN, party="V", return_reason="AC04"),
        ),
    ),
    "of a group that is booked twice nothing is taken twice": Case(GROUP, (SUM, replace(SUM, ref="e1"))),
    "a group of one entity is no other's of the same name": Case(
        (*GROUP, *(replace(each, ref=f"p{n + 2}", entity="B") for n, each in enumerate(GROUP))),
        (SUM, replace(SUM, ref="e1", account="B")),
    ),
    "charges above the amount do not make a payment worth more": Case(
        (Payment("p0", TWENTY, end_to_end_id="E0"),),
        (
            Entry("e0", -TEN, end_to_end_id="E0", charges=TWENTY),
            Entry("e1", Decimal(-30), end_to_end_id="E0"),
        ),
    ),
    "a file that was rejected and then taken is not rejected": Case(
        (Payment("p0", TEN, end_to_end_id="E0", batch_ref="M0"),),
        (Entry("e0", -TEN, party="V"),),
        words=(Word("w0", "RJCT", "M0", level="file", reason="FF01"), Word("w1", "ACSP", "E0")),
    ),
}
