"""The estate's own books: idempotency keys, effects, counters, labels."""

from collections.abc import Iterable

import psycopg

from sandbox.records.transaction import Transaction
from sandbox.records.values import Answered, Document, as_json


class Books(Transaction):
    """What was asked of the estate, what came of it, and what was injected."""

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
        self.run_for_each("insert into estate.label (label) values (%s)", [[as_json(label)] for label in labels])

    def labels(self) -> list[Document]:
        """Return all labels in the order in which they were injected."""
        return [row[0] for row in self.connection.execute("select label from estate.label order by position")]
