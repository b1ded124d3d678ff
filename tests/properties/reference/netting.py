"""Returns reduce receipts, credits reduce invoices (docs/reference/matching.md, section 3)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from tests.properties.reference.numbers import PRICE, ZERO, quotient


@dataclass
class NetReceipt:
    """A receipt line in base units, and what is left of it."""

    ref: str
    qty: Decimal
    accepted: Decimal | None
    received: Decimal = ZERO
    """What is left after returns."""
    open: Decimal = ZERO
    """What an invoice may still take."""


@dataclass
class Return:
    """A return in base units; it may name a receipt line of the same PO line."""

    qty: Decimal
    names: str | None


@dataclass
class NetLine:
    """An invoice line in base units, and what is left of it."""

    key: tuple[str, int]
    qty: Decimal
    amount: Decimal
    takes_part: bool
    is_unreleased_duplicate: bool
    names_receipt: str | None
    net: Decimal = ZERO
    price_credits: Decimal = ZERO
    cancelled: bool = False
    """A credit paired off with it, as a duplicate."""
    allocated: Decimal = ZERO

    @property
    def price(self) -> Decimal:
        """What would be paid for one base unit."""
        return quotient(self.amount - self.price_credits, self.qty, PRICE)

    @property
    def is_credited(self) -> bool:
        """Whether credits left nothing of it."""
        return self.qty > 0 and self.net == 0

    @property
    def unallocated(self) -> Decimal:
        """What no receipt stands for."""
        return self.net - self.allocated


@dataclass
class Credit:
    """A credit line that takes part. Without quantity it is a price credit."""

    qty: Decimal
    amount: Decimal
    names: tuple[str, int] | None

    @property
    def price(self) -> Decimal:
        """What is credited for one base unit."""
        return quotient(self.amount, self.qty, PRICE)


@dataclass
class Rest:
    """What netting could not place."""

    returned: Decimal = ZERO
    credited: Decimal = ZERO
    price_credits: list[Decimal] = field(default_factory=list)


def net_receipts(receipts: Sequence[NetReceipt], returns: Sequence[Return], *, needs_acceptance: bool) -> Decimal:
    """Reduce receipts (in order) by returns and give what was returned in excess."""
    by_ref = {receipt.ref: receipt for receipt in receipts}
    for receipt in receipts:
        receipt.received = receipt.qty
    pool = ZERO
    for returned in returns:
        named = by_ref.get(returned.names or "")
        taken = min(returned.qty, named.received) if named else ZERO
        if named:
            named.received -= taken
        pool += returned.qty - taken
    for receipt in reversed(receipts):
        taken = min(pool, receipt.received)
        receipt.received -= taken
        pool -= taken
    for receipt in receipts:
        receipt.open = min(receipt.accepted or ZERO, receipt.received) if needs_acceptance else receipt.received
    return pool


def net_lines(lines: Sequence[NetLine], credits: Sequence[Credit]) -> Rest:
    """Reduce invoice lines (in order) by credits (in order) and give what is left of these."""
    by_key = {line.key: line for line in lines}
    for line in lines:
        line.net = line.qty
    of_quantity = [credit for credit in credits if credit.qty > 0]
    of_price = [credit for credit in credits if credit.qty == 0]
    unnamed = [credit for credit in of_quantity if credit.names not in by_key]
    named = [credit for credit in of_quantity if credit.names in by_key]

    pool = ZERO
    credited_by_name = {credit.names for credit in named}
    unnamed = pair_with_duplicates([line for line in lines if line.key not in credited_by_name], unnamed)
    for credit in named:
        line = by_key[credit.names]  # type: ignore[index]
        taken = min(credit.qty, line.net)
        line.net -= taken
        if line.takes_part:
            pool += credit.qty - taken
    pool += sum((credit.qty for credit in unnamed), ZERO)

    taking_part = [line for line in lines if line.takes_part]
    for line in reversed(taking_part):
        taken = min(pool, line.net)
        line.net -= taken
        pool -= taken
    return Rest(credited=pool, price_credits=lower_prices(by_key, taking_part, of_price))


def pair_with_duplicates(lines: Sequence[NetLine], unnamed: Sequence[Credit]) -> list[Credit]:
    """Unnamed credits cancel unreleased duplicate lines of equal quantity and price, first with first."""
    left = []
    for credit in unnamed:
        pair = next((line for line in lines if is_pair(line, credit)), None)
        if pair is None:
            left.append(credit)
        else:
            pair.cancelled = True
            pair.net = ZERO
    return left


def is_pair(line: NetLine, credit: Credit) -> bool:
    """Whether the credit may cancel the line."""
    same = line.qty == credit.qty and quotient(line.amount, line.qty, PRICE) == credit.price
    return line.is_unreleased_duplicate and not line.cancelled and same


def lower_prices(
    by_key: dict[tuple[str, int], NetLine], taking_part: Sequence[NetLine], credits: Sequence[Credit]
) -> list[Decimal]:
    """Give each price credit to the line that it names, else to the latest whose amount covers it; give the rest.

    Together they take at most the line's amount.
    """
    rest = []
    for credit in credits:
        covering = [line for line in taking_part if line.amount >= credit.amount]
        line = by_key.get(credit.names) if credit.names else None
        line = line or (covering[-1] if covering else None)
        if line is None:
            rest.append(credit.amount)
        else:
            taken = min(credit.amount, line.amount - line.price_credits)
            line.price_credits += taken
            rest += [credit.amount - taken] if line.takes_part else []
    return [amount for amount in rest if amount > 0]
