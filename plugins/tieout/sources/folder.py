"""Folders of this machine, or mounted on it."""

import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from tieout.errors import ConfigurationError, Refused, Transient
from tieout.sources.endpoint import Endpoint
from tieout.sources.files import PIECE, FileInfo


class FolderFiles:
    """Files below one folder: the connection's `extra` names it as `path`.

    Raises:
        ConfigurationError: the connection names no folder.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        if not endpoint.extra.get("path"):
            raise ConfigurationError("The connection names no folder.", 'Set its extra to {"path": "/…"}.')
        self._base = Path(endpoint.extra["path"])

    def listing(self, directory: str) -> list[FileInfo]:
        """Return the regular files of a folder.

        Raises:
            Refused: it may not be read, or it is not there though the connection's own folder is.
            Transient: the connection's own folder is not there, or cannot be read.
        """
        try:
            return [
                FileInfo(path.name, status.st_size, datetime.fromtimestamp(status.st_mtime, UTC))
                for path, status in ((path, path.lstat()) for path in (self._base / directory).iterdir())
                if stat.S_ISREG(status.st_mode)
            ]
        except PermissionError as error:
            raise Refused(f"{self._base / directory} may not be read.", "Check the folder's rights.") from error
        except FileNotFoundError as error:
            where = f"There is no folder {self._base / directory}."
            if self._base.exists():
                raise Refused(where, "Correct the path, or have it made.") from error
            raise Transient(where, "Is it mounted?") from error
        except OSError as error:
            raise Transient(
                f"{self._base / directory} cannot be listed: {error.strerror}.", "Is it mounted?"
            ) from error

    def content(self, path: str) -> Iterator[bytes]:
        """Yield a file's bytes."""
        with (self._base / path).open("rb") as file:
            while chunk := file.read(PIECE):
                yield chunk

    def move(self, path: str, target: str) -> None:
        """Rename a file, making the folder it goes to."""
        (self._base / target).parent.mkdir(parents=True, exist_ok=True)
        (self._base / path).rename(self._base / target)

    def exists(self, path: str) -> bool:
        """Whether there is something at the path."""
        return (self._base / path).exists()
