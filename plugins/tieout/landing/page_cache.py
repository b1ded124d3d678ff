"""The last answer to each URL, for If-None-Match: entity tag and the archived body's hash."""

import hashlib

from tieout.archive.store import Archive


class ArchivedPages:
    """Answers of one system, kept in the archive beside its payloads."""

    def __init__(self, archive: Archive, system: str) -> None:
        self._archive = archive
        self._system = system

    def recall(self, url: str) -> tuple[str, bytes] | None:
        """Return entity tag and body of the last answer."""
        known = self._archive.recall(self._path(url))
        return (known["etag"], b"".join(self._archive.read(known["sha256"]))) if known else None

    def remember(self, url: str, etag: str, sha256: str) -> None:
        """Keep the entity tag of an answer whose body is archived under its hash."""
        self._archive.note(self._path(url), {"etag": etag, "sha256": sha256})

    def _path(self, url: str) -> str:
        digest = hashlib.sha256(f"{self._system} {url}".encode()).hexdigest()
        return f"pages/{digest[:2]}/{digest}.json"
