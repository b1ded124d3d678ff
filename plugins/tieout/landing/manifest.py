"""What a pull brought, written beside the payloads: the state from which a retry goes on.

    pulls/<system>/<feed>/<start>--<end>/<number>/opened.json      who opened it, with which profile
                                                 /00001.json …     one entry per payload, written once
                                                 /00001.done.json  the entry's file is in raw, or rejected (files only)
                                                 /complete.json    the source had no more
                                                 /closed.json      its rows are in raw, or it was rejected

A pull that is not closed is continued by the next attempt; a closed one is followed by the next number.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from tieout.archive.store import Archive


@dataclass(frozen=True)
class Interval:
    """The half-open interval [start, end) that an extraction covers, in UTC."""

    start: datetime
    end: datetime

    def __str__(self) -> str:
        return f"{self.start:%Y%m%dT%H%M%SZ}--{self.end:%Y%m%dT%H%M%SZ}"

    @classmethod
    def parse(cls, text: str) -> "Interval":
        """Return the interval that ``str`` wrote; whole seconds."""
        start, end = (datetime.strptime(part, "%Y%m%dT%H%M%S%z") for part in text.split("--"))
        return cls(start, end)


@dataclass(frozen=True)
class Entry:
    """A payload of a pull.

    Attributes:
        sha256, size: of the bytes as received.
        name: of the file or page, for people.
        modified_at: of the file, ISO 8601; blank where the protocol has no such time.
        state: where the source goes on after this payload.
    """

    sha256: str
    size: int
    name: str
    modified_at: str = ""
    state: dict[str, Any] = field(default_factory=dict)


class Pull:
    """One pull of one feed over one interval, as the archive knows it."""

    def __init__(self, archive: Archive, path: str, run_key: str) -> None:
        self._archive = archive
        self.path = path
        self.run_key = run_key
        self.entries = list(self._recall_entries())

    @classmethod
    def open(cls, archive: Archive, system: str, feed: str, interval: Interval, run_key: str, now: datetime) -> "Pull":
        """Return the interval's latest pull where it can be continued or belongs to this run, else a new one."""
        base = f"pulls/{system}/{feed}/{interval}"
        number = 1
        latest: dict[str, Any] | None = None
        while opened := archive.recall(f"{base}/{number:03d}/opened.json"):
            latest = opened
            number += 1
        if latest:
            pull = cls(archive, f"{base}/{number - 1:03d}", latest["run_key"])
            if not pull.closed or (pull.landed and pull.run_key == run_key):
                return pull
        path = f"{base}/{number:03d}"
        archive.note(f"{path}/opened.json", {"run_key": run_key, "opened_at": now.isoformat()})
        return cls(archive, path, run_key)

    @classmethod
    def at(cls, archive: Archive, path: str) -> "Pull":
        """Return the pull whose manifest is at a path, as ``ops.batch.archive_manifest`` names it."""
        opened = archive.recall(f"{path}/opened.json") or {"run_key": ""}
        return cls(archive, path, opened["run_key"])

    def add(self, entry: Entry) -> None:
        """Record a payload that is in the archive."""
        self._note(f"{len(self.entries) + 1:05d}", asdict(entry))
        self.entries.append(entry)

    def complete(self) -> None:
        """Record that the source has no more."""
        self._note("complete", {"content_sha256": self.content_sha256, "entries": len(self.entries)})

    def close(self, outcome: str) -> None:
        """Record that nothing is left to do: ``landed`` or ``rejected``."""
        self._note("closed", {"outcome": outcome})

    def finish_entry(self, number: int, outcome: str) -> None:
        """Record of one entry (from 0) that nothing is left to do about it."""
        self._note(f"{number + 1:05d}.done", {"outcome": outcome})

    def entry_finished(self, number: int) -> bool:
        """Whether ``finish_entry`` was called for the entry (from 0)."""
        return self._recall(f"{number + 1:05d}.done") is not None

    def entry_landed(self, number: int) -> bool:
        """Whether the entry's rows (from 0) are in raw."""
        return (self._recall(f"{number + 1:05d}.done") or {}).get("outcome") == "landed"

    @property
    def completed(self) -> bool:
        """Whether the source had no more."""
        return self._recall("complete") is not None

    @property
    def closed(self) -> bool:
        """Whether nothing is left to do."""
        return self._recall("closed") is not None

    @property
    def landed(self) -> bool:
        """Whether it was closed because its rows are in raw."""
        return (self._recall("closed") or {}).get("outcome") == "landed"

    @property
    def content_sha256(self) -> str:
        """Hash of what was pulled: of the only payload, or over the payloads' hashes in order."""
        if len(self.entries) == 1:
            return self.entries[0].sha256
        return hashlib.sha256("".join(entry.sha256 for entry in self.entries).encode()).hexdigest()

    def _recall_entries(self) -> Iterator[Entry]:
        number = 1
        while document := self._recall(f"{number:05d}"):
            yield Entry(**document)
            number += 1

    def _recall(self, name: str) -> dict[str, Any] | None:
        return self._archive.recall(f"{self.path}/{name}.json")

    def _note(self, name: str, document: dict[str, Any]) -> None:
        self._archive.note(f"{self.path}/{name}.json", document)
