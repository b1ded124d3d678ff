"""Where the estate's systems keep their records: the PostgreSQL database ``estate``.

Schema ``erp_main`` holds the tables of the ERP that is read as a database. Schema ``estate`` holds the documents of
the systems with an API, and the estate's own books: day, idempotency keys, counters, labels.
"""

import json
import queue
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from itertools import groupby
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb, set_json_loads

from sandbox.clock import end_of_day
from sandbox.scenario.model import Write
from sandbox.servers.schema import BOOKS, READER, create_table, make_roles
from sandbox.settings import DATABASE_SYSTEM, EstateError
from sandbox.wire.erp_main import Table

CONNECTIONS = 12
KEY_SEPARATOR = "|"
Document = dict[str, Any]


@dataclass(frozen=True)
class Stored:
    """A document as its system shows it."""

    key: str
    text: str
    updated_at: datetime

    @property
    def doc(self) -> Document:
        """The document, numbers exact."""
        return json.loads(self.text, parse_float=Decimal)


@dataclass(frozen=True)
class Answered:
    """What a request with an idempotency key was, and got as answer."""

    request_sha256: str
    status: int
    answer: str


@dataclass(frozen=True)
class Window:
    """Half-open interval of change times; an end that is None is open."""

    start: datetime | None = None
    end: datetime | None = None


def joined(key: Sequence[object]) -> str:
    """Spell a record's key as one text."""
    return KEY_SEPARATOR.join(str(part) for part in key)


def as_json(doc: Any) -> Jsonb:
    """Wrap a document for PostgreSQL; what JSON cannot hold (decimals, dates) is spelled as text."""
    return Jsonb(doc, dumps=partial(json.dumps, default=str))


class Session:
    """One transaction on the estate's database."""

    def __init__(self, connection: psycopg.Connection, tables: Mapping[str, Table]) -> None:
        self.connection = connection
        self.tables = tables
        self._day: int | None = None

    def now(self, for_update: bool = False) -> datetime:
        """The estate's time: the end of the last day played, or a moment of the next one. It stands still until this
        transaction ends.
        """
        played = end_of_day(self.day(for_update))
        row = self.connection.execute("select moved_to from estate.world").fetchone()
        return max(played, row[0]) if row and row[0] else played

    def move_to(self, now: datetime) -> None:
        """Say that it is later on the next day; a moment that is over already changes nothing."""
        self.connection.execute("set local synchronous_commit = on")
        self.connection.execute("update estate.world set moved_to = greatest(moved_to, %s)", [now])

    def day(self, for_update: bool = False) -> int:
        """The last day played, 0 before the first; nobody else plays one until this transaction ends."""
        if self._day is not None:
            return self._day
        lock = sql.SQL("for update" if for_update else "for share")
        row = self.connection.execute(sql.SQL("select day from estate.world {}").format(lock)).fetchone()
        self._day = row[0] if row else 0
        return self._day

    def set_day(self, day: int) -> None:
        """Say that a day was played. Clock and labels follow the commit, so this one waits for the disk."""
        self.connection.execute("set local synchronous_commit = on")
        self.connection.execute("update estate.world set day = %s", [day])
        self._day = day

    def put(self, system: str, collection: str, rows: Iterable[tuple[str, Document, datetime]]) -> None:
        """Write documents (key, document, change time); an overlay stays."""
        self._run_for_each(
            """
            insert into estate.docs (system, collection, key, doc, updated_at) values (%s, %s, %s, %s, %s)
            on conflict (system, collection, key) do update
            set doc = excluded.doc, updated_at = greatest(docs.updated_at, excluded.updated_at), seq = default
            """,
            [(system, collection, key, as_json(doc), at) for key, doc, at in rows],
        )

    def overlay(self, system: str, collection: str, key: str, changes: Document, at: datetime) -> None:
        """Change fields of a document in a way that outlives the scenario's later writes of it."""
        self.connection.execute(
            """
            update estate.docs set overlay = overlay || %s, updated_at = %s, seq = default
            where system = %s and collection = %s and key = %s
            """,
            [as_json(changes), at, system, collection, key],
        )

    def get(self, system: str, collection: str, key: str, *, lock: bool = False) -> Stored | None:
        """Return a document, None where there is none; locked, nobody else changes it until this ends."""
        statement = """
            select key, (doc || overlay)::text, updated_at from estate.docs
            where system = %s and collection = %s and key = %s
            """
        row = self.connection.execute(statement + (" for update" if lock else ""), [system, collection, key]).fetchone()
        return Stored(*row) if row else None

    def find(self, system: str, collection: str, like: Document) -> list[Stored]:
        """Return the documents that contain the given fields with these values, by key."""
        rows = self.connection.execute(
            """
            select key, (doc || overlay)::text, updated_at from estate.docs
            where system = %s and collection = %s and (doc || overlay) @> %s order by key
            """,
            [system, collection, as_json(like)],
        ).fetchall()
        return [Stored(*row) for row in rows]

    def about_invoice(self, system: str, collection: str, invoice: str) -> list[Stored]:
        """Return the documents that are about an invoice of AP's, by key."""
        rows = self.connection.execute(
            """
            select key, (doc || overlay)::text, updated_at from estate.docs
            where system = %s and collection = %s and invoice = %s order by key
            """,
            [system, collection, invoice],
        ).fetchall()
        return [Stored(*row) for row in rows]

    def page(
        self,
        system: str,
        collection: str,
        window: Window,
        *,
        limit: int,
        after: tuple[datetime, str] | None = None,
        offset: int = 0,
    ) -> list[Stored]:
        """Return documents that changed in a window, by (change time, key), after a position or from an offset."""
        at, key = after or (datetime.min.replace(tzinfo=UTC), "")
        rows = self.connection.execute(
            """
            select key, (doc || overlay)::text, updated_at from estate.docs
            where system = %s and collection = %s and (updated_at, key) > (%s, %s)
                and updated_at >= coalesce(%s::timestamptz, '-infinity')
                and updated_at < coalesce(%s::timestamptz, 'infinity')
            order by updated_at, key limit %s offset %s
            """,
            [system, collection, at, key, window.start, window.end, limit, offset],
        ).fetchall()
        return [Stored(*row) for row in rows]

    def count(self, system: str, collection: str, window: Window) -> int:
        """Return how many documents changed in a window."""
        row = self.connection.execute(
            """
            select count(*) from estate.docs where system = %s and collection = %s
                and updated_at >= coalesce(%s::timestamptz, '-infinity')
                and updated_at < coalesce(%s::timestamptz, 'infinity')
            """,
            [system, collection, window.start, window.end],
        ).fetchone()
        return row[0] if row else 0

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
        self._run_for_each(_upsert(table), values)

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

    def claim(self, system: str, key: str, request_sha256: str) -> Answered | None:
        """Take an idempotency key; return what was answered to it before, None where it is new."""
        taken = self.connection.execute(
            """
            insert into estate.idempotency (system, key, request_sha256) values (%s, %s, %s)
            on conflict do nothing returning 1
            """,
            [system, key, request_sha256],
        ).fetchone()
        if taken:
            return None
        row = self.connection.execute(
            "select request_sha256, status, answer from estate.idempotency where system = %s and key = %s",
            [system, key],
        ).fetchone()
        return Answered(*row) if row else None

    def settle(self, system: str, key: str, status: int, answer: str) -> None:
        """Keep the answer that an idempotency key got."""
        self.connection.execute(
            "update estate.idempotency set status = %s, answer = %s where system = %s and key = %s",
            [status, answer, system, key],
        )

    def took_effect(self, target: str, operation: str, subject: str, body: Document, key: str | None = None) -> None:
        """Write an effect into the books, under the idempotency key that it came with.

        It is answered as soon as this transaction ends, so that one waits for the disk.
        """
        self.connection.execute("set local synchronous_commit = on")
        self.connection.execute(
            "insert into estate.effect (target, operation, key, subject, body) values (%s, %s, %s, %s, %s)",
            [target, operation, key, subject, as_json(body)],
        )
        self.counted(target, operation, effective=True)

    def effects(self) -> list[Document]:
        """Return every effect in the order in which they happened."""
        with self.connection.cursor(row_factory=psycopg.rows.dict_row) as cursor:
            return cursor.execute(
                "select target, operation, key, subject, body from estate.effect order by position"
            ).fetchall()

    def counted(self, target: str, operation: str, effective: bool) -> None:
        """Count a message that was received, and whether it had an effect."""
        self.connection.execute(
            """
            insert into estate.counter as c (target, operation, received, effective) values (%s, %s, 1, %s)
            on conflict (target, operation) do update
            set received = c.received + 1, effective = c.effective + excluded.effective
            """,
            [target, operation, int(effective)],
        )

    def counters(self) -> dict[str, dict[str, dict[str, int]]]:
        """Return what each target received and did, by operation."""
        rows = self.connection.execute(
            "select target, operation, received, effective from estate.counter order by 1, 2"
        )
        result: dict[str, dict[str, dict[str, int]]] = {}
        for target, operation, received, effective in rows:
            result.setdefault(target, {})[operation] = {"received": received, "effective": effective}
        return result

    def add_labels(self, labels: Iterable[Document]) -> None:
        """Keep labels."""
        self._run_for_each("insert into estate.label (label) values (%s)", [[as_json(label)] for label in labels])

    def labels(self) -> list[Document]:
        """Return all labels in the order in which they were injected."""
        return [row[0] for row in self.connection.execute("select label from estate.label order by position")]

    def _run_for_each(self, statement: LiteralString | sql.Composed, rows: Sequence[Sequence[Any]]) -> None:
        """Run a statement once per row; several rows go in a pipeline, which one would only slow down."""
        if len(rows) == 1:
            self.connection.execute(statement, rows[0])
        elif rows:
            with self.connection.cursor() as cursor:
                cursor.executemany(statement, rows)


def put_writes(session: Session, writes: Iterable[Write]) -> None:
    """Write records of the scenario's systems; of each record the last version stays."""
    ordered = sorted(writes, key=lambda write: (write.system, write.table, write.at))
    for (system, table), group in groupby(ordered, key=lambda write: (write.system, write.table)):
        if system == DATABASE_SYSTEM:
            updated = session.tables[table].updated
            session.put_rows(table, ({**write.doc, updated: write.at} for write in group))
        else:
            session.put(system, table, ((joined(write.key), write.doc, write.at) for write in group))


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
