"""What every table of a warehouse holds, as one hash per table."""

from collections.abc import Collection

import psycopg
from psycopg import sql

SCHEMAS = ("raw", "quality", "feedback", "staging", "canonical", "match", "mart", "fb")
TABLES = """
select table_schema, table_name
from information_schema.tables
where table_schema = any(%s)
order by table_schema, table_name
"""


def snapshot(dsn: str, without: Collection[str] = ()) -> dict[str, str]:
    """Return ``schema.table`` → rows and their hash, whatever their order.

    Args:
        dsn: of the warehouse.
        without: tables that are left out.
    """
    with psycopg.connect(dsn) as connection:
        names = [row for row in connection.execute(TABLES, [list(SCHEMAS)]) if ".".join(row) not in without]
        return {".".join(name): _hash(connection, *name) for name in names}


def _hash(connection: psycopg.Connection, schema: str, table: str) -> str:
    statement = sql.SQL(
        "select count(*) || ' ' || coalesce(md5(string_agg(line, '' order by line)), '')"
        " from (select md5(t::text) as line from {} as t) as lines"
    ).format(sql.Identifier(schema, table))
    row = connection.execute(statement).fetchone()
    assert row is not None
    return row[0]
