"""What the bank tells of a day: notifications and statements, each account in the format of its customer."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import PurePosixPath

from sandbox.bank.accounts import US_CUSTOMERS
from sandbox.bank.ledger import Ledger
from sandbox.scenario.domain import ENTITIES, Entity
from sandbox.scenario.model import Booking, FileDrop
from sandbox.wire import bai2, bank


@dataclass(frozen=True, slots=True)
class Delivery:
    """A day's bookings; `notices` are those of payments."""

    day: date
    at: datetime
    bookings: tuple[Booking, ...]
    notices: tuple[Booking, ...]


def deliver(ledger: Ledger, delivery: Delivery) -> Iterator[FileDrop]:
    """Yield the day's files: what was kept back for today, notifications, and a statement per account that moved."""
    yield from ledger.files_due(delivery.day)
    for entity in ENTITIES:
        own = tuple(booking for booking in delivery.bookings if booking.entity_id == entity.entity_id)
        told = tuple(booking for booking in delivery.notices if booking.entity_id == entity.entity_id)
        if told and entity.entity_id not in US_CUSTOMERS:
            path = f"outgoing/notifications/camt054_{entity.entity_id}_{delivery.day:%Y%m%d}.xml"
            yield FileDrop("bank", path, bank.camt054(entity, told, delivery.day, delivery.at), delivery.at)
        if own:
            yield from _statements(ledger, entity, own, delivery)


def _statements(ledger: Ledger, entity: Entity, own: tuple[Booking, ...], delivery: Delivery) -> Iterator[FileDrop]:
    """Yield an account's statement: once, again under another name, or not at all."""
    number, opening = ledger.last_statement(entity.entity_id)
    statement = bank.Statement(entity, delivery.day, number + 1, opening, own)
    ledger.close_day(entity.entity_id, statement.number, statement.closing)
    file = statement_file(statement, delivery.at)
    missing = ledger.strike(("missing_statement",), None, entity.entity_id)
    if missing is not None:
        if missing.after:
            ledger.keep_back(file, delivery.day + timedelta(days=missing.after))
        return
    yield file
    if ledger.strike(("duplicate_statement",), None, entity.entity_id):
        path = PurePosixPath(file.path)
        yield replace(file, path=str(path.with_stem(f"{path.stem}_again")))
    if ledger.strike(("repeated_statement",), None, entity.entity_id):
        yield statement_file(replace(statement, again=1), delivery.at + timedelta(hours=1))


def statement_file(statement: bank.Statement, at: datetime) -> FileDrop:
    """A statement in the format of its customer."""
    if statement.entity.entity_id in US_CUSTOMERS:
        return FileDrop("bank", bai2.path(statement), bai2.write(statement, at), at)
    return FileDrop("bank", statement.path, bank.camt053(statement, at), at)
