"""Loading into raw: lines go into a temporary table by COPY, and from there into ``raw.<object>`` where they are new.

Everything of a pull happens in the caller's transaction: a crash leaves nothing of it, a commit all of it. While the
database works on one part, the parser makes the next (a thread of its own; the connection is used by nobody else then).
"""

from collections.abc import Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from datetime import datetime
from typing import LiteralString

import psycopg
from psycopg import sql

from tieout.landing import raw_statements as statements
from tieout.landing.mapping import LINEAGE, copy_columns
from tieout.warehouse.contracts import Contract

# Lines that are gathered before they are sent: some 10 MB.
FLUSH_LINES = 20_000
# Rows that are moved into raw at once.
MOVE_LINES = 100_000
# Each incoming row is looked up by the index: what is in raw already is never read as a whole.
LOOK_UP = "set local enable_hashjoin = off; set local enable_mergejoin = off"
_TYPES = {
    "_payload": "integer",
    "_row_number": "integer",
    "_source_updated_at": "timestamptz",
    "_deleted": "boolean",
    "_extra": "jsonb",
}


@dataclass(frozen=True)
class BatchFacts:
    """What all rows of a batch have in common."""

    batch_id: str
    source_system: str
    profile_version: int
    ingested_at: datetime
    trace_id: str


@dataclass
class PayloadFacts:
    """The payloads whose lines are loaded, by their number: hash, and the time that stands in for the source's."""

    sha256: list[str] = field(default_factory=list)
    time: list[datetime] = field(default_factory=list)

    def add(self, sha256: str, time: datetime) -> int:
        """Add a payload and return its number."""
        self.sha256.append(sha256)
        self.time.append(time)
        return len(self.sha256)


class RawLoader:
    """Loads the rows of one object of one pull, inside a transaction.

    Args:
        connection: while the worker has something to do, nobody else uses it.
        worker: one thread, shared by the loaders of a connection.
        contract: of the object.
        facts: of the batch.
        payloads: what line's payload numbers stand for; grows while lines are added.
        latest_only: whether a row that equals its record's latest version is not landed again. For sources that do not
            say when a record changed.
        remember_keys: whether ``sweep`` will be asked for.
        promoted_only: whether only what the gate let through counts as landed. For lists that come whole: a list that
            the gate stopped must not make the next one look unchanged.
    """

    def __init__(
        self,
        connection: psycopg.Connection,
        worker: Executor,
        contract: Contract,
        facts: BatchFacts,
        payloads: PayloadFacts,
        *,
        latest_only: bool = False,
        remember_keys: bool = False,
        promoted_only: bool = False,
    ) -> None:
        self.landed = 0
        self._connection = connection
        self._contract = contract
        self._facts = facts
        self._payloads = payloads
        self._latest_only = latest_only
        self._promoted_only = promoted_only
        self._lines: list[str] = []
        self._waiting = 0
        self._first_payload = 0
        self._worker = worker
        self._under_way: Future[None] | None = None
        self._incoming = sql.Identifier("pg_temp", f"incoming_{contract.name}")
        self._keys = sql.Identifier("pg_temp", f"keys_{contract.name}") if remember_keys else None
        self._create()

    def add(self, lines: Sequence[str]) -> None:
        """Add lines as ``landing/mapping.py`` writes them."""
        self._lines.extend(lines)
        if len(self._lines) >= FLUSH_LINES:
            self._send()

    def flush(self) -> None:
        """Move everything into raw; what follows on this connection sees it."""
        self._send(move=True)
        self._wait()

    def finish(self) -> None:
        """Drop the temporary table, after every loader of the connection was flushed."""
        self._connection.execute(sql.SQL("drop table {}").format(self._incoming))

    def sweep(self, last_row_number: int, payload_sha256: str, at: datetime, spared_feeds: Sequence[str] = ()) -> int:
        """Add a tombstone for each record that is alive at ``at`` and was not among the rows; return how many.

        Records of ``spared_feeds`` are left alone: each of them sweeps its own.
        """
        if self._keys is None:
            raise RuntimeError("The loader was not asked to remember keys.")
        swept = self._connection.execute(
            statements.sweep(self._contract, self._keys, self._promoted_only),
            self._parameters()
            | {"from": last_row_number, "sha": payload_sha256, "at": at, "spared": list(spared_feeds)},
        ).rowcount
        self._connection.execute(sql.SQL("drop table {}").format(self._keys))
        self.landed += swept
        return swept

    def _create(self) -> None:
        self._connection.execute(LOOK_UP)
        columns = [*LINEAGE, *copy_columns(self._contract)]
        declared = sql.SQL(", ").join(
            sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(_TYPES.get(column, "text"))) for column in columns
        )
        self._connection.execute(sql.SQL("create temporary table {} ({})").format(_local(self._incoming), declared))
        if self._keys is not None:
            self._connection.execute(sql.SQL("create temporary table {} (key text)").format(_local(self._keys)))

    def _send(self, *, move: bool = False) -> None:
        lines, self._lines = self._lines, []
        self._waiting += len(lines)
        move = move or self._waiting >= MOVE_LINES
        last_payload = len(self._payloads.sha256)
        payloads = (self._first_payload, last_payload)
        if move:
            self._waiting = 0
            # The payload under way may go on after this move.
            self._first_payload = max(last_payload - 1, 0)
        self._wait()
        self._under_way = self._worker.submit(self._work, lines, move, payloads)

    def _wait(self) -> None:
        if self._under_way is not None:
            self._under_way.result()

    def _work(self, lines: list[str], move: bool, payloads: tuple[int, int]) -> None:
        if lines:
            statement = sql.SQL("copy {} from stdin (format text, null '')").format(self._incoming)
            with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
                copy.write("\n".join(lines) + "\n")
        if move:
            self._move(*payloads)

    def _move(self, first: int, last: int) -> None:
        parameters = self._parameters() | {
            "first": first,
            "shas": self._payloads.sha256[first:last],
            "times": self._payloads.time[first:last],
        }
        if self._keys is not None:
            self._connection.execute(
                sql.SQL("insert into {} select coalesce(_record_key, '') from {}").format(self._keys, self._incoming)
            )
        self.landed += self._insert_new(parameters)
        self._connection.execute(sql.SQL("truncate {}").format(self._incoming))

    def _insert_new(self, parameters: dict[str, object]) -> int:
        """Move what is not in raw yet. The same row twice in one payload is rare, and costs the statement again."""
        try:
            with self._connection.transaction():
                return self._connection.execute(self._insert(""), parameters).rowcount
        except psycopg.errors.UniqueViolation:
            return self._connection.execute(self._insert("on conflict do nothing"), parameters).rowcount

    def _insert(self, on_conflict: LiteralString) -> sql.Composed:
        besides = statements.unchanged(self._contract, self._promoted_only) if self._latest_only else sql.SQL("")
        return statements.insert(self._contract, self._incoming, besides, sql.SQL(on_conflict))

    def _parameters(self) -> dict[str, object]:
        facts = self._facts
        return {
            "system": facts.source_system,
            "batch": facts.batch_id,
            "version": facts.profile_version,
            "now": facts.ingested_at,
            "trace": facts.trace_id,
        }


def _local(name: sql.Identifier) -> sql.Identifier:
    """Return a temporary table's name without its schema, for its creation."""
    return sql.Identifier(name._obj[-1])
