"""Documents of the systems with an API."""

from collections.abc import Iterable
from datetime import UTC, datetime

from sandbox.records.transaction import Transaction
from sandbox.records.values import Document, Stored, Window, as_json


class Documents(Transaction):
    """Documents by system, collection and key; what the pipeline changed lies over what the scenario writes."""

    def put(self, system: str, collection: str, rows: Iterable[tuple[str, Document, datetime]]) -> None:
        """Write documents (key, document, change time); an overlay stays."""
        self.run_for_each(
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
