"""One transaction on the estate's database."""

from collections.abc import Mapping, Sequence
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from sandbox.wire.erp_main import Table


class Transaction:
    """A connection on which a transaction runs, and the tables of schema erp_main."""

    def __init__(self, connection: psycopg.Connection, tables: Mapping[str, Table]) -> None:
        self.connection = connection
        self.tables = tables

    def run_for_each(self, statement: LiteralString | sql.Composed, rows: Sequence[Sequence[Any]]) -> None:
        """Run a statement once per row; several rows go in a pipeline, which one would only slow down."""
        if len(rows) == 1:
            self.connection.execute(statement, rows[0])
        elif rows:
            with self.connection.cursor() as cursor:
                cursor.executemany(statement, rows)
