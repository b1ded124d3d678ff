"""Where an archive's files are: a folder, or an object store of fsspec's. Either shows a file whole or not at all.

Names are relative to the root, with ``/``.
"""

import contextlib
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from upath import UPath

LOCAL = ("", "file", "local")
# Bytes that an object store is sent or asked for at a time; they are in memory. S3 takes 10,000 such parts per object.
PART = 8 << 20


class Place(Protocol):
    """Files by name."""

    def open(self, name: str, mode: str) -> Any:
        """Open a file, ``rb`` or ``wb``.

        Raises:
            FileNotFoundError: nothing to read has that name.
        """

    def exists(self, name: str) -> bool:
        """Whether there is such a file."""

    def write(self, name: str, content: bytes) -> None:
        """Write a small file or replace it; nobody sees a part of it."""

    def move(self, source: str, target: str) -> None:
        """Give a finished file its name; nobody sees a part of it."""

    def remove(self, name: str) -> None:
        """Remove a file if it is there."""

    def names(self, folder: str) -> Iterator[str]:
        """Yield the names of all files below a folder, in no order. For recovery: it asks for everything."""


def place(root: Any) -> Place:
    """Return the place that a root names: a URL, a local path, a ``UPath`` or Airflow's ``ObjectStoragePath``."""
    path = UPath(root) if isinstance(root, str) else root
    if isinstance(path, Path):
        return Folder(path)
    return Folder(Path(path.path)) if path.protocol in LOCAL else ObjectStore(path.fs, path.path)


def temporary_name() -> str:
    """Return a name for a file that is being written."""
    return f"incoming/{secrets.token_hex(16)}"


class Folder:
    """A local folder: what is written has another name until it is whole."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def open(self, name: str, mode: str) -> Any:
        """Open a file, and make its folder where it is written."""
        path = self._root / name
        if mode == "wb":
            path.parent.mkdir(parents=True, exist_ok=True)
        return path.open(mode)

    def exists(self, name: str) -> bool:
        """Whether there is such a file."""
        return (self._root / name).exists()

    def write(self, name: str, content: bytes) -> None:
        """Write a small file under another name, then rename it; nothing is left where the disk is full."""
        temporary = temporary_name()
        try:
            with self.open(temporary, "wb") as file:
                file.write(content)
            self.move(temporary, name)
        except BaseException:
            self.remove(temporary)
            raise

    def move(self, source: str, target: str) -> None:
        """Rename a file."""
        path = self._root / target
        path.parent.mkdir(parents=True, exist_ok=True)
        (self._root / source).rename(path)

    def remove(self, name: str) -> None:
        """Remove a file if it is there."""
        (self._root / name).unlink(missing_ok=True)

    def names(self, folder: str) -> Iterator[str]:
        """Yield the names of all files below a folder."""
        for path in (self._root / folder).rglob("*"):
            if path.is_file():
                yield path.relative_to(self._root).as_posix()


class ObjectStore:
    """A bucket: an object appears when its writing ends, a new name is a copy, and there are no folders.

    Nothing is listed (but by ``names``, which forgets first), so that what fsspec remembers of listings never answers
    for the store. No folder is made: on S3
    that would make the bucket, where its name is misspelt.
    """

    def __init__(self, filesystem: Any, root: str) -> None:
        self._filesystem = filesystem
        self._root = root.rstrip("/")

    def open(self, name: str, mode: str) -> Any:
        """Open an object."""
        return self._filesystem.open(self._path(name), mode, block_size=PART)

    def exists(self, name: str) -> bool:
        """Whether there is such an object."""
        return self._filesystem.exists(self._path(name))

    def write(self, name: str, content: bytes) -> None:
        """Write a small object in one request."""
        self._filesystem.pipe_file(self._path(name), content)

    def move(self, source: str, target: str) -> None:
        """Copy an object within the store, then remove the first."""
        self._filesystem.cp_file(self._path(source), self._path(target))
        self.remove(source)

    def remove(self, name: str) -> None:
        """Remove an object if it is there."""
        with contextlib.suppress(FileNotFoundError):
            self._filesystem.rm_file(self._path(name))

    def names(self, folder: str) -> Iterator[str]:
        """Yield the names of all objects below a folder, as the store lists them now."""
        self._filesystem.invalidate_cache()
        start = f"{self._path('').lstrip('/')}"
        for path in self._filesystem.find(self._path(folder)):
            yield path.lstrip("/").removeprefix(start)

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"
