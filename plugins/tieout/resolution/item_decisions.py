"""A steward's decisions on items and units: these two are one item, or are not; what a pack holds; what a code means.

Each is landed as a record in one transaction with its audit event, and counts from the next transformation on: before
whatever sources say (docs/reference/items.md, section 8).
"""

from contextlib import closing
from datetime import datetime
from decimal import Decimal as Number
from decimal import InvalidOperation
from typing import Literal

import psycopg

from tieout.errors import TieoutError
from tieout.quality import knowledge
from tieout.quality.decisions import Decision, need_person_and_reason, new_id
from tieout.quality.master_decisions import Made, make
from tieout.resolution.packs import Said, comes_to_base
from tieout.warehouse.connection import connect

ItemKind = Literal["item_link", "item_apart"]
MOST = 1_000_000
"""No pack holds more of what it is counted in (expectations/item_unit.py)."""

_ITEM = "select item_key, method, state, is_record from canonical.int_item_crosswalk where item_id = %s"
_UNIT = """
select x.item_key, units.numerator, units.denominator, item.base_unit, item.item_number, item.source_system
from canonical.int_item_crosswalk as x
inner join canonical.int_items as item on x.item_key = item.item_key
left join canonical.int_item_units as units on x.item_key = units.item_key and units.unit = %(unit)s
where x.item_id = %(item_id)s
"""
_SAID = """
select unit, coalesce(of_unit, %(base_unit)s)
from staging.stg_item_units
where _source_system = %(source_system)s and item_number = %(item_number)s
    and entity_id is null and vendor_number is null and factor > 0
"""


def decide_item(
    dsn: str,
    *,
    kind: ItemKind,
    item_id: str,
    record_item_id: str,
    by: str,
    reason: str,
    now: datetime,
    seen_at: datetime | None = None,
) -> Made:
    """Say whether a source's item number is an item of the system of record (``erp_main:E-1``, ``supply:100``).

    Of two items of the master, ``item_link`` changes nothing here: it is proposed to the master's owner.

    Args:
        dsn: of the warehouse.
        kind: ``item_link`` or ``item_apart``.
        item_id: the number in its source.
        record_item_id: the item in the system of record.
        by: who decides.
        reason: why; kept with the decision.
        now: the business clock.
        seen_at: knowledge time of what the person looked at; by default that of the last transformation.

    Raises:
        TieoutError: an item is unknown, or somebody else decided meanwhile.
    """
    if kind not in ("item_link", "item_apart"):
        raise TieoutError(f"There is no decision {kind!r} on items.", "Choose item_link or item_apart.")
    need_person_and_reason(by, reason)
    if item_id == record_item_id:
        raise TieoutError(f"{item_id} is itself.", "Name two different items.")
    with closing(connect(dsn)) as connection, connection:
        known_at = knowledge.next_known_at(connection, now)
        own, record = _item(connection, item_id), _item(connection, record_item_id)
        if not record[3]:
            raise TieoutError(f"{record_item_id} is no item of a system of record.", "Name the record second.")
        if own[3] and item_id > record_item_id:  # of two items of the master the lower comes first
            item_id, record_item_id = record_item_id, item_id
        detail = {"item_id": item_id, "record_item_id": record_item_id}
        decision = Decision(new_id(), kind, "item", f"{item_id} {record_item_id}", by.strip(), reason, detail)
        before = {"item_key": own[0], "method": own[1], "state": own[2]}
        return make(connection, decision, before=before, known_at=known_at, now=now, seen_at=seen_at)


def decide_unit(
    dsn: str,
    *,
    item_id: str,
    unit: str,
    factor: str,
    factor_denominator: str = "",
    of_unit: str = "",
    entity_id: str = "",
    vendor_id: str = "",
    by: str,
    reason: str,
    now: datetime,
    seen_at: datetime | None = None,
) -> Made:
    """Say how many of another unit a pack of an item holds; it comes before what sources say of the same pack.

    Args:
        dsn: of the warehouse.
        item_id: any number of the item (``supply:100``).
        unit: the pack.
        factor: how many of ``of_unit`` it holds, a decimal.
        factor_denominator: what the factor is divided by; empty for 1.
        of_unit: what it is counted in; empty for the item's base unit.
        entity_id: for whom alone it is said; empty for everybody.
        vendor_id: for whose packs alone it is said; empty for all.
        by: who decides.
        reason: why; kept with the decision.
        now: the business clock.
        seen_at: knowledge time of what the person looked at; by default that of the last transformation.

    Raises:
        TieoutError: item, entity or vendor is unknown; no pack can hold this; the pack would be counted in itself; or
            somebody else decided meanwhile.
    """
    need_person_and_reason(by, reason)
    _believable(factor, factor_denominator)
    with closing(connect(dsn)) as connection, connection:
        known_at = knowledge.next_known_at(connection, now)
        row = connection.execute(_UNIT, {"item_id": item_id, "unit": unit}).fetchone()
        if row is None:
            raise TieoutError(f"No source has the item {item_id!r}.", "Take item ids from mart.xref_item.")
        item_key, numerator, denominator, base_unit, item_number, source_system = row
        _refuse_circle(connection, unit, of_unit or base_unit, base_unit, item_number, source_system)
        _refuse_strangers(connection, entity_id, vendor_id)
        detail = {
            "item_id": item_key,
            "unit": unit,
            "of_unit": of_unit or None,
            "factor": factor,
            "factor_denominator": factor_denominator or None,
            "entity_id": entity_id or None,
            "vendor_id": vendor_id or None,
        }
        subject = " ".join(part for part in (item_key, unit, entity_id, vendor_id) if part)
        decision = Decision(new_id(), "unit_factor", "unit", subject, by.strip(), reason, detail)
        before = {"numerator": _text(numerator), "denominator": _text(denominator), "base_unit": base_unit}
        return make(connection, decision, before=before, known_at=known_at, now=now, seen_at=seen_at)


def decide_unit_code(
    dsn: str, *, code: str, unit: str, by: str, reason: str, now: datetime, seen_at: datetime | None = None
) -> Made:
    """Say which unit a code means that no list of codes knows. It means the same whoever writes it.

    Raises:
        TieoutError: the unit is unknown or the code is a unit itself, or somebody else decided meanwhile.
    """
    need_person_and_reason(by, reason)
    with closing(connect(dsn)) as connection, connection:
        known_at = knowledge.next_known_at(connection, now)
        units = {row[0] for row in connection.execute("select unit from canonical.units").fetchall()}
        if unit not in units:
            raise TieoutError(f"There is no unit {unit!r}.", "Choose one of dbt_project/seeds/units.csv.")
        if code in units or not code.strip():
            raise TieoutError(f"{code!r} is no unknown code.", "Take the code from steward.queue.")
        decision = Decision(new_id(), "unit_code", "unit_code", code, by.strip(), reason, {"code": code, "unit": unit})
        return make(connection, decision, before={"unit": None}, known_at=known_at, now=now, seen_at=seen_at)


def _item(connection: psycopg.Connection, item_id: str) -> tuple[str, str, str, bool]:
    row = connection.execute(_ITEM, (item_id,)).fetchone()
    if row is None:
        raise TieoutError(f"No source has the item {item_id!r}.", "Take item ids from mart.xref_item.")
    return row


def _believable(factor: str, denominator: str) -> None:
    try:
        over, under = Number(factor), Number(denominator or "1")
    except InvalidOperation:
        raise TieoutError(f"{factor}/{denominator or 1} is no factor.", "Write numbers, as 12 or 0.25.") from None
    if not (over.is_finite() and under.is_finite() and over > 0 and under > 0):
        raise TieoutError("A unit holds more than zero of what it is counted in.", "Give a factor above zero.")
    if over > MOST * under or under > MOST * over:
        raise TieoutError(
            f"No pack holds {factor}/{denominator or 1} of another unit.", f"At most {MOST}, at least a part in {MOST}."
        )


def _refuse_circle(
    connection: psycopg.Connection, unit: str, of_unit: str, base_unit: str, item_number: str, source_system: str
) -> None:
    """Refuse a pack that would be counted, over others, in itself or in something of which nothing is said."""
    if unit == base_unit:
        raise TieoutError(f"{unit} is what the item is counted in.", "Decide on one of its packs.")
    parameters = {"base_unit": base_unit, "source_system": source_system, "item_number": item_number}
    said = [Said(*row) for row in connection.execute(_SAID, parameters).fetchall()]
    if not comes_to_base(Said(unit, of_unit), said, base_unit):
        raise TieoutError(
            f"1 {unit} in {of_unit} never comes to {base_unit}, but goes in a circle or ends before it.",
            f"Count it in {base_unit}, or in a unit whose factor is known without {unit}.",
        )


def _refuse_strangers(connection: psycopg.Connection, entity_id: str, vendor_id: str) -> None:
    for value, query, what in (
        (entity_id, "select 1 from canonical.int_entities where entity_id = %s", "entity"),
        (vendor_id, "select 1 from canonical.int_vendor_crosswalk where vendor_id = %s", "vendor number"),
    ):
        if value and connection.execute(query.encode(), (value,)).fetchone() is None:
            raise TieoutError(f"There is no {what} {value!r}.", "Leave it empty where the pack is everybody's.")


def _text(value: Number | None) -> str | None:
    return None if value is None else str(value)
