"""Play the next day for all systems in one go."""

import csv
import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from sandbox.bank.day import Day
from sandbox.bank.inbox import PaymentInbox
from sandbox.clock import end_of_day, start_of_day, write_clock
from sandbox.files import drop
from sandbox.reactions import post_cleared_invoices, release_holds
from sandbox.records.session import Session, put_writes
from sandbox.records.values import Document
from sandbox.scenario.model import DayPlay, FileDrop, Label
from sandbox.servers.incoming import Incoming
from sandbox.settings import FOLDER_SYSTEMS, SFTP_SYSTEMS, Config
from sandbox.store import Store

ADVENTUREWORKS = Path(__file__).parent / "adventureworks"
FIRST_NIGHT = timedelta(hours=22)


class Scenario(Protocol):
    """What makes the days: the same day is the same however often it is asked for."""

    def day(self, number: int) -> DayPlay:
        """Return everything that happens on a day."""
        ...


@dataclass(frozen=True)
class Played:
    """What happened on a day that was played."""

    day: int
    writes: int
    files: int
    labels: int
    releases: int
    posted: int


class Advance:
    """Plays days: one transaction each; labels and clock are written after it.

    Args:
        config: where files, labels and the clock go.
        store: the estate's database.
        scenario: makes the days.
    """

    def __init__(self, config: Config, store: Store, scenario: Scenario) -> None:
        self.config = config
        self.store = store
        self.scenario = scenario
        self.lock = threading.Lock()
        self.incoming = Incoming(config.root_of("supply"), store)
        self.payments = PaymentInbox(config.root_of("bank"), store)

    def play(self, days: int) -> list[Played]:
        """Play days, one after the other. Callers wait for each other."""
        with self.lock:
            self.incoming.take()
            self.payments.take()
            return [self._play_next() for _ in range(days)]

    def next_day(self, session: Session) -> DayPlay:
        """Return what the next day will bring; call it under the lock."""
        return self.scenario.day(session.day() + 1)

    def settle(self) -> None:
        """Bring clock, labels and folders in line with the database, as a start or a crash left them."""
        for system in (*SFTP_SYSTEMS, *FOLDER_SYSTEMS):
            self.config.root_of(system).mkdir(parents=True, exist_ok=True)
        self.incoming.prepare()
        self.payments.prepare()
        with self.store.session() as session:
            labels, now = session.labels(), session.now()
        _write_labels(self.config.labels, labels)
        write_clock(self.config.clock, now)

    def _play_next(self) -> Played:
        with self.store.session() as session:
            day = session.day(for_update=True) + 1
            play = self.scenario.day(day)
            posted = post_cleared_invoices(session, start_of_day(day), play.writes)
            put_writes(session, play.writes)
            releases = release_holds(session, play.clerk_actions, start_of_day(day))
            bank = Day(session, play)
            files = [*play.files, *bank.run()]
            found = [*play.labels, *bank.labels]
            session.add_labels(asdict(label) for label in found)
            session.set_day(day)
            labels = session.labels() if found else None
            self._drop(day, files)
        if labels is not None:
            _write_labels(self.config.labels, labels)
        write_clock(self.config.clock, end_of_day(day))
        return Played(day, len(play.writes), len(files), len(found), releases, posted)

    def _drop(self, day: int, files: Iterable[FileDrop]) -> None:
        extracts = acquired_company_files() if day == 1 else []
        for file in (*files, *extracts):
            drop(self.config.root_of(file.system), file)


def acquired_company_files() -> list[FileDrop]:
    """The extracts that the acquired company leaves in its folder on the first night."""
    at = start_of_day(1) + FIRST_NIGHT
    return [
        FileDrop("adventureworks", path.name, path.read_bytes(), at) for path in sorted(ADVENTUREWORKS.glob("*.csv"))
    ]


def _write_labels(path: Path, labels: list[Document]) -> None:
    """Write all labels as CSV in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".new")
    with temporary.open("w", newline="") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Label)])
        writer.writeheader()
        writer.writerows(labels)
    temporary.replace(path)
