"""Rows of the ERP that is read as a database."""

from collections.abc import Iterable

import psycopg
from psycopg import sql

from sandbox.records.transaction import Transaction
from sandbox.records.values import Document
from sandbox.settings import DATABASE_SYSTEM, EstateError
from sandbox.wire.erp_main import Table


class Tables(Transaction):
    """Rows of the tables of schema erp_main."""

    def put_rows(self, table_name: str, rows: Iterable[Document]) -> None:
        """Write rows of an ERP table; a row with the same key is replaced.

        Raises:
            EstateError: a row has a column that the table lacks.
        """
        table = self.tables[table_name]
        columns = list(table.columns)
        values = []
        for row in rows:
            if not row.keys() <= table.columns.keys():
                raise EstateError(f"Table {table_name} has no columns {sorted(row.keys() - table.columns.keys())}.")
            values.append([row.get(column) for column in columns])
        self.run_for_each(_upsert(table), values)

    def rows(self, table_name: str, where: Document) -> list[Document]:
        """Return rows of an ERP table whose columns have the given values, by key."""
        table = self.tables[table_name]
        conditions = [sql.SQL("{} = %s").format(sql.Identifier(column)) for column in where]
        statement = sql.SQL("select * from {} where {} order by {}").format(
            sql.Identifier(DATABASE_SYSTEM, table_name),
            sql.SQL(" and ").join([sql.SQL("true"), *conditions]),
            sql.SQL(", ").join(map(sql.Identifier, table.key)),
        )
        with self.connection.cursor(row_factory=psycopg.rows.dict_row) as cursor:
            return cursor.execute(statement, list(where.values())).fetchall()


def _upsert(table: Table) -> sql.Composed:
    columns = list(map(sql.Identifier, table.columns))
    others = [sql.Identifier(column) for column in table.columns if column not in table.key]
    changes = [sql.SQL("{0} = excluded.{0}").format(column) for column in others]
    return sql.SQL("insert into {} ({}) values ({}) on conflict ({}) do {}").format(
        sql.Identifier(DATABASE_SYSTEM, table.name),
        sql.SQL(", ").join(columns),
        sql.SQL(", ").join([sql.Placeholder()] * len(columns)),
        sql.SQL(", ").join(map(sql.Identifier, table.key)),
        sql.SQL("update set {}").format(sql.SQL(", ").join(changes)) if changes else sql.SQL("nothing"),
    )
