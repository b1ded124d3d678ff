"""Where the estate's systems keep their records: the PostgreSQL database ``estate``.

Schema ``erp_main`` holds the tables of the ERP that is read as a database. Schema ``estate`` holds the documents of
the systems with an API, and the estate's own books: day, idempotency keys, counters, labels.
"""

import json
import queue
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from functools import partial

import psycopg
from psycopg import sql
from psycopg.types.json import set_json_loads

from sandbox.records.session import Session
from sandbox.records.values import Document, as_json
from sandbox.servers.schema import BOOKS, READER, create_table, make_roles
from sandbox.settings import EstateError
from sandbox.wire.erp_main import Table

CONNECTIONS = 12


class Store:
    """The estate's database, with a few connections that are opened on use.

    Args:
        dsn: an existing database.
        tables: of schema erp_main.
    """

    def __init__(self, dsn: str, tables: Sequence[Table]) -> None:
        self.dsn = dsn
        self.tables = {table.name: table for table in tables}
        self._free: queue.LifoQueue[psycopg.Connection | None] = queue.LifoQueue()
        for _ in range(CONNECTIONS):
            self._free.put(None)
        self._claim: psycopg.Connection | None = None

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Run one transaction; it is rolled back when the block raises."""
        connection = self._free.get()
        try:
            if connection is None or connection.closed:
                connection = self._connect()
            with connection.transaction():
                yield Session(connection, self.tables)
        finally:
            self._free.put(connection)

    def occupy(self) -> None:
        """Claim the database for this process until it is closed.

        Raises:
            EstateError: another process serves it.
        """
        self._claim = self._connect()
        row = self._claim.execute("select pg_try_advisory_lock(hashtext('sandbox estate'))").fetchone()
        if row is None or not row[0]:
            raise EstateError("Another process serves the estate of this database: end it first.")

    def close(self) -> None:
        """Close all connections and give the claim up."""
        if self._claim is not None:
            self._claim.close()
        for _ in range(CONNECTIONS):
            connection = self._free.get()
            if connection is not None:
                connection.close()
            self._free.put(None)

    def prepare(self, *, scenario: Document, owner_password: str, reader_password: str) -> None:
        """Make schemas, tables and roles where they are not there yet.

        Args:
            scenario: what decides the days, say the seed.
            owner_password: of the role that owns the ERP's schema.
            reader_password: of the role that may read it.

        Raises:
            EstateError: the database holds an estate of another scenario.
        """
        with self.session() as session:
            connection = session.connection
            connection.execute(BOOKS)
            make_roles(connection, owner_password, reader_password)
            for table in self.tables.values():
                connection.execute(create_table(table))
            connection.execute(
                "insert into estate.world (day, scenario) values (0, %s) on conflict do nothing", [as_json(scenario)]
            )
            row = connection.execute("select scenario, scenario = %s from estate.world", [as_json(scenario)]).fetchone()
            if row is None or not row[1]:
                raise EstateError(
                    f"The estate was begun with {row and row[0]} and cannot go on with {scenario}: "
                    "give the old values, or start over with an empty database."
                )

    def set_erp_down(self, down: bool) -> None:
        """Refuse new sessions of the ERP's reader and end those under way; or let them in again."""
        with self.session() as session:
            limit = sql.SQL("alter role {} connection limit {}").format(
                sql.Identifier(READER), sql.Literal(0 if down else -1)
            )
            session.connection.execute(limit)
        if down:
            with self.session() as session:
                session.connection.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity where usename = %s", [READER]
                )

    def _connect(self) -> psycopg.Connection:
        connection = psycopg.connect(self.dsn, autocommit=True, options="-c timezone=UTC -c synchronous_commit=off")
        set_json_loads(partial(json.loads, parse_float=Decimal), connection)
        return connection
