"""SFTP: files through a paramiko client that is given (Airflow's hook has one), or that is opened from an endpoint."""

import stat
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import TypeVar

import paramiko

from tieout.errors import ConfigurationError, Refused, TieoutError, Transient
from tieout.sources.endpoint import Endpoint
from tieout.sources.files import PIECE, FileInfo, safe_directory

CONNECT_SECONDS = 20
PREFETCH = 32

Result = TypeVar("Result")


class SftpFiles:
    """Files below one folder of an SFTP server.

    Args:
        client: an open client.
        base: folder that paths are relative to; by default the login's own.
    """

    def __init__(self, client: paramiko.SFTPClient, base: str = "") -> None:
        self._client = client
        self._base = PurePosixPath(base)

    def listing(self, directory: str) -> list[FileInfo]:
        """Return the regular files of a folder.

        Raises:
            Refused: it is not there; waiting does not make it.
        """
        attributes = _told(lambda: _in_a_folder(lambda: self._client.listdir_attr(self._path(directory)), directory))
        return [
            FileInfo(entry.filename, entry.st_size or 0, datetime.fromtimestamp(entry.st_mtime or 0, UTC))
            for entry in attributes
            if entry.st_mode is not None and stat.S_ISREG(entry.st_mode)
        ]

    def content(self, path: str) -> Iterator[bytes]:
        """Yield a file's bytes."""
        file = _told(lambda: self._client.open(self._path(path), "rb"))
        with file:
            size = _told(file.stat).st_size or 0
            if size:
                file.prefetch(size, PREFETCH)
            while chunk := _told(lambda: file.read(PIECE)):
                yield chunk

    def move(self, path: str, target: str) -> None:
        """Rename a file, making the folder it goes to."""
        folder = str(PurePosixPath(target).parent)
        if not self.exists(folder):
            _told(lambda: self._client.mkdir(self._path(folder)))
        _told(lambda: self._client.rename(self._path(path), self._path(target)))

    def put(self, path: str, content: bytes, temporary: str) -> None:
        """Write a file whole or not at all: under a temporary name, which then becomes its own.

        Raises:
            Refused: its folder is not there, or we may not write there.
        """

        def write() -> None:
            with self._client.open(self._path(temporary), "wb") as file:
                file.write(content)

        _told(lambda: _in_a_folder(write, path))
        _told(lambda: self._client.rename(self._path(temporary), self._path(path)))

    def exists(self, path: str) -> bool:
        """Whether there is something at the path."""

        def look() -> bool:
            try:
                self._client.stat(self._path(path))
            except FileNotFoundError:
                return False
            return True

        return _told(look)

    def _path(self, path: str) -> str:
        return str(self._base / safe_directory(path))


@contextmanager
def connect(endpoint: Endpoint, *, seconds: float = CONNECT_SECONDS) -> Iterator[paramiko.SFTPClient]:
    """Open a client from an endpoint and close it again.

    The server's key must be known: ``extra`` holds `host_key` (type, space, base64; RSA where no type is given),
    `known_hosts` (a file) or, for a sandbox, `no_host_key_check`. ``seconds`` bounds connecting and each answer.

    Raises:
        Refused: login or host key were refused.
        Transient: the server cannot be reached.
    """
    ssh = paramiko.SSHClient()
    if endpoint.extra.get("host_key"):
        _know(ssh, endpoint)
    if endpoint.extra.get("known_hosts"):
        ssh.load_host_keys(endpoint.extra["known_hosts"])
    if str(endpoint.extra.get("no_host_key_check", "false")).lower() == "true":
        ssh.set_missing_host_key_policy(paramiko.AutoAddPolicy())  # noqa: S507 (the connection asks for it)
    with ssh:
        _told(
            lambda: ssh.connect(
                endpoint.host,
                port=endpoint.port or 22,
                username=endpoint.login,
                password=endpoint.password or None,
                timeout=seconds,
                allow_agent=False,
                look_for_keys=False,
            )
        )
        client = _told(ssh.open_sftp)
        with client:
            client.get_channel().settimeout(seconds)
            yield client


@contextmanager
def entered(opening: AbstractContextManager[paramiko.SFTPClient]) -> Iterator[paramiko.SFTPClient]:
    """Enter a client that is given, such as that of Airflow's hook, and leave it again.

    Raises:
        Refused: login or host key were refused.
        Transient: the server cannot be reached.
    """
    with ExitStack() as stack:
        yield _told(lambda: stack.enter_context(opening))


def _know(ssh: paramiko.SSHClient, endpoint: Endpoint) -> None:
    """Pin the server's key."""
    kind, _, key = str(endpoint.extra["host_key"]).strip().rpartition(" ")
    port = endpoint.port or 22
    name = endpoint.host if port == 22 else f"[{endpoint.host}]:{port}"
    line = paramiko.hostkeys.HostKeyEntry.from_line(f"{name} {kind or 'ssh-rsa'} {key}")
    if line is None or line.key is None:
        raise ConfigurationError("The host_key of the SFTP connection is no key.", "Write type, space, base64.")
    ssh.get_host_keys().add(name, line.key.get_name(), line.key)


def _in_a_folder(call: Callable[[], Result], path: str) -> Result:
    """Call; a folder that is not there is a wrong path, not an outage."""
    try:
        return call()
    except FileNotFoundError as error:
        raise Refused(f"The SFTP server has no folder for {path}.", "Correct the path, or have it made.") from error


def _told(call: Callable[[], Result]) -> Result:
    """Call, and raise what goes wrong as an error that says whether waiting helps."""
    try:
        return call()
    except (paramiko.AuthenticationException, paramiko.BadHostKeyException, PermissionError) as error:
        raise Refused(f"The SFTP server refused us: {error}.", "Check login, host key and rights.") from error
    except TieoutError:
        raise
    except (paramiko.SSHException, OSError, EOFError) as error:
        raise Transient(f"The SFTP server cannot be reached or read: {error}.", "It is tried again.") from error
