"""What the ERPs book of a bank's day: cash is theirs as the bank has it, and paid invoices are no longer owed. Pure."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from sandbox.bank.execution import HOME
from sandbox.scenario.domain import ACCOUNTS, ENTITIES, Entity, Journal
from sandbox.scenario.model import Booking

SOURCE = "Payments"


def journals(bookings: Iterable[Booking]) -> Iterator[tuple[Entity, Journal]]:
    """Yield the journal entries of bookings of payments; each entry balances in its currency.

    What is paid in another currency goes by the account for money on its way: owed in that currency, paid in ours.
    """
    entities = {entity.entity_id: entity for entity in ENTITIES}
    for booking in bookings:
        entity = entities[booking.entity_id]
        for suffix, currency, lines in _entries(booking, ACCOUNTS[entity.erp]):
            ref = f"JT{booking.reference}{suffix}"
            yield entity, Journal(ref, entity.company, SOURCE, document_of(booking), tuple(lines), currency)


def discount(entity: Entity, payment: str, amount: Decimal, currency: str) -> Journal:
    """The journal entry of a discount that was taken with a payment, in the payment's currency."""
    accounts = ACCOUNTS[entity.erp]
    lines = ((accounts["payables"], "", amount), (accounts["discounts"], "", -amount))
    return Journal(f"JD{payment}", entity.company, SOURCE, payment, lines, currency)


def document_of(booking: Booking) -> str:
    """What the journal entry names: the payment, the cheque, or the group that was booked in one sum."""
    return booking.end_to_end_id or booking.cheque_number or booking.group_ref or booking.reference


Line = tuple[str, str, Decimal]


def _entries(booking: Booking, accounts: dict[str, str]) -> Iterator[tuple[str, str, list[Line]]]:
    fee = booking.charges or Decimal(0)
    owed = -booking.amount - fee
    cash = [(accounts["cash"], "", booking.amount), *([(accounts["fees"], "", fee)] if fee else [])]
    if booking.original is None or not booking.is_owed_abroad:
        yield "", HOME, [(accounts["payables"], "", owed), *cash]
        return
    amount, currency, _ = booking.original
    sign = 1 if booking.amount < 0 else -1
    yield "", currency, [(accounts["payables"], "", sign * amount), (accounts["clearing"], "", -sign * amount)]
    yield "X", HOME, [(accounts["clearing"], "", owed), *cash]
