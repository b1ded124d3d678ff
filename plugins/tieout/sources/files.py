"""Files in a folder, wherever it is: which are ready, reading them whole, moving them away.

The folder itself is reached through ``Files``, which sources/sftp.py and sources/folder.py implement.
"""

import fnmatch
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import Protocol

from tieout.errors import ConfigurationError, Transient
from tieout.sources.endpoint import Payload

PIECE = 1 << 18
COMPRESSED = (".gz", ".zip", ".zst", ".bz2", ".xz")
# Longer names and control characters are nobody's honest file.
MAX_NAME = 255


@dataclass(frozen=True)
class FileRead:
    """Where files are, which of them are meant, and where they go: a profile's `read` of sftp or folder.

    ``awaited`` is the profile's `await`: how long after an interval's end its file is waited for.
    """

    directory: str
    pattern: str
    marker: str | None = None
    done: str | None = None
    reject: str | None = None
    stable_seconds: float = 0
    awaited: timedelta | None = None


@dataclass(frozen=True)
class Paying:
    """Where a bank takes payments: the connection, and its folders for files of transfers and of issued cheques.

    ``cheques`` is blank where it takes no such files.
    """

    connection: str
    transfers: str
    cheques: str = ""


@dataclass(frozen=True)
class FileInfo:
    """A regular file in a listing."""

    name: str
    size: int
    modified_at: datetime


class Files(Protocol):
    """A place with folders and files. Paths are relative to the connection's own folder."""

    def listing(self, directory: str) -> list[FileInfo]:
        """Return the regular files of a folder; links and folders are left out."""
        ...

    def content(self, path: str) -> Iterator[bytes]:
        """Yield a file's bytes."""
        ...

    def move(self, path: str, target: str) -> None:
        """Rename a file."""
        ...

    def exists(self, path: str) -> bool:
        """Whether there is something at the path."""
        ...


class NotStable(Transient):
    """The file changed while it was read: the next run looks again."""


def ready(files: Files, read: FileRead, pause: Callable[[float], None]) -> list[FileInfo]:
    """Return the files that may be taken, by name: size and time stood still over two looks, the marker is there."""
    first = {info.name: info for info in _matching(files, read)}
    if not first:
        return []
    pause(read.stable_seconds)
    second = files.listing(safe_directory(read.directory))
    present = {info.name for info in second}
    return sorted(
        (
            info
            for info in second
            if first.get(info.name) == info and (not read.marker or read.marker.replace("*", info.name) in present)
        ),
        key=lambda info: info.name,
    )


def sign(read: FileRead) -> str:
    """Return the pattern of the file whose coming says that there is one to take: its marker, or the file itself."""
    return read.marker.replace("*", read.pattern) if read.marker else read.pattern


def has_come(listing: Iterable[FileInfo], read: FileRead, since: datetime) -> bool:
    """Whether a file's sign is in the listing of its folder, modified at ``since`` or later."""
    pattern = sign(read)
    return any(
        info.modified_at >= since and safe_name(info.name) and fnmatch.fnmatchcase(info.name, pattern)
        for info in listing
    )


def payload(files: Files, read: FileRead, info: FileInfo) -> Payload:
    """Return a file as a payload. Reading it fails with ``NotStable`` where it changes meanwhile."""
    return Payload(
        name=info.name,
        chunks=_unchanged(files, read, info),
        modified_at=info.modified_at,
        state={"path": path_of(read, info.name), "size": info.size},
        compressed=info.name.endswith(COMPRESSED),
    )


def put_away(files: Files, read: FileRead, name: str, folder: str | None, suffix: str) -> None:
    """Move a file that is finished with, and its marker, where the profile says so. A taken name gets a suffix."""
    if not folder:
        return
    for moved in filter(None, (name, read.marker.replace("*", name) if read.marker else None)):
        source = path_of(read, moved)
        if not files.exists(source):
            continue
        target = str(PurePosixPath(safe_directory(folder)) / moved)
        files.move(source, f"{target}.{suffix[:14]}" if files.exists(target) else target)


def path_of(read: FileRead, name: str) -> str:
    """Return the path of a file of the feed, relative to the connection's folder."""
    return str(PurePosixPath(safe_directory(read.directory)) / name)


def safe_directory(directory: str) -> str:
    """Return a relative folder without tricks.

    Raises:
        ConfigurationError: it is absolute or leaves the connection's folder.
    """
    path = PurePosixPath(directory)
    if path.is_absolute() or ".." in path.parts or "\0" in directory:
        raise ConfigurationError(f"The folder {directory!r} leaves the connection's own.", "Use a relative path.")
    return str(path)


def safe_name(name: str) -> bool:
    """Whether a name that a server sends is a plain file's: no separators, no dots in front, nothing unprintable."""
    return (
        bool(name) and len(name) <= MAX_NAME and name.isprintable() and not (set(name) & set("/\\")) and name[0] != "."
    )


def _matching(files: Files, read: FileRead) -> list[FileInfo]:
    listing = files.listing(safe_directory(read.directory))
    return [info for info in listing if safe_name(info.name) and fnmatch.fnmatchcase(info.name, read.pattern)]


def _unchanged(files: Files, read: FileRead, info: FileInfo) -> Iterator[bytes]:
    """Yield the file's bytes and then make sure that it is still the file that was listed."""
    size = 0
    for chunk in files.content(path_of(read, info.name)):
        size += len(chunk)
        yield chunk
    after = {other.name: other for other in files.listing(safe_directory(read.directory))}
    if size != info.size or after.get(info.name) != info:
        raise NotStable(f"{info.name} changed while it was read.", "The next run looks at it again.")
