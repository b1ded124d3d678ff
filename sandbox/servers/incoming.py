"""What the supply system does with the files that come to it: discrepancies of receiving, as CSV.

A file is taken as soon as it has its name, and moved to ``done``, or to ``reject`` where it is no such file. A row that
was taken before, by the key that it carries, has no second effect; it is counted all the same.
"""

import csv
import hashlib
import io
import threading
from collections.abc import Mapping
from pathlib import Path

import psycopg
from starlette.exceptions import HTTPException

from sandbox.records.session import Session
from sandbox.records.values import Document
from sandbox.servers import supply_writes
from sandbox.servers.writes import check_fields
from sandbox.store import Store

TARGET, OPERATION = "supply_files", "receipt_discrepancy"
FOLDER = "incoming/discrepancies"
KEY, NUMBERS = "messageKey", ("poLine",)
ACCEPTED = supply_writes.OPERATIONS[OPERATION]


class Incoming:
    """The folder for discrepancies.

    Args:
        root: what the system's SFTP server shows as its root.
        store: the estate's database.
    """

    def __init__(self, root: Path, store: Store) -> None:
        self.folder = root / FOLDER
        self.store = store
        self._lock = threading.Lock()

    def prepare(self) -> None:
        """Make the folders."""
        for folder in (self.folder / "done", self.folder / "reject"):
            folder.mkdir(parents=True, exist_ok=True)

    def take(self) -> int:
        """Take every file that is there; return how many. What cannot be taken now stays for the next time."""
        with self._lock:
            return sum(self._take(path) for path in sorted(self.folder.glob("*.csv")))

    def _take(self, path: Path) -> bool:
        try:
            with self.store.session() as session:
                session.now()
                for row in csv.DictReader(io.StringIO(path.read_text(), newline="")):
                    _take_row(session, row)
        except psycopg.Error:
            return False
        except (HTTPException, KeyError, ValueError):
            path.rename(path.parent / "reject" / path.name)
            return True
        path.rename(path.parent / "done" / path.name)
        return True


def _take_row(session: Session, row: Mapping[str, str]) -> None:
    body: Document = {name: text or None for name, text in row.items() if name != KEY}
    body |= {name: int(body[name]) for name in NUMBERS if body[name] is not None}
    check_fields(body, ACCEPTED.required)
    digest = hashlib.sha256(repr(sorted(row.items())).encode()).hexdigest()
    if session.claim(TARGET, row[KEY], digest) is not None:
        session.counted(TARGET, OPERATION, effective=False)
        return
    ACCEPTED.effect(session, body)
    session.settle(TARGET, row[KEY], 200, "{}")
    session.took_effect(TARGET, OPERATION, body["discrepancyId"], body, row[KEY])
