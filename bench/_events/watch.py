"""Sends events to the webhook, and sees when AP shows what followed from them."""

import threading
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any

import httpx
import psycopg

from bench._events.receipts import body_of
from tieout import settings
from tieout.events.signature import SIGNATURE_HEADER, TIMESTAMP_HEADER, sign

LOOK_SECONDS = 0.1
MATCHED = ("matched", "matched_in_tolerance")
# A line of an invoice at AP: the invoice's key and the line's number.
Line = tuple[str, int]
_EFFECTS = """
select position, body from estate.effect
where position > %s and target = 'ap' and operation = 'match_result' order by position
"""


class Sender:
    """The supply system: it signs and posts.

    Args:
        address: of Airflow's API server.
        secret: that the connection of the supply system's events has.
    """

    def __init__(self, address: str, secret: str) -> None:
        self._client = httpx.Client(base_url=address, timeout=30.0)
        self._secret = secret

    def send(self, document: Mapping[str, Any]) -> None:
        """Post an event.

        Raises:
            httpx.HTTPStatusError: it was not taken.
        """
        body, stamp = body_of(document), str(int(settings.wall_now().timestamp()))
        headers = {
            "Content-Type": "application/json",
            TIMESTAMP_HEADER: stamp,
            SIGNATURE_HEADER: sign(self._secret, stamp, body),
        }
        self._client.post("/tieout/events/supply", content=body, headers=headers).raise_for_status()


class Watch:
    """Notes when the AP platform first shows a line of an invoice as matched, by its own record of what it did.

    Args:
        dsn: of the estate's database.
    """

    def __init__(self, dsn: str) -> None:
        self.seen: dict[Line, float] = {}
        self._dsn = dsn
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def wait_for(self, lines: set[Line], seconds: float) -> set[Line]:
        """Wait until all lines are seen, at most so long; return those that are not."""
        until = time.monotonic() + seconds
        while missing := lines - self.seen.keys():
            if time.monotonic() > until:
                break
            time.sleep(LOOK_SECONDS)
        return missing

    def _look(self) -> None:
        with psycopg.connect(self._dsn, autocommit=True) as connection:
            row = connection.execute("select coalesce(max(position), 0) from estate.effect").fetchone()
            last = row[0] if row else 0
            while not self._ended.wait(LOOK_SECONDS):
                for position, body in connection.execute(_EFFECTS, [last]).fetchall():
                    self._note(body)
                    last = position

    def _note(self, body: Mapping[str, Any]) -> None:
        now = time.monotonic()
        for line in body["lines"]:
            if line["verdict"] in MATCHED:
                self.seen.setdefault((body["invoiceId"], line["lineNumber"]), now)
