"""Receipts as events, as lines of a file and as rows: what goes in, and what comes out."""

import gzip
import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from sandbox.wire.supply_events import receipt_document
from tieout.archive.keys import Keys
from tieout.archive.store import Archive
from tieout.events import inbox
from tieout.events.inbox import Arrival
from tieout.events.take import Taken, take_events
from tieout.landing.configuration_files import Configuration
from tieout.landing.land import Landing, PullFacts, land
from tieout.landing.manifest import Entry, Interval

NOW = datetime(2026, 4, 1, tzinfo=UTC)
COLUMNS = (
    "RCPT_ID;RCPT_NO;LINE;SITE;PO;PO_LINE;ITEM;TYPE;QTY;UOM;QTY_ACC;QTY_REJ;RECEIVED;POSTED;CLERK;REF_RCPT;SLIP;LOT;LOC;"
    "MODIFIED"
)
ROW = {
    **dict.fromkeys(COLUMNS.split(";"), ""),
    **{"RCPT_NO": "GR7", "LINE": "1", "SITE": "LAKE", "PO": "4500001", "PO_LINE": "10", "ITEM": "IT-1", "TYPE": "W"},
    **{"QTY": "12,50", "UOM": "BX", "QTY_ACC": "12,50", "QTY_REJ": "0", "RECEIVED": "31.03.2026 09:00:00"},
    **{"POSTED": "31.03.2026 09:30:00", "CLERK": "dock", "SLIP": "LS-7", "LOC": "L-DOCK"},
    "MODIFIED": "31.03.2026 09:30:00",
}


class Bench:
    """Events go in, rows come out; the ids of receipts are the test's own."""

    def __init__(self, dsn: str, configuration: Configuration, archive: Archive, keys: Keys) -> None:
        self.dsn, self.configuration, self.archive, self.keys = dsn, configuration, archive, keys
        self.prefix = secrets.token_hex(4)

    def ref(self, name: str) -> str:
        """A receipt's id."""
        return f"R{self.prefix}{name}"

    def row(self, name: str, **changes: str) -> dict[str, str]:
        """A receipt as a line of the file."""
        return {**ROW, "RCPT_ID": self.ref(name), **changes}

    def body(self, event_id: str, row: dict[str, str], event_type: str = "receipt.posted", **changes: Any) -> bytes:
        """An event about a receipt."""
        data = {**receipt_document(row), **changes}
        return json.dumps({"id": event_id, "type": event_type, "occurredAt": NOW.isoformat(), "data": data}).encode()

    def arrive(
        self, event_id: str, body: bytes, event_type: str = "receipt.posted", system: str = "supply",
        received_at: datetime = NOW,
    ) -> None:  # fmt: skip
        """An event is in the inbox."""
        event = Arrival(system, f"{self.prefix}-{event_id}", event_type, NOW, received_at, NOW, body, "trace")
        with psycopg.connect(self.dsn) as connection:
            assert inbox.store(connection, event, self.keys) == "stored"

    def take(self) -> Taken:
        """Land what waits."""
        return take_events(
            self.dsn, self.configuration, self.archive, self.keys, trace_id="run", now=lambda: NOW + timedelta(hours=1)
        )

    def land_file(self, *rows: dict[str, str]) -> int:
        """The scheduled extraction brings the file of the day; rows that were new."""
        profile = self.configuration.profile("supply")
        lines = [COLUMNS, *(";".join(row[name] for name in COLUMNS.split(";")) for row in rows)]
        stored = self.archive.put([gzip.compress("\r\n".join([*lines, ""]).encode())])
        entry = Entry(stored.sha256, stored.size, "receipts_1.csv.gz", NOW.isoformat())
        pull = PullFacts(Interval(NOW, NOW + timedelta(days=1)), "pulls/x", stored.sha256, [entry])
        landing = Landing(self.configuration, profile, self.archive, self.keys, "scheduled", "run")
        with psycopg.connect(self.dsn) as connection:
            return sum(one.rows_landed for one in land(connection, landing, profile.feeds[0], pull, NOW))

    def land_page(self, feed_name: str, *records: dict[str, Any]) -> int:
        """The scheduled extraction brings records by AP's API; rows that were new."""
        profile = self.configuration.profile("ap")
        feed = next(feed for feed in profile.feeds if feed.name == feed_name)
        stored = self.archive.put([json.dumps({"data": records}).encode()])
        pull = PullFacts(Interval(NOW, NOW), "pulls/x", stored.sha256, [Entry(stored.sha256, stored.size, "page 1")])
        landing = Landing(self.configuration, profile, self.archive, self.keys, "scheduled", "run")
        with psycopg.connect(self.dsn) as connection:
            return sum(one.rows_landed for one in land(connection, landing, feed, pull, NOW))

    def rows(self, text: str, *parameters: Any) -> list[tuple]:
        """Run a query."""
        with psycopg.connect(self.dsn, options="-c timezone=UTC") as connection:
            return connection.execute(text, parameters).fetchall()  # type: ignore[arg-type]

    def versions(self, name: str) -> list[tuple]:
        """What raw has of a receipt, by time of the source."""
        return self.rows(
            "select qty, _source_updated_at from raw.receipt_line where receipt_ref = %s order by 2", self.ref(name)
        )

    def outcome(self, event_id: str) -> tuple | None:
        """What became of an event."""
        found = self.rows(
            "select outcome, batch_ids, message from raw.inbox inner join ops.inbox_outcome using (inbox_id)"
            " where event_id = %s",
            f"{self.prefix}-{event_id}",
        )
        return found[0] if found else None
