"""A file of messages on an SFTP server: one CSV file per batch, whole or not at all.

The file's name comes from the keys of its messages, so the same batch has the same name and the same bytes. It is
written under a temporary name and renamed. Before that it is looked for, in its folder and then where the target puts
what it took: a file that is there is not written again.
"""

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any, TypeVar

from tieout.feedback.answers import Answer
from tieout.feedback.targets import Operation, Send, Target
from tieout.feedback.transport import Message, Pace
from tieout.sources import sftp
from tieout.sources.endpoint import Endpoint

KEY_COLUMN = "messageKey"
TEMPORARY = ".part"
BATCH = "{batch}"
DIGITS = 32  # of a batch's key, hexadecimal

Result = TypeVar("Result")


class SftpFile:
    """A target that takes files. A session is opened for each."""

    def __init__(self, target: Target, endpoint: Endpoint, *, pace: Pace) -> None:
        self._target = target
        self._endpoint = endpoint
        self._pace = pace

    def close(self) -> None:
        """Nothing stays open between files."""

    def has(self, operation: str, batch_key: str) -> bool:
        """Whether the batch's file was written, or taken already."""
        return self._with_files(lambda files: _is_there(files, self._target.operations[operation].send, batch_key))

    def send(self, messages: Sequence[Message]) -> Answer:
        """Write the file of a batch where it is not there yet."""
        operation = self._target.operations[messages[0].operation]
        key = batch_key(message.idempotency_key for message in messages)
        content = csv_of(operation, messages)

        def put(files: sftp.SftpFiles) -> str:
            path = path_of(operation.send, key)
            if _is_there(files, operation.send, key):
                return f"{path} was there already; nothing was written."
            files.put(path, content, path + TEMPORARY)
            return f"{path}: {len(messages)} rows."

        said = self._with_files(put)
        return Answer("acknowledged", excerpt=said, response_sha256=hashlib.sha256(content).hexdigest())

    def _with_files(self, call: Callable[[sftp.SftpFiles], Result]) -> Result:
        self._pace()
        with sftp.connect(self._endpoint, seconds=self._target.timeout.total_seconds()) as client:
            return call(sftp.SftpFiles(client))


def batch_key(idempotency_keys: Iterable[str]) -> str:
    """Return the key of a batch: the same messages have the same, in whatever order."""
    return hashlib.sha256("\n".join(sorted(idempotency_keys)).encode()).hexdigest()[:DIGITS]


def path_of(send: Send, key: str) -> str:
    """Return the path of a batch's file."""
    return str(PurePosixPath(send.directory) / send.file.replace(BATCH, key))


def csv_of(operation: Operation, messages: Sequence[Message]) -> bytes:
    """Return a batch as CSV (RFC 4180, UTF-8): a column per property of the schema, a row per message, by key.

    Lists and objects are JSON in their cell; null is empty.
    """
    names = list(operation.schema["properties"])
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([KEY_COLUMN, *names])
    for message in sorted(messages, key=lambda message: message.idempotency_key):
        body = json.loads(message.body, parse_float=Decimal)
        writer.writerow([message.idempotency_key, *(_cell(body.get(name)) for name in names)])
    return text.getvalue().encode()


def _is_there(files: sftp.SftpFiles, send: Send, key: str) -> bool:
    """Look in the folder first: what is moved away between the two looks is seen by the second."""
    path = path_of(send, key)
    places = [path, str(PurePosixPath(send.done) / PurePosixPath(path).name)] if send.done else [path]
    return any(files.exists(place) for place in places)


def _cell(value: Any) -> str:
    """Spell a value; numbers keep every digit, those within a list or object as text."""
    if value is None:
        return ""
    if isinstance(value, (str, Decimal)):
        return str(value)
    return json.dumps(value, ensure_ascii=False, default=str)
