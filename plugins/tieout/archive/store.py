"""The archive: every payload exactly as received, under its own SHA-256, written once.

    objects/<first two>/<sha256>                      a payload (archive/frames.py)
    pulls/<system>/<feed>/<interval>/<number>/…       what a pull brought (landing/manifest.py)
    pages/<first two>/<sha256 of a URL>.json          the last answer to a URL, for If-None-Match
    incoming/<random>                                 a payload that is being received; what a killed worker leaves
    anchors/<number>                                  ends of the audit trail's chain (audit/anchors.py)
    feedback/<number>                                 what delivery was about to send (feedback/journal.py)

It is in a local folder or in an object store (archive/places.py).
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from tieout.archive.frames import key_of, seal, unseal
from tieout.archive.keys import Keys
from tieout.archive.places import place, temporary_name


@dataclass(frozen=True)
class Stored:
    """A payload in the archive: SHA-256 and length of the bytes as received."""

    sha256: str
    size: int


class Archive:
    """Payloads by content, under one root.

    Args:
        root: URL, local path, ``UPath`` or ``ObjectStoragePath``.
        keys: the first encryption key encrypts, all decrypt.
    """

    def __init__(self, root: Any, keys: Keys) -> None:
        self._place = place(root)
        self._keys = keys

    def put(self, chunks: Iterable[bytes], *, compress: bool = True) -> Stored:
        """Keep a payload while it streams through; the same bytes again are kept once.

        Nothing is left where ``chunks`` fails. Memory: one frame, and on an object store a part or two (places.PART).
        """
        digest, size = hashlib.sha256(), 0

        def observed() -> Iterator[bytes]:
            nonlocal size
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                yield chunk

        temporary = temporary_name()
        try:
            with self._place.open(temporary, "wb") as file:
                file.writelines(seal(observed(), self._keys, compress=compress))
            stored = Stored(digest.hexdigest(), size)
            self._publish(temporary, _object(stored.sha256))
        except BaseException:
            self._place.remove(temporary)
            raise
        return stored

    def read(self, sha256: str) -> Iterator[bytes]:
        """Yield the bytes of a payload as they were received.

        Raises:
            MalformedPayload: the object was changed or cut.
            ConfigurationError: its key is not at hand.
        """
        with self._place.open(_object(sha256), "rb") as file:
            yield from unseal(file, self._keys)

    def opener(self, sha256: str) -> Callable[[], Iterator[bytes]]:
        """Return a function that starts reading a payload from its beginning."""
        return lambda: self.read(sha256)

    def note(self, path: str, document: dict[str, Any]) -> None:
        """Write a small document, whole or not at all."""
        self._place.write(path, json.dumps(document, ensure_ascii=False, sort_keys=True).encode())

    def recall(self, path: str) -> dict[str, Any] | None:
        """Return a small document, or nothing where there is none."""
        try:
            with self._place.open(path, "rb") as file:
                return json.load(file)
        except FileNotFoundError:
            return None

    def names(self, folder: str) -> Iterator[str]:
        """Yield the names of everything below a folder, in no order. Slow: for recovery."""
        return self._place.names(folder)

    def keep(self, path: str, content: bytes) -> None:
        """Write a small text once, encrypted like a payload, under a name of its own.

        Raises:
            FileExistsError: something was kept under the name before; it stays as it is.
        """
        if self._place.exists(path):
            raise FileExistsError(path)
        self._place.write(path, b"".join(seal([content], self._keys)))

    def kept(self, path: str) -> bytes | None:
        """Return what was kept under a name, or nothing where nothing was.

        Raises:
            MalformedPayload: it was changed or cut.
            ConfigurationError: its key is not at hand.
        """
        try:
            with self._place.open(path, "rb") as file:
                return b"".join(unseal(file, self._keys))
        except FileNotFoundError:
            return None

    def reseal(self, path: str) -> bool:
        """Bring what has this name under the current key, whole or not at all; return whether it was under another.

        What is not encrypted stays as it is.

        Raises:
            MalformedPayload: it was changed or cut.
            ConfigurationError: its key is not at hand.
        """
        with self._place.open(path, "rb") as file:
            key, compressed = key_of(file)
            if key is None or key == self._keys.current[0]:
                return False
        temporary = temporary_name()
        try:
            with self._place.open(path, "rb") as old, self._place.open(temporary, "wb") as new:
                new.writelines(seal(unseal(old, self._keys), self._keys, compress=compressed))
            self._place.move(temporary, path)
        except BaseException:
            self._place.remove(temporary)
            raise
        return True

    def _publish(self, temporary: str, target: str) -> None:
        """Give a finished payload its name. One that is there already stays as it is."""
        if self._place.exists(target):
            self._place.remove(temporary)
        else:
            self._place.move(temporary, target)


def _object(sha256: str) -> str:
    return f"objects/{sha256[:2]}/{sha256}"
