"""Random purchase orders: small numbers, ties and edges, so that few papers meet many rules.

Drawn from a `random.Random`: thousands are made in a second, and hypothesis may give a Random that it shrinks.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from tests.properties.reference.documents import (
    UNLIMITED,
    Case,
    Invoice,
    InvoiceLine,
    OrderLine,
    Policy,
    Receipt,
    Release,
)
from tests.properties.reference.numbers import CENT, QUANTITY, rounded

TODAY = date(2026, 3, 31)
QUANTITIES = [Decimal(n) for n in ("1", "2", "3", "5", "10", "12", "0.5", "0.333333")]
PRICES = [Decimal(n) for n in ("5.00", "0", "0.01", "2.50", "33.333333", "10")]
FREIGHTS = [Decimal(n) for n in ("5.00", "10.00", "10.01")]
PRICE_FACTORS = [Decimal(n) for n in ("1", "1", "1", "1.02", "1.03", "0.98", "0.5", "2")]
LIMITS = [None, None, UNLIMITED, Decimal(0), Decimal(1), Decimal(2), Decimal(20)]
LINE_CODES = ["PRICE_OVER", "PRICE_UNDER", "QTY_ORDERED", "QTY_RECEIVED", "QTY_ACCEPTED", "VENDOR_MISMATCH",
              "ITEM_MISMATCH", "UOM_UNCONVERTIBLE", "PO_NOT_FOUND", "PO_CLOSED", "UNEXPECTED_INVOICE"]  # fmt: skip
HEADER_CODES = ["DUPLICATE_INVOICE", "MISSING_DATA", "TOTAL_MISMATCH", "VENDOR_UNKNOWN", "AMOUNT_OVER",
                "AMOUNT_UNDER", "VENDOR_MISMATCH", "PO_CLOSED"]  # fmt: skip
MATCH_TYPES = ["three_way", "three_way", "two_way", "two_way", "four_way", "four_way", "receipt_only", "none"]
INVOICE_REFS = ["A", "B", "a", "Z-10", "Z9", "É"]
DAYS_AGO = [0, 1, 1, 2, 3, 4, 5, 6, 12, 30]


def seldom(rng: Random, values: Sequence[Any], otherwise: Any = None, one_in: int = 6) -> Any:
    """One of the values now and then, else what is usual."""
    return rng.choice(values) if rng.randrange(one_in) == 0 else otherwise


def day(rng: Random) -> date:
    """A day of the last month, mostly of the last week."""
    return TODAY - timedelta(days=rng.choice(DAYS_AGO))


def moment(rng: Random, on: date | None = None) -> datetime:
    """An instant on the day; midnight most often, so that there are ties."""
    return datetime.combine(on or day(rng), time(rng.choice([0, 0, 0, 1, 23])), UTC)


def part_of(rng: Random, line: OrderLine) -> Decimal:
    """All that was ordered, half of it, or some number, in base units."""
    packed = 1 if line.unit != "BX" else 6 if line.item == "I2" else 12
    whole = line.qty * packed
    return rng.choice([whole, rounded(whole / 2, QUANTITY), rounded(whole / 2, QUANTITY), rng.choice(QUANTITIES)])


def order_line(rng: Random, number: int) -> OrderLine:
    """A line of the order: mostly open, by quantity, of one item."""
    basis = seldom(rng, ["amount"], "quantity", 8)
    status = seldom(rng, ["closed", "cancelled"], "open", 8)
    return OrderLine(
        number,
        rng.choice(QUANTITIES),
        rng.choice(PRICES),
        unit=seldom(rng, ["BX"], "EA"),
        item=seldom(rng, ["I2"], "I1") if basis == "quantity" else None,
        basis=basis,
        match_type=seldom(rng, MATCH_TYPES, None, 3),
        status=status,
        closed_at=moment(rng) if status != "open" else None,
        cancelled_qty=seldom(rng, [Decimal("0.25")], None, 10),
    )


def receipt(rng: Random, ref: str, lines: Sequence[OrderLine], earlier: Sequence[str]) -> Receipt:
    """A receipt, or a return that may name one."""
    kind = seldom(rng, ["return"], "receipt", 4) if earlier else "receipt"
    line = rng.choice(lines)
    return Receipt(
        ref,
        line.number,
        part_of(rng, line),
        moment(rng),
        kind=kind,
        accepted=rng.choice([None, Decimal(1), part_of(rng, line)]) if kind == "receipt" else None,
        names=rng.choice([None, *earlier]) if kind == "return" else None,
    )


def invoice_line(
    rng: Random, number: int, lines: Sequence[OrderLine], receipts: Sequence[str], kind: str, keys: Sequence[Any]
) -> InvoiceLine:
    """A line of an invoice or of a credit memo for a line of the order."""
    ordered = rng.choice(lines)
    tax_code = seldom(rng, ["STATE", "STATE", "FREE", "NONE"])
    sign = seldom(rng, [-1], 1, 12) if kind == "invoice" else 1
    credit = kind == "credit" or sign < 0
    qty = part_of(rng, ordered)
    price = ordered.price * rng.choice(PRICE_FACTORS) / (12 if ordered.unit == "BX" else 1)
    amount = rounded(qty * seldom(rng, PRICES, price), CENT)
    if kind == "credit" and rng.random() < 0.4:
        qty = Decimal(0)
    if ordered.basis == "amount":
        amount, qty = rounded(qty, CENT), Decimal(1)
    return InvoiceLine(
        number,
        seldom(rng, [9, None], ordered.number, 15),
        seldom(rng, [None, Decimal(0)], sign * qty, 25),
        sign * amount,
        unit=seldom(rng, [None, "BX", "PAL"], "EA", 12),
        item=seldom(rng, ["I1", "I2", "I3"], None, 10),
        receipt=seldom(rng, receipts, None, 4) if receipts else None,
        credits=rng.choice([None, *keys]) if keys and credit else None,
        tax_code=tax_code,
    )


def invoice(
    rng: Random,
    ref: str,
    lines: Sequence[OrderLine],
    receipts: Sequence[Receipt],
    papers: Sequence[Invoice],
    share_of_summaries: float,
) -> Invoice:
    """An invoice or credit memo that foots, mostly; sometimes an earlier one again."""
    if papers and rng.random() < 0.15:
        return again(rng, ref, rng.choice(papers))
    if rng.random() < share_of_summaries:
        return summary(rng, ref, lines, receipts)
    kind = seldom(rng, ["credit"], "invoice", 3) if papers else "invoice"
    keys = [(paper.ref, line.number) for paper in papers for line in paper.lines]
    numbers = rng.choice([[1], [1], [1, 2], [10, 2]])
    own = tuple(invoice_line(rng, number, lines, [r.ref for r in receipts], kind, keys) for number in numbers)
    if rng.randrange(20) == 0:
        own = tuple(replace(line, line=None) for line in own)
    dated = day(rng)
    net = sum((line.amount for line in own), Decimal(0))
    taxed = sum((line.amount for line in own if line.tax_code == "STATE"), Decimal(0))
    tax = rounded(taxed * rng.choice([8, 10, 10]) / 100, CENT) + seldom(rng, [CENT, Decimal(1)], Decimal(0), 30)
    freight = seldom(rng, FREIGHTS, Decimal(0))
    return Invoice(
        ref,
        seldom(rng, [None], dated, 40),
        moment(rng, dated if rng.random() < 0.5 else None),
        own,
        number=seldom(rng, ["SAME", "SAME", None], f"N{INVOICE_REFS.index(ref)}", 8),
        gross=net + tax + freight + seldom(rng, [CENT, -CENT, Decimal(1)], Decimal(0), 12),
        net=net,
        tax=tax,
        freight=freight,
        currency=seldom(rng, ["EUR", "EUR", "JPY"], "USD", 12),
        kind=kind,
        vendor=seldom(rng, ["other", "unknown"], "own", 15),
        status=seldom(rng, ["cancelled", "posted", "paid"], "entered", 8),
        names_order=rng.randrange(8) == 0,
    )


def summary(rng: Random, ref: str, lines: Sequence[OrderLine], receipts: Sequence[Receipt]) -> Invoice:
    """An invoice of the order without lines: of what was ordered, of what was received, or of something near."""
    net = Decimal(0)
    for line in lines:
        came = sum((r.qty for r in receipts if r.line == line.number and r.kind == "receipt"), Decimal(0))
        price = Decimal(1) if line.basis == "amount" else line.price / (12 if line.unit == "BX" else 1)
        net += price * rng.choice([came, came, came, line.qty, Decimal(0)])
    net = rounded(net * rng.choice(PRICE_FACTORS), CENT)
    dated = day(rng)
    return Invoice(
        ref,
        seldom(rng, [None], dated, 40),
        moment(rng, dated if rng.random() < 0.5 else None),
        (),
        number=seldom(rng, ["SAME", None], f"N{INVOICE_REFS.index(ref)}", 8),
        gross=net + seldom(rng, [CENT], Decimal(0), 12),
        net=net,
        kind=seldom(rng, ["credit"], "invoice", 20),
        vendor=seldom(rng, ["other", "unknown"], "own", 15),
        status=seldom(rng, ["cancelled", "posted", "paid"], "entered", 8),
        names_order=True,
    )


def again(rng: Random, ref: str, paper: Invoice) -> Invoice:
    """The same invoice once more, under another id, perhaps of another day."""
    return replace(
        paper,
        ref=ref,
        date=seldom(rng, [day(rng)], paper.date, 3),
        received_at=moment(rng),
        status=seldom(rng, ["posted", "paid"], "entered"),
    )


def policy(rng: Random, ref: str) -> Policy:
    """A policy row of the case's vendor, perhaps narrower."""
    limits: dict[str, Any] = {name: rng.choice(LIMITS) for name in Policy.__dataclass_fields__ if is_limit(name)}
    return Policy(
        ref,
        entity=seldom(rng, ["H1"]),
        vendor="own",
        item_category=seldom(rng, ["SURGERY"]),
        match_type=seldom(rng, MATCH_TYPES, None, 3),
        currency=seldom(rng, ["USD", "EUR"]),
        valid_from=day(rng) if rng.randrange(5) == 0 else date(2020, 1, 1),
        price_under_blocks=rng.random() < 0.5,
        amount_under_blocks=rng.random() < 0.5,
        tax_blocks=rng.random() < 0.5,
        charge_blocks=rng.random() < 0.5,
        receipt_grace_days=rng.randrange(7),
        po_grace_hours=rng.choice([0, 24, 36, 72]),
        **limits,
    )


def is_limit(name: str) -> bool:
    """Whether a policy's field is a limit."""
    return name.endswith(("_pct", "_amount", "_qty"))


def release(rng: Random, ref: str, papers: Sequence[Invoice]) -> Release:
    """A person's release of something that may or may not stand."""
    paper = rng.choice(papers)
    if rng.random() < 0.4:
        return Release(ref, paper.ref, rng.choice(HEADER_CODES))
    code = rng.choice(LINE_CODES)
    has_figure = code in ("PRICE_OVER", "QTY_ORDERED", "QTY_RECEIVED", "QTY_ACCEPTED")
    actual = seldom(rng, PRICES + QUANTITIES, None, 2) if has_figure else None
    return Release(ref, paper.ref, code, rng.choice([None, 1, 2]), actual)


def case(rng: Random) -> Case:
    """A purchase order with all its papers."""
    lines = [order_line(rng, number) for number in range(1, rng.choice([1, 1, 2, 3]) + 1)]
    came: list[Receipt] = []
    for position in range(rng.randrange(6)):
        came.append(receipt(rng, f"r{position}", lines, [r.ref for r in came if r.kind == "receipt"]))
    papers: list[Invoice] = []
    share = rng.choice([0, 0, 0.1, 0.3, 1])
    for ref in INVOICE_REFS[: rng.choice([1, 2, 2, 3, 3, 4, 6])]:
        papers.append(invoice(rng, ref, lines, came, papers, share))
    rows = [policy(rng, f"p{n}") for n in range(rng.choice([0, 1, 1, 2]))]
    scopes = {(row.entity, row.item_category, row.match_type, row.currency): row for row in rows}
    status = seldom(rng, ["closed", "draft", "cancelled"], "sent", 15)
    return Case(
        tuple(lines),
        tuple(came),
        tuple(papers),
        tuple(release(rng, f"e{n}", papers) for n in range(rng.choice([0, 0, 1, 2]))),
        tuple(scopes.values()),
        match_type=seldom(rng, MATCH_TYPES, None, 2),
        status=status,
        closed_at=moment(rng) if status in ("closed", "cancelled") else None,
        freight=seldom(rng, FREIGHTS, Decimal(0), 3),
    )
