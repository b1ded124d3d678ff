"""Puts a batch's files at the bank: the bytes of the archive, once (docs/reference/payments.md, 4 Instruction).

A crash between put and record is found by listing the bank's folder: a file that is there, or was taken from there, is
not written again.
"""

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import PurePosixPath

import psycopg
from paramiko import SFTPClient

from tieout import audit
from tieout.archive.store import Archive
from tieout.errors import MalformedPayload, Refused
from tieout.payments import journal, store
from tieout.payments.files import MadeFile, made
from tieout.payments.vocabulary import MACHINE
from tieout.sources import sftp
from tieout.warehouse.connection import connect

TEMPORARY = ".part"
TAKEN = ("done", "reject")
"""Folders, beside a file's own, into which a bank moves what it took."""
_ALONE = "select from payments.batch where batch_id = %s for update"
"""Nobody else sends the batch, and nobody can refuse it, until the transaction ends."""


def send(
    dsn: str,
    archive: Archive,
    batch_id: str,
    *,
    open_client: Callable[[str], AbstractContextManager[SFTPClient]],
    now: datetime,
) -> list[str]:
    """Send the files of a batch and return their names; none where they were sent before, or it was refused.

    Args:
        dsn: of the warehouse.
        archive: holds the bytes.
        batch_id: whose files were made.
        open_client: opens a session with the bank of an account of ours.
        now: the business clock.

    Raises:
        Refused: the bank's folder refuses, or has another file of this name; what is tried again are the same bytes.
        Transient: the bank cannot be reached.
        MalformedPayload: the archive's bytes are not what was made.
    """
    with connect(dsn) as connection:
        connection.execute(_ALONE, (batch_id,))
        files, done = made(connection, batch_id), store.steps(connection, batch_id)
        if not files or "sent" in done or "refused" in done:
            return []
        account = store.batch(connection, batch_id).paying_account
        with sftp.entered(open_client(account)) as client:
            bank = sftp.SftpFiles(client)
            for file in files:
                journal.note(archive, file.name, batch_id, now)
                put(bank, file, b"".join(archive.read(file.sha256)))
        _record(connection, batch_id, files, now)
        return [file.name for file in files]


def put(bank: sftp.SftpFiles, file: MadeFile, content: bytes) -> bool:
    """Write a file under a temporary name and rename it; return whether it was not there before."""
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise MalformedPayload(f"The archive's bytes of {file.name} are not what was made.", "Nothing was sent.")
    size = _size_at_bank(bank, file)
    if size is None:
        path = str(PurePosixPath(file.directory) / file.name)
        bank.put(path, content, path + TEMPORARY)
        return True
    if size != len(content):
        raise Refused(
            f"The bank has a file {file.name} of {size} bytes, ours has {len(content)}.",
            "Nothing was sent; ask the bank whose it is.",
        )
    return False


def _size_at_bank(bank: sftp.SftpFiles, file: MadeFile) -> int | None:
    """Return the size of the file where the bank has it: in its folder first, so that one that is taken is seen."""
    base = PurePosixPath(file.directory)
    for folder in (base, *(base / taken for taken in TAKEN)):
        if folder != base and not bank.exists(str(folder)):
            continue
        for entry in bank.listing(str(folder)):
            if entry.name == file.name:
                return entry.size
    return None


def _record(connection: psycopg.Connection, batch_id: str, files: list[MadeFile], now: datetime) -> None:
    head = store.batch(connection, batch_id)
    if store.add_step(connection, batch_id, "sent", actor=MACHINE, at=now):
        audit.record(
            connection,
            at=now,
            actor=MACHINE,
            action="payment_sent",
            subject_type="payment_batch",
            subject_id=batch_id,
            after={"files": [file.name for file in files], "sha256": [file.sha256 for file in files]},
            trace_id=head.dag_run_id,
        )
