"""How a payment is booked: as it was asked for, or as a request wants it. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from sandbox.bank.accounts import owner_of
from sandbox.bank.ledger import Later, Order
from sandbox.bank.model import Instruction
from sandbox.bank.rules import RETURN_CODES
from sandbox.scenario.domain import CENT
from sandbox.scenario.model import BankRequest, Booking

HOME = "USD"
FEE = Decimal("15.00")
CLOSED = "AC04"
KINDS = {"credit_transfer": "transfer", "ach": "ach", "cheque": "cheque"}
# Gives the next reference of the day.
Reference = Callable[[], str]


@dataclass
class Made:
    """What came of a payment: bookings of today, and things of later days."""

    bookings: list[Booking]
    later: list[Later] = field(default_factory=list)


def make(order: Order, request: BankRequest | None, today: date, rate: Decimal, reference: Reference) -> Made:
    """Make a payment.

    Args:
        order: the payment.
        request: what is to happen to it; it goes well where there is none.
        today: the day that is played.
        rate: US dollars for one unit of its currency.
        reference: of each booking.
    """
    plain = booking_of(order.instruction, rate, reference())
    if request is None:
        return Made([plain])
    return _WAYS[request.kind](order, plain, request, today, reference)


def booking_of(order: Instruction, rate: Decimal, reference: str) -> Booking:
    """The booking of a payment that goes well; one in another currency says amount and rate."""
    foreign = order.currency != HOME
    return Booking(
        entity_id=owner_of(order.account).entity_id,
        kind=KINDS[order.method],
        amount=-_cents(order.amount * rate if foreign else order.amount),
        reference=reference,
        party=order.creditor,
        text=order.remittance,
        end_to_end_id="" if order.method == "cheque" else order.end_to_end_id,
        instruction_id="" if order.method == "cheque" else order.instruction_id,
        group_ref=order.group_ref,
        message_id=order.message_id,
        cheque_number=order.end_to_end_id if order.method == "cheque" else "",
        structured_ref=order.structured_ref,
        original=(order.amount, order.currency, rate) if foreign else None,
        owed_currency=order.currency,
    )


def together(orders: Sequence[Instruction], reference: str) -> Booking:
    """The booking of a group in one sum."""
    first = booking_of(orders[0], Decimal(1), reference)
    total = -sum((order.amount for order in orders), Decimal(0))
    own = {"end_to_end_id": "", "instruction_id": "", "party": "", "text": "", "structured_ref": ""}
    return replace(first, amount=total, batch_count=len(orders), **own)  # type: ignore[arg-type]


def equal_pairs(orders: Iterable[Order]) -> list[list[Order]]:
    """Payments of one account that share amount and currency with another."""
    groups: dict[tuple[str, Decimal, str], list[Order]] = {}
    for order in orders:
        facts = order.instruction
        groups.setdefault((facts.account, facts.amount, facts.currency), []).append(order)
    return [group for group in groups.values() if len(group) > 1]


def unnamed(order: Order, rate: Decimal, reference: str) -> Booking:
    """A booking that says amount and day, and nothing that tells which payment it is."""
    own = {"end_to_end_id": "", "instruction_id": "", "group_ref": "", "message_id": "", "structured_ref": ""}
    plain = booking_of(order.instruction, rate, reference)
    return replace(plain, party="", text="Supplier payment", **own)  # type: ignore[arg-type]


# ---------------------------------------------------------------------- ways in which it goes otherwise


def _fee(order: Order, plain: Booking, request: BankRequest, today: date, reference: Reference) -> Made:
    fee = request.amount or FEE
    return Made([replace(plain, amount=plain.amount - fee, charges=fee)])


def _partial(order: Order, plain: Booking, request: BankRequest, today: date, reference: Reference) -> Made:
    """A part is booked today, the rest on a later day, or never where that is 0 days away."""
    part = -min(request.amount or _cents(-plain.amount / 2), -plain.amount)
    rest = replace(plain, amount=plain.amount - part, reference=f"{plain.reference}R")
    made = Made([replace(plain, amount=part)])
    days = 1 if request.after is None else request.after
    if days and rest.amount:
        made.later.append(Later("", today + timedelta(days=days), order.key, rest))
    return made


def _return(order: Order, plain: Booking, request: BankRequest, today: date, reference: Reference) -> Made:
    return Made([plain], [_back(order, plain, request, today, "return", request.reason or CLOSED)])


def _reversal(order: Order, plain: Booking, request: BankRequest, today: date, reference: Reference) -> Made:
    return Made([plain], [_back(order, plain, request, today, "reversal", "")])


def _back(order: Order, plain: Booking, request: BankRequest, today: date, kind: str, reason: str) -> Later:
    """Money that comes back: of an ACH entry with the reason that NACHA has for it."""
    code = RETURN_CODES.get(reason, reason) if order.instruction.method == "ach" else reason
    back = replace(
        plain, kind=kind, amount=-plain.amount, reference=f"{plain.reference}B", return_reason=code, charges=None
    )
    return Later("", today + timedelta(days=request.after or 1), order.key, back, code)


def _twice(order: Order, plain: Booking, request: BankRequest, today: date, reference: Reference) -> Made:
    return Made([plain, replace(plain, reference=reference())])


def _correction(order: Order, plain: Booking, request: BankRequest, today: date, reference: Reference) -> Made:
    return Made([plain], [Later("", today, order.key, None, request.reason or "C01")])


def _exchange(order: Order, plain: Booking, request: BankRequest, today: date, reference: Reference) -> Made:
    """The creditor's account is kept in another currency, so the bank says what arrived there."""
    rate, currency = request.rate or Decimal("1.1000"), request.currency or "EUR"
    return Made([replace(plain, original=(_cents(-plain.amount / rate), currency, rate))])


_WAYS = {
    "fee": _fee,
    "partial": _partial,
    "return": _return,
    "reversal": _reversal,
    "twice": _twice,
    "correction": _correction,
    "exchange": _exchange,
}
# Requests that strike a payment when it is made; the others strike it as it comes, or strike statements.
ON_EXECUTION = tuple(_WAYS)


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)
