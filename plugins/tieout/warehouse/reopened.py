"""Shows a closed period again: the warehouse as of the close, with the balances that were closed."""

from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg import sql

from tieout.errors import TieoutError
from tieout.warehouse.close import Closed, closed
from tieout.warehouse.connection import connect
from tieout.warehouse.rebuild import rebuild

_DIFFERENCE = """
with frozen as (
    select entity_id, kind, currency, subledger_amount, gl_amount, differing_documents
    from ops.period_close_balance
    where close_id = %(close_id)s
),

shown as (
    select entity_id, kind, currency, subledger_amount, gl_amount, differing_documents
    from {balance}
    where period = %(period)s and entity_id = any(%(entities)s)
)

(table frozen except all table shown) union all (table shown except all table frozen)
"""


@dataclass(frozen=True)
class Shown:
    """A close that was built again, and the prefix of its schemas."""

    close: Closed
    schema_prefix: str


def latest_close(connection: psycopg.Connection, period: str, entity_id: str) -> int:
    """Return the number of the last close of a period, of an entity or, where it is blank, of any.

    Raises:
        TieoutError: it was not closed.
    """
    row = connection.execute(
        "select max(c.close_id) from ops.period_close as c inner join ops.period_close_entity as e using (close_id)"
        " where c.period = %(period)s and %(entity)s in ('', e.entity_id)",
        {"period": period, "entity": entity_id},
    ).fetchone()
    if row is None or row[0] is None:
        raise TieoutError(f"{period} was not closed.", "select * from ops.period_close lists what was.")
    return int(row[0])


def show(dsn: str, *, period: str, entity_id: str, keep: int, now: datetime, dag_run_id: str | None = None) -> Shown:
    """Build the warehouse as it was known at the last close of a period, as the rebuild ``close_<number>``.

    Args:
        dsn: of the warehouse.
        period, entity_id: whose close; the last of any entity where it is blank.
        keep: how many rebuilds stay.
        now: the business clock.
        dag_run_id: of the run that asks for it.

    Raises:
        TieoutError: it was not closed, or the balances that come out are not those that were closed.
    """
    with connect(dsn) as connection:
        close = closed(connection, latest_close(connection, period, entity_id.strip()))
    built = rebuild(dsn, name=f"close_{close.close_id}", as_of=close.as_of, keep=keep, now=now, dag_run_id=dag_run_id)
    with connect(dsn) as connection:
        differing = differences(connection, close, f"{built.schema_prefix}mart")
    if differing:
        raise TieoutError(
            f"Close {close.close_id} of {close.period} does not come out as it was closed: {'; '.join(differing)}.",
            "A model was changed since: build with the release of that day (docs/runbooks/close_period.md).",
        )
    return Shown(close, built.schema_prefix)


def differences(connection: psycopg.Connection, close: Closed, schema: str) -> list[str]:
    """Return the balances that are in the close or in a schema's ``balance`` and not in both, in words."""
    query = sql.SQL(_DIFFERENCE).format(balance=sql.Identifier(schema, "balance"))
    parameters = {"close_id": close.close_id, "period": close.period, "entities": list(close.entities)}
    rows = connection.execute(query, parameters).fetchall()
    return sorted(" ".join(map(str, row)) for row in rows)
