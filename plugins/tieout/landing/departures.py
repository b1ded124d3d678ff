"""Entities that are gone from ``config/entities`` although the warehouse has documents of theirs.

Without its file an entity has no codes and no systems of record: what is open would never be matched or paid, and what
is done would leave the marts. A facility that closes keeps its file and gets a `valid_to`.
"""

from collections.abc import Collection, Iterator
from pathlib import Path

import psycopg

from tieout.landing.problems import Problem

NAMED = 10
LANDED = """
select distinct on (_record_key) _record_key, _deleted from raw.entity
order by _record_key, _source_updated_at desc nulls last, _ingested_at desc, _row_number desc
"""
# Documents in canonical form where there are any; before the first transformation, as they landed.
CONCLUDED = {
    "invoices": (
        "canonical.int_invoices",
        "select invoice_number, not is_cancelled and not is_paid from canonical.int_invoices where entity_id = %s"
        " order by invoice_date desc nulls last, invoice_id",
    ),
    "purchase orders": (
        "canonical.int_purchase_orders",
        "select po_number, status in ('approved', 'sent') from canonical.int_purchase_orders where entity_id = %s"
        " order by ordered_at desc nulls last, purchase_order_id",
    ),
}
LANDED_DOCUMENTS = {
    "invoices": "select distinct invoice_number, true from raw.invoice where entity_id = %s order by 1",
    "purchase orders": "select distinct po_number, true from raw.purchase_order where entity_id = %s order by 1",
}


def departures(connection: psycopg.Connection, directory: Path, entities: Collection[str]) -> Iterator[Problem]:
    """Yield a problem for each entity that went and has documents; its open ones are named, the latest ten of a kind.

    Args:
        connection: to the warehouse.
        directory: the configuration's folder.
        entities: ids of the entities that the configuration has.
    """
    for entity_id, deleted in connection.execute(LANDED).fetchall():
        if deleted or entity_id in entities:
            continue
        said = [text for kind in CONCLUDED if (text := _said(connection, kind, entity_id))]
        if said:
            yield Problem(
                str(directory / "entities" / f"{entity_id}.yml"), 1, "entity_id",
                f"entity {entity_id!r} is gone, but the warehouse has {', '.join(said)} of it. Put the file back; a"
                " facility that closes gets a valid_to, and its documents are carried to their end",
            )  # fmt: skip


def _said(connection: psycopg.Connection, kind: str, entity_id: str) -> str:
    documents = _documents(connection, kind, entity_id)
    numbers = [number or "without a number" for number, is_open in documents if is_open]
    if not numbers:
        return f"{len(documents)} closed {kind}" if documents else ""
    more = f" and {len(numbers) - NAMED} more" if len(numbers) > NAMED else ""
    return f"{len(numbers)} open {kind} ({', '.join(numbers[:NAMED])}{more})"


def _documents(connection: psycopg.Connection, kind: str, entity_id: str) -> list[tuple[str, bool]]:
    table, query = CONCLUDED[kind]
    (exists,) = connection.execute("select to_regclass(%s) is not null", (table,)).fetchone() or (False,)
    found = connection.execute(query.encode(), (entity_id,)).fetchall() if exists else []
    return found or connection.execute(LANDED_DOCUMENTS[kind].encode(), (entity_id,)).fetchall()
