"""One round of events of a system: in one transaction they are landed and settled, or nothing happened."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import psycopg
from psycopg import sql

from tieout.archive.keys import Keys
from tieout.errors import MalformedPayload
from tieout.events import inbox
from tieout.events.examine import Examiner
from tieout.events.inbox import Waiting
from tieout.events.incidents import fingerprint, raise_bad, resolve_past
from tieout.events.pull import archived, interval_of
from tieout.landing.batches import lock_feed
from tieout.landing.land import Landed, Landing, facts_of, land
from tieout.landing.manifest import Entry
from tieout.landing.profile import EVENTS, EventRecord
from tieout.operations import resolve_incidents

Counted = tuple[Waiting, dict[str, int]]


@dataclass
class Taken:
    """What became of events.

    Attributes:
        landed, unchanged, rejected: numbers of events.
        batch_ids: batches with rows that were new.
        rows: rows that were new, by object.
    """

    landed: int = 0
    unchanged: int = 0
    rejected: int = 0
    batch_ids: list[str] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)

    @property
    def events(self) -> int:
        """How many events were settled."""
        return self.landed + self.unchanged + self.rejected


class Round:
    """Settles the oldest events of a system, in the caller's transaction.

    Args:
        connection: to the warehouse.
        system: whose events.
        landing: of its profile; none where there is no such profile any more.
        keys: that decrypt bodies.
        now: business time.
        taken: is counted up.
    """

    def __init__(
        self,
        connection: psycopg.Connection,
        system: str,
        landing: Landing | None,
        keys: Keys,
        now: datetime,
        taken: Taken,
    ) -> None:
        self._connection = connection
        self._system = system
        self._landing = landing
        self._keys = keys
        self._now = now
        self._taken = taken
        self._rejected_types: set[str] = set()

    def run(self, most: int) -> int:
        """Settle at most so many events and return how many there were. A second taker waits for the commit."""
        lock_feed(self._connection, self._system, EVENTS)
        waiting = inbox.waiting(self._connection, most, self._keys, system=self._system)
        known = self._landing.profile.events if self._landing else None
        records = known.records if known else ()
        for record in records:
            events = [event for event in waiting if event.event_type in record.types]
            if self._landing and events:
                self._land(self._landing, record, events)
        for event in waiting:
            if not any(event.event_type in record.types for record in records):
                self._reject(event, f"{event.event_type} is not among the events of {self._system}.")
        self._resolve({event.event_type for event in waiting})
        if waiting:
            resolve_past(self._connection, self._system, min(event.received_at for event in waiting), self._now)
        return len(waiting)

    def _land(self, landing: Landing, record: EventRecord, events: Sequence[Waiting]) -> None:
        counted = self._examined(landing, record, events)
        if counted:
            self._land_together(landing, record, counted)

    def _resolve(self, event_types: set[str]) -> None:
        """Resolve the exceptions of types of which nothing was rejected now."""
        good = sorted(event_types - self._rejected_types)
        resolve_incidents(self._connection, [fingerprint(self._system, name) for name in good], at=self._now)

    def _examined(self, landing: Landing, record: EventRecord, events: Sequence[Waiting]) -> list[Counted]:
        """Return the events that map, each with its number of rows by object; reject the others."""
        facts = facts_of(self._system, Entry("", 0, record.types[0]), interval_of(events))
        examiner = Examiner(record.feed, landing.configuration.contracts, landing.vocabulary(), facts)
        counted = []
        for event in events:
            try:
                counted.append((event, examiner.rows(event.body)))
            except MalformedPayload as error:
                self._reject(event, str(error))
        return counted

    def _land_together(self, landing: Landing, record: EventRecord, counted: Sequence[Counted]) -> None:
        """Land events as one batch. Where they are refused together, halves find the one that is to blame."""
        try:
            with self._connection.transaction():
                pull = archived(landing.archive, self._system, [event for event, _ in counted])
                results = land(self._connection, landing, record.feed, pull, self._now)
        except (MalformedPayload, psycopg.DataError) as error:
            if len(counted) == 1:
                self._reject(counted[0][0], f"It cannot be landed: {type(error).__name__}.")
                return
            half = len(counted) // 2
            self._land_together(landing, record, counted[:half])
            self._land_together(landing, record, counted[half:])
            return
        self._settle(counted, results)

    def _settle(self, counted: Sequence[Counted], results: Sequence[Landed]) -> None:
        """Say of each event whether rows of its own were new."""
        new = {result.object: self._new_rows(result) for result in results}
        last = dict.fromkeys(new, 0)
        for event, numbers in counted:
            batch_ids = []
            for result in results:
                first, last[result.object] = last[result.object], last[result.object] + numbers[result.object]
                if not new[result.object].isdisjoint(range(first + 1, last[result.object] + 1)):
                    batch_ids.append(result.batch_id)
            outcome: inbox.Outcome = "landed" if batch_ids else "unchanged"
            inbox.settle(self._connection, event.inbox_id, outcome, at=self._now, batch_ids=batch_ids)
            self._taken.landed += bool(batch_ids)
            self._taken.unchanged += not batch_ids
        for result in results:
            if result.rows_landed:
                self._taken.batch_ids.append(result.batch_id)
                self._taken.rows[result.object] = self._taken.rows.get(result.object, 0) + result.rows_landed

    def _new_rows(self, result: Landed) -> set[int]:
        statement = sql.SQL("select _row_number from {} where _batch_id = %s").format(
            sql.Identifier("raw", result.object)
        )
        return {row[0] for row in self._connection.execute(statement, [result.batch_id])}

    def _reject(self, event: Waiting, reason: str) -> None:
        """Settle an event that cannot be landed. Its body stays in the inbox; the exception is one per type."""
        inbox.settle(self._connection, event.inbox_id, "rejected", at=self._now, message=reason)
        self._taken.rejected += 1
        self._rejected_types.add(event.event_type)
        said = f"Event {event.event_id} ({event.event_type}) was rejected: {reason}"
        raise_bad(self._connection, self._system, event.event_type, said, self._now)
