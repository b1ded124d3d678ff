"""The archive: every payload exactly as received, under its own SHA-256, written once.

    objects/<first two>/<sha256>                      a payload (landing/frames.py)
    pulls/<system>/<feed>/<interval>/<number>/…       what a pull brought (landing/manifest.py)
    pages/<first two>/<sha256 of a URL>.json          the last answer to a URL, for If-None-Match

The root is a path-like object with ``/``, ``open``, ``exists``, ``mkdir``, ``rename`` and ``unlink``: a local folder, a
``UPath`` or Airflow's ``ObjectStoragePath``. A rename on an object store is a copy: the object appears whole.
"""

import hashlib
import json
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from upath import UPath

from tieout.landing.frames import seal, unseal
from tieout.landing.keys import Keys


@dataclass(frozen=True)
class Stored:
    """A payload in the archive: SHA-256 and length of the bytes as received."""

    sha256: str
    size: int


def archive_root(root: Any) -> Any:
    """Return the root as a path: a folder's path for local URLs, a ``UPath`` for others; paths stay as they are."""
    if not isinstance(root, str):
        return root
    if root.startswith("file://"):
        return Path(root.removeprefix("file://"))
    return UPath(root) if "://" in root else Path(root)


class Archive:
    """Payloads by content, under one root.

    Args:
        root: URL, local path or path-like object.
        keys: the first encryption key encrypts, all decrypt.
    """

    def __init__(self, root: Any, keys: Keys) -> None:
        self.root = archive_root(root)
        self._keys = keys

    def put(self, chunks: Iterable[bytes], *, compress: bool = True) -> Stored:
        """Keep a payload while it streams through; the same bytes again are kept once.

        Nothing is left where ``chunks`` fails. Memory: one frame.
        """
        digest, size = hashlib.sha256(), 0

        def observed() -> Iterator[bytes]:
            nonlocal size
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                yield chunk

        temporary = self._temporary()
        try:
            with temporary.open("wb") as file:
                file.writelines(seal(observed(), self._keys, compress=compress))
            stored = Stored(digest.hexdigest(), size)
            self._publish(temporary, self._object(stored.sha256))
        except BaseException:
            _discard(temporary)
            raise
        return stored

    def read(self, sha256: str) -> Iterator[bytes]:
        """Yield the bytes of a payload as they were received.

        Raises:
            MalformedPayload: the object was changed or cut.
            ConfigurationError: its key is not at hand.
        """
        with self._object(sha256).open("rb") as file:
            yield from unseal(file, self._keys)

    def opener(self, sha256: str) -> Callable[[], Iterator[bytes]]:
        """Return a function that starts reading a payload from its beginning."""
        return lambda: self.read(sha256)

    def note(self, path: str, document: dict[str, Any]) -> None:
        """Write a small document, whole or not at all."""
        temporary = self._temporary()
        with temporary.open("w") as file:
            file.write(json.dumps(document, ensure_ascii=False, sort_keys=True))
        self._publish(temporary, self.root / path, replace=True)

    def recall(self, path: str) -> dict[str, Any] | None:
        """Return a small document, or nothing where there is none."""
        target = self.root / path
        if not target.exists():
            return None
        with target.open("r") as file:
            return json.load(file)

    def _object(self, sha256: str) -> Any:
        return self.root / "objects" / sha256[:2] / sha256

    def _temporary(self) -> Any:
        folder = self.root / "incoming"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / secrets.token_hex(16)

    @staticmethod
    def _publish(temporary: Any, target: Any, *, replace: bool = False) -> None:
        """Give a finished file its name. Content-addressed objects that are there already stay as they are."""
        if not replace and target.exists():
            temporary.unlink()
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary.rename(target)


def _discard(path: Any) -> None:
    if path.exists():
        path.unlink()
