"""What every table of a warehouse holds, as one hash per table."""

from collections.abc import Collection, Mapping

import psycopg
from psycopg import sql

SCHEMAS = ("raw", "quality", "feedback", "staging", "canonical", "match", "mart", "fb")
TABLES = """
select table_schema, table_name
from information_schema.tables
where table_schema = any(%s)
order by table_schema, table_name
"""

COLUMNS = """
select table_name, array_agg(column_name::text order by ordinal_position)
from information_schema.columns
where table_schema = 'mart'
group by table_name
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


def mart_hashes(
    connection: psycopg.Connection, differing: Mapping[str, Mapping[str, str]], differing_kpis: Collection[str] = ()
) -> dict[str, str]:
    """Return ``table`` → a hash of its rows, ``table.column`` → one of its values, of the marts.

    Args:
        connection: to the warehouse.
        differing: columns that are left out, by table (``*``: of every table), with the reason; a column ``*`` leaves
            the table out.
        differing_kpis: whose values are left out.
    """
    found = {}
    for table, columns in connection.execute(COLUMNS).fetchall():
        excepted = {*differing["*"], *differing.get(table, {})}
        if "*" in excepted:
            continue
        kept = [column for column in columns if column not in excepted]
        rows = sql.SQL("kpi <> all({})").format(list(differing_kpis)) if "kpi" in columns else sql.SQL("true")
        found[table] = _hash_of(connection, table, kept, rows)
        found |= {f"{table}.{column}": _hash_of(connection, table, [column], rows) for column in kept}
    return found


def _hash_of(connection: psycopg.Connection, table: str, columns: list[str], rows: sql.Composable) -> str:
    """Return the number of rows and a hash of these columns, whatever the order of the rows."""
    statement = sql.SQL(
        "select count(*) || ' ' || coalesce(md5(string_agg(line, '' order by line)), '')"
        " from (select md5(row({})::text) as line from mart.{} where {}) as lines"
    ).format(sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier(table), rows)
    row = connection.execute(statement).fetchone()
    return row[0] if row else ""
