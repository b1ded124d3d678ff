"""Random situations between a hospital and its bank: usual stories, some mixed, with something changed here and there.

Amounts, references and days come from a few values, so that they meet. Drawn from a `random.Random`.
"""

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

from tests.properties.bank.documents import BOOKED, SENT, UNKNOWN, Case, Entry, Notice, Payment, Ruling, Word

AMOUNTS = [Decimal(text) for text in ("10.00", "10.00", "20.00", "30.00", "30.01")]
CHARGES = [Decimal(text) for text in ("0.01", "10.00", "-1.00")]
DAYS = [BOOKED, BOOKED, BOOKED + timedelta(days=1), SENT, SENT - timedelta(days=1), SENT - timedelta(days=2),
        SENT + timedelta(days=10), SENT + timedelta(days=11), SENT + timedelta(days=60)]  # fmt: skip
CHANGES: dict[type, dict[str, Sequence[Any]]] = {
    Payment: {
        "amount": AMOUNTS, "end_to_end_id": [None, "E0", "E1"], "instruction_id": [None, "I0", "I1"],
        "cheque_number": [None, "100", "0101"], "group_ref": [None, "G0"], "batch_ref": [None, "G0", "M0"],
        "pays": [(), ("INV-0",), ("INV-0", "INV 1")], "entity": ["A", "B"], "vendor": ["V", "W"],
        "currency": ["USD", "USD", "EUR"], "method": ["credit_transfer", "cheque"],
        "status": ["proposed", "approved", "sent", "acknowledged", "settled", "returned", "cancelled"],
        "sent_on": [SENT, BOOKED, BOOKED + timedelta(days=1), SENT - timedelta(days=170)],
    },
    Entry: {
        "amount": [*AMOUNTS, *(-amount for amount in AMOUNTS)], "end_to_end_id": [None, "E0", "E1", "nobody"],
        "instruction_id": [None, "I0", "I1"], "cheque_number": [None, "0100", "101"], "bank_ref": [None, "B0"],
        "group_ref": [None, "G0"], "batch_count": [None, 1, 2, 3], "structured_ref": [None, "inv0", "INV-1", "p0", "-"],
        "party": [None, "V", "W", "V#", "nobody"], "charges": [None, *CHARGES], "original_amount": [None, *AMOUNTS],
        "original_currency": [None, "EUR", "USD"], "return_reason": [None, "AC04"], "reversal": [False, True],
        "code": [None, "PMNT/MDOP/CHRG", "698", "PMNT/RRCT/RRTN", "257"], "account": ["A", "A", "B", UNKNOWN],
        "currency": ["USD", "USD", "EUR"], "booked": DAYS, "statement": [1, 2],
    },
    Notice: {"amount": AMOUNTS, "end_to_end_id": [None, "E0"], "bank_ref": [None, "B0"], "account": ["A", "B", None]},
    Word: {
        "status": ["RJCT", "ACCP", "ACSC", "RCVD", "PDNG"], "names": [None, "E0", "G0", "M0"],
        "instruction_id": [None, "I0"], "level": ["file", "group", "payment"],
        "reason": [None, "AC01", "AM05", "R24"], "on": [SENT, BOOKED, BOOKED + timedelta(days=1)],
    },
    Ruling: {"apart": [False, True]},
}  # fmt: skip
REFERENCES: list[dict[str, Any]] = [
    {"end_to_end_id": "E0"}, {"end_to_end_id": "E0"}, {"instruction_id": "I0"}, {"cheque_number": "100"}, {},
]  # fmt: skip


def paid(rng: Random, **fields: Any) -> Payment:
    """A payment of some amount."""
    return Payment("p0", **{"amount": rng.choice(AMOUNTS), **fields})


def booked(payment: Payment, amount: Decimal | None = None, days: int = 1, **fields: Any) -> Entry:
    """The entry that settles a payment, naming it as the payment is named."""
    named = {name: getattr(payment, name) for name in ("end_to_end_id", "instruction_id", "cheque_number")}
    sum_out = -payment.amount if amount is None else amount
    return Entry("e0", **{"amount": sum_out, "booked": payment.sent_on + timedelta(days=days), "party": payment.vendor,
                          "currency": payment.currency, "account": payment.entity, **named, **fields})  # fmt: skip


def plain(rng: Random) -> Case:
    """One payment, one entry; or a part, or a cent too much, or with charges."""
    payment = paid(rng, **rng.choice(REFERENCES))
    charges = rng.choice([None, None, *CHARGES])
    more = rng.choice([Decimal(0), charges or Decimal(0), Decimal("0.01"), Decimal("-0.01")])
    return Case((payment,), (booked(payment, -payment.amount - more, charges=charges),))


def in_parts(rng: Random) -> Case:
    """One payment that is settled by several entries, or booked twice."""
    payment = paid(rng, **rng.choice(REFERENCES))
    return Case((payment,), tuple(booked(payment, -rng.choice(AMOUNTS), days) for days in (1, rng.choice([1, 2]))))


def coming_back(rng: Random) -> Case:
    """A payment that is settled, perhaps twice, and comes back, whole or in part, as a return or a reversal."""
    payment = paid(rng, **rng.choice(REFERENCES))
    sign: dict[str, Any] = rng.choice([{"return_reason": "AC04"}, {"reversal": True}, {"code": "257"}, {}])
    back = rng.choice([payment.amount, payment.amount, rng.choice(AMOUNTS), payment.amount * 2])
    out = tuple(booked(payment) for _ in range(rng.choice([1, 1, 2])))
    return Case((payment,), (*out, booked(payment, back, rng.choice([1, 3, 62]), **sign)))


def together(rng: Random) -> Case:
    """A group that is booked in one sum, some of it alone, rejected before or afterwards; and perhaps once more."""
    payments = tuple(paid(rng, end_to_end_id=f"E{n}", group_ref="G0", vendor=rng.choice("VW")) for n in range(3))
    alone = tuple(booked(payment) for payment in payments[: rng.randrange(2)])
    bad = tuple(Word("w0", "RJCT", each.end_to_end_id, reason="AC01") for each in payments[3 - rng.randrange(2) :])
    rest = payments[len(alone) : 3 - len(bad)]
    summed = rng.choice([rest, rest, payments[len(alone) :]])
    total = -sum(payment.amount for payment in summed) - rng.choice([Decimal(0), Decimal(0), Decimal("0.01")])
    count = rng.choice([None, len(rest), 3])
    sums = [Entry("e0", total, group_ref="G0", batch_count=count) for _ in range(rng.choice([1, 1, 2]))]
    return Case(payments, (*alone, *sums), words=bad)


def for_invoices(rng: Random) -> Case:
    """Entries that name the number of an invoice."""
    payments = tuple(paid(rng, pays=rng.choice([("INV-0",), ("INV-0", "INV 1")])) for _ in range(rng.choice([1, 1, 2])))
    entries = tuple(booked(each, structured_ref=rng.choice(["inv0", "INV-1"]), party=None) for each in payments)
    return Case(payments, entries)


def alike(rng: Random) -> Case:
    """Payments and entries that name nothing."""
    payments = tuple(paid(rng, amount=Decimal(10)) for _ in range(rng.choice([1, 1, 2])))
    party = rng.choice(["V", "V", "V#", "W", None])
    entries = tuple(booked(payments[0], days=rng.choice([1, 10]), party=party) for _ in range(rng.choice([1, 1, 2])))
    return Case(payments, entries)


def sharing_an_id(rng: Random) -> Case:
    """Two payments of one end-to-end id."""
    payments = tuple(paid(rng, end_to_end_id="E0", entity=rng.choice("AAB")) for _ in range(2))
    return Case(payments, (booked(payments[rng.randrange(2)]),))


def abroad(rng: Random) -> Case:
    """A payment in another currency than the account's."""
    payment = paid(rng, currency="EUR", **rng.choice(REFERENCES))
    original: dict[str, Any] = rng.choice([{}, {"original_amount": payment.amount, "original_currency": "EUR"}])
    return Case((payment,), (booked(payment, -rng.choice(AMOUNTS), currency="USD", **original),))


def announced(rng: Random) -> Case:
    """An entry that names the bank's reference only, which a notification tied to a payment."""
    payment = paid(rng, end_to_end_id="E0")
    entry = booked(payment, end_to_end_id=None, bank_ref="B0", party=None)
    return Case((payment,), (entry,), (Notice("n0", -payment.amount, "E0", "B0"),))


def answered(rng: Random) -> Case:
    """A payment that the bank answered, and perhaps settled."""
    payment = paid(rng, end_to_end_id="E0", instruction_id="I0", batch_ref="M0")
    levels: list[dict[str, Any]] = [{"names": "E0"}, {"names": "M0", "level": "file"}]
    statuses = [rng.choice(["RJCT", "RJCT", "ACCP"]) for _ in range(rng.choice([1, 2]))]
    words = tuple(Word("w0", status, reason="AC01", **rng.choice(levels)) for status in statuses)
    return Case((payment,), tuple(booked(payment) for _ in range(rng.randrange(2))), words=words)


STORIES: list[Callable[[Random], Case]] = [
    plain, in_parts, coming_back, together, for_invoices, alike, sharing_an_id, abroad, announced, answered,
]  # fmt: skip


def mixed(cases: Sequence[Case]) -> Case:
    """Cases as one, their records numbered anew in each kind."""

    def all_of(kind: str) -> tuple[Any, ...]:
        records = [record for case in cases for record in getattr(case, kind)]
        return tuple(replace(record, ref=f"{kind[0]}{number}") for number, record in enumerate(records))

    return Case(*(all_of(field.name) for field in fields(Case)))


def changed(rng: Random, case: Case) -> Case:
    """A case with one field of one record another."""
    kind = rng.choice([field.name for field in fields(case) if getattr(case, field.name)])
    records = list(getattr(case, kind))
    position = rng.randrange(len(records))
    name = rng.choice(list(CHANGES[type(records[position])]))
    records[position] = replace(records[position], **{name: rng.choice(CHANGES[type(records[position])][name])})
    return replace(case, **{kind: tuple(records)})


def ruled(rng: Random, case: Case) -> Case:
    """A case with what people said of some entry. Payments of one currency: a sum over several means nothing."""
    known = [each.ref for each in case.payments if each.is_known and each.currency == "USD"]
    if not known or not case.entries:
        return case
    rulings = []
    for number in range(rng.choice([1, 1, 2, 3])):
        payments = tuple(sorted(rng.sample(known, rng.choice([1, min(2, len(known))]))))
        rulings.append(Ruling(f"r{number}", rng.choice(case.entries).ref, payments, apart=rng.random() < 0.4))
    return replace(case, rulings=tuple(rulings))


def situation(rng: Random) -> Case:
    """A story or two, with up to three things changed, and now and then a person's word."""
    case = mixed([rng.choice(STORIES)(rng) for _ in range(rng.choice([1, 1, 1, 2]))])
    for _ in range(rng.choice([0, 0, 1, 2, 3])):
        case = changed(rng, case)
    return ruled(rng, case) if rng.randrange(4) == 0 else case
