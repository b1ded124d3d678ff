"""SFTP servers for the systems that drop files: one account each, its own root, nothing but files."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import asyncssh

from sandbox.faults import Fault
from sandbox.settings import EstateError

DROPPED, INCOMING = "outgoing", "incoming"
TAKEN = ("done", "reject")
# Returns the fault that a request for a path meets.
Meet = Callable[[str], Fault | None]
# Called when a file has its name.
Received = Callable[[], object]
# Says whether what would be written to a path is refused.
Refuses = Callable[[str], bool]
WRITING = asyncssh.FXF_WRITE | asyncssh.FXF_APPEND | asyncssh.FXF_CREAT | asyncssh.FXF_TRUNC


class DropServer(asyncssh.SFTPServer):
    """Files may be listed and read, and moved into a folder named done or reject.

    Where the system takes files (``received`` is called when one has its name), they may be written and renamed in its
    incoming folders. Nothing else.
    """

    def __init__(
        self,
        channel: asyncssh.SSHServerChannel,
        root: Path,
        meet: Meet,
        received: Received | None = None,
        refuses: Refuses = lambda path: False,
    ) -> None:
        super().__init__(channel, chroot=os.fsencode(root))
        self._connection = channel.get_connection()
        self._meet = meet
        self._received = received
        self._refuses = refuses
        self._bytes_left: int | None = None

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        """Open a file for reading, or a new one in an incoming folder."""
        if pflags & WRITING and not self._takes(path):
            raise _denied("Files may be read and moved, not written")
        if pflags & WRITING:
            self._check_refused(path)
        self._meet_cut(path)
        return super().open(path, pflags, attrs)

    def read(self, file_obj: object, offset: int, size: int) -> bytes:
        """Read a part of a file, unless the session is cut first."""
        self._pass(size)
        return super().read(file_obj, offset, size)

    def write(self, file_obj: object, offset: int, data: bytes) -> int:
        """Write a part of a file, unless the session is cut first."""
        self._pass(len(data))
        return super().write(file_obj, offset, data)

    async def rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Move a file that was dropped into a folder named done or reject, or give a new one its name."""
        incoming = self._takes(oldpath) and self._takes(newpath)
        if not incoming:
            _check_move(oldpath, newpath)
        self._check_refused(newpath)
        super().rename(oldpath, newpath)
        if incoming and self._received is not None:
            await asyncio.to_thread(self._received)

    def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Move a file that was dropped into a folder named done or reject, over one of the same name."""
        _check_move(oldpath, newpath)
        super().posix_rename(oldpath, newpath)

    def mkdir(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        """Make a folder named done or reject."""
        if not _is_taken(PurePosixPath("/", os.fsdecode(path))):
            raise _denied("Only folders named done and reject may be made, and folders in them")
        super().mkdir(path, attrs)

    def remove(self, path: bytes) -> None:
        """Refuse."""
        raise _denied("Files may not be removed")

    def rmdir(self, path: bytes) -> None:
        """Refuse."""
        raise _denied("Folders may not be removed")

    def setstat(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        """Refuse."""
        raise _denied("Attributes may not be changed")

    def lsetstat(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        """Refuse."""
        raise _denied("Attributes may not be changed")

    def fsetstat(self, file_obj: object, attrs: asyncssh.SFTPAttrs) -> None:
        """Refuse."""
        raise _denied("Attributes may not be changed")

    def symlink(self, oldpath: bytes, newpath: bytes) -> None:
        """Refuse."""
        raise _denied("Links may not be made")

    def link(self, oldpath: bytes, newpath: bytes) -> None:
        """Refuse."""
        raise _denied("Links may not be made")

    def _takes(self, path: bytes) -> bool:
        """Whether a file may be written here."""
        parts = PurePosixPath("/", os.fsdecode(path)).parts
        return self._received is not None and parts[1] == INCOMING and not {"..", *TAKEN} & set(parts)

    def _check_refused(self, path: bytes) -> None:
        """Refuse what a fault says that the folder takes nothing of."""
        if self._refuses(str(PurePosixPath("/", os.fsdecode(path)))):
            raise _denied("The folder takes nothing now")

    def _meet_cut(self, path: bytes) -> None:
        """Ask for a fault when a file is opened; what is left of its bytes then goes through."""
        fault = self._meet(str(PurePosixPath("/", os.fsdecode(path))))
        if fault is not None:
            self._bytes_left = fault.bytes

    def _pass(self, size: int) -> None:
        """Count bytes on their way; cut the connection where no more may go."""
        if self._bytes_left is None:
            return
        self._bytes_left -= size
        if self._bytes_left < 0:
            self._connection.abort()
            raise asyncssh.SFTPConnectionLost("The session was cut")


def _denied(reason: str) -> asyncssh.SFTPPermissionDenied:
    return asyncssh.SFTPPermissionDenied(reason)


def _is_taken(folder: PurePosixPath) -> bool:
    return ".." not in folder.parts and any(part in TAKEN for part in folder.parts)


def _check_move(oldpath: bytes, newpath: bytes) -> None:
    source, target = (PurePosixPath("/", os.fsdecode(path)) for path in (oldpath, newpath))
    if DROPPED not in source.parts or not _is_taken(target.parent):
        raise _denied("Files may be moved from outgoing into a folder named done or reject")


class _Account(asyncssh.SSHServer):
    """One account with a password."""

    def __init__(self, login: str, password: str) -> None:
        self.login = login
        self.password = password

    def begin_auth(self, username: str) -> bool:
        """Ask everybody for a password."""
        return True

    def password_auth_supported(self) -> bool:
        """Passwords are what is asked for."""
        return True

    def validate_password(self, username: str, password: str) -> bool:
        """Compare login and password."""
        return (username, password) == (self.login, self.password)


class SftpService:
    """An SFTP server on a port; it can be stopped and started again on the same port."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        root: Path,
        login: str,
        password: str,
        key: asyncssh.SSHKey,
        meet: Meet,
        received: Received | None = None,
        refuses: Refuses = lambda path: False,
    ) -> None:
        self.host = host
        self.port = port
        self.root = root
        self.login = login
        self.password = password
        self.key = key
        self.meet = meet
        self.received = received
        self.refuses = refuses
        self._acceptor: asyncssh.SSHAcceptor | None = None
        self._connections: set[_Session] = set()

    async def start(self) -> None:
        """Listen; a port 0 becomes a free one, which is kept.

        Raises:
            EstateError: the port is taken.
        """
        if self._acceptor is not None:
            return
        self.root.mkdir(parents=True, exist_ok=True)
        try:
            self._acceptor = await asyncssh.create_server(
                lambda: _Session(self.login, self.password, self._connections),
                self.host,
                self.port,
                server_host_keys=[self.key],
                sftp_factory=lambda channel: DropServer(channel, self.root, self.meet, self.received, self.refuses),
                sftp_version=3,
                allow_scp=False,
                agent_forwarding=False,
                x11_forwarding=False,
            )
        except OSError as error:
            raise EstateError(
                f"Port {self.port} of {self.host} cannot be used ({error.strerror}): free it or choose another."
            ) from error
        self.port = self._acceptor.get_port()

    async def stop(self) -> None:
        """Stop listening and end connections."""
        if self._acceptor is None:
            return
        self._acceptor.close()
        await self._acceptor.wait_closed()
        for session in list(self._connections):
            session.end()
        self._acceptor = None


class _Session(_Account):
    """A connection of the account, remembered so that it can be ended."""

    def __init__(self, login: str, password: str, sessions: set["_Session"]) -> None:
        super().__init__(login, password)
        self.sessions = sessions
        self.connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """Remember the connection."""
        self.connection = conn
        self.sessions.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self.sessions.discard(self)

    def end(self) -> None:
        """Cut the connection."""
        if self.connection is not None:
            self.connection.abort()
