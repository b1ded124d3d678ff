"""PostgreSQL databases: one query, its rows as the CSV text that COPY writes."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import psycopg
from psycopg import sql

from tieout.errors import ConfigurationError, Refused, TieoutError, Transient
from tieout.sources.endpoint import Endpoint, Payload, Window

# The server sends a message per row.
GATHERED = 2000
CONNECT_SECONDS = 15


@dataclass(frozen=True)
class DatabaseRead:
    """What is read: a table and its columns (all where none are named), or a query."""

    table: str | None = None
    columns: tuple[str, ...] = ()
    query: str | None = None


def read(endpoint: Endpoint, what: DatabaseRead, name: str, cursor: str | None, window: Window) -> Iterator[Payload]:
    """Yield the rows as one payload of CSV with a header, in the window of the cursor column where there is one.

    Raises:
        Transient: the server cannot be reached or the connection was lost.
        Refused: the login or the right to read was refused.
        ConfigurationError: the query does not run.
    """
    yield Payload(name=f"{name}.csv", chunks=_copy(endpoint, _statement(what, cursor, window)))


def _statement(what: DatabaseRead, cursor: str | None, window: Window) -> sql.Composed:
    source: sql.Composable
    columns: sql.Composable = sql.SQL("*")
    if what.query is not None:
        source = sql.SQL("({}) as q").format(sql.SQL(what.query.strip().rstrip(";")))  # type: ignore[arg-type]
    else:
        source = sql.Identifier(*(what.table or "").split("."))
        columns = sql.SQL(", ").join(map(sql.Identifier, what.columns)) if what.columns else columns
    where: sql.Composable = sql.SQL("")
    if cursor:
        where = sql.SQL(" where {field} >= {start} and {field} < {end}").format(
            field=sql.Identifier(cursor), start=sql.Literal(window.start), end=sql.Literal(window.end)
        )
    return sql.SQL("copy (select {} from {}{}) to stdout (format csv, header)").format(columns, source, where)


def _copy(endpoint: Endpoint, statement: sql.Composed) -> Iterator[bytes]:
    """Yield the text in pieces of many rows."""
    try:
        with psycopg.connect(_conninfo(endpoint), options="-c timezone=UTC -c datestyle=ISO") as connection:
            connection.read_only = True
            with connection.cursor() as cursor, cursor.copy(statement) as copy:
                while rows := list(islice(copy, GATHERED)):
                    yield b"".join(rows)
    except psycopg.Error as error:
        raise _told(error, endpoint) from error


def _conninfo(endpoint: Endpoint) -> str:
    if endpoint.uri.startswith(("postgresql://", "postgres://")):
        return endpoint.uri
    return psycopg.conninfo.make_conninfo(
        host=endpoint.host,
        port=endpoint.port or 5432,
        user=endpoint.login,
        password=endpoint.password,
        dbname=endpoint.schema,
        connect_timeout=CONNECT_SECONDS,
    )


def _told(error: psycopg.Error, endpoint: Endpoint) -> TieoutError:
    """Return the error as one that says whether waiting helps.

    Before a login there is no SQLSTATE but in the text. Other texts may quote data, so they are left out.
    """
    state = error.sqlstate or ""
    text = error.diag.message_primary or ""
    if state.startswith("28") or state == "42501" or "authentication failed" in str(error):
        return Refused(f"The database at {endpoint.host} refused us. {text}".strip(), "Check login and grants.")
    if isinstance(error, psycopg.OperationalError) or state.startswith(("08", "53", "57")):
        return Transient(
            f"The database at {endpoint.host} cannot be read ({state or 'no connection'}).", "It is tried again."
        )
    shown = text if state.startswith("42") else f"SQLSTATE {state}"
    return ConfigurationError(f"The query does not run: {shown}.", "Compare the feed's `read` with the database.")
