"""The estate's time."""

from datetime import datetime

from psycopg import sql

from sandbox.clock import end_of_day
from sandbox.records.transaction import Transaction


class Days(Transaction):
    """Which day it is, and which moment of it."""

    _day: int | None = None

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
