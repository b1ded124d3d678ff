"""Situations that once told rules and models apart, made small. Each says in a sentence what it is about."""

from dataclasses import replace
from decimal import Decimal

from tests.properties.bank.documents import Case, Entry, Notice, Payment, Ruling, Word

TEN, TWENTY = Decimal(10), Decimal(20)
GROUP = tuple(Payment(f"p{n}", TEN, end_to_end_id=f"E{n}", group_ref="G0") for n in range(2))
SUM = Entry("e0", -TWENTY, group_ref="G0", batch_count=2)
ALONE = Payment("p0", TEN, end_to_end_id="E0", instruction_id="I0", cheque_number="100")
ITS_OWN = Entry("e0", -TEN, end_to_end_id="E0")
OTHER = Payment("p1", TEN, end_to_end_id="E1", instruction_id="I1")

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
    "of a payment that left twice and came back once one stays": Case(
        (Payment("p0", TEN, end_to_end_id="E0"),),
        (
            Entry("e0", -TEN, end_to_end_id="E0"),
            Entry("e1", -TEN, end_to_end_id="E0"),
            Entry("e2", TEN, end_to_end_id="E0", reversal=True),
        ),
    ),
    "a file that was rejected and then taken is not rejected": Case(
        (Payment("p0", TEN, end_to_end_id="E0", batch_ref="M0"),),
        (Entry("e0", -TEN, party="V"),),
        words=(Word("w0", "RJCT", "M0", level="file", reason="FF01"), Word("w1", "ACSP", "E0")),
    ),
    # An entry that names its payment, alone and with its amount, has a rival nevertheless.
    "a payment that is booked twice is settled once": Case((ALONE,), (ITS_OWN, replace(ITS_OWN, ref="e1"))),
    "another entry names the instruction of a payment that is settled": Case(
        (ALONE,), (ITS_OWN, Entry("e1", -TEN, instruction_id="I0"))
    ),
    "another entry has the cheque number of a payment that is settled": Case(
        (ALONE,), (ITS_OWN, Entry("e1", -TEN, cheque_number="0100"))
    ),
    "a notification names a payment that is settled for another entry": Case(
        (ALONE,), (ITS_OWN, Entry("e1", -TEN, bank_ref="B0")), notices=(Notice("n0", -TEN, "E0", "B0"),)
    ),
    "a person matches another entry with a payment that an entry names": Case(
        (ALONE,), (ITS_OWN, Entry("e1", -TEN)), rulings=(Ruling("r0", "e1", ("p0",)),)
    ),
    "a person matches an entry with another payment than it names": Case(
        (ALONE, OTHER), (ITS_OWN,), rulings=(Ruling("r0", "e0", ("p1",)),)
    ),
    "an entry that a person keeps apart from its payment names the instruction of one that is settled": Case(
        (ALONE, OTHER),
        (replace(ITS_OWN, instruction_id="I1"), Entry("e1", -TEN, end_to_end_id="E1")),
        rulings=(Ruling("r0", "e0", ("p0",), apart=True),),
    ),
    "what an end-to-end id settled may come back by amount, date and party": Case(
        (ALONE,), (ITS_OWN, Entry("e1", TEN, party="V", return_reason="AC04"))
    ),
}
