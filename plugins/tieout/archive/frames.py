"""The archive's file format: a payload compressed and encrypted in frames, written and read as a stream.

    header   magic ``TIEOUT1\\n``, one byte of flags (1: compressed), key id (4 bytes), salt (16 bytes)
    frame    length of the ciphertext (4 bytes, big endian), ciphertext (AES-256-GCM)

Each object has a key of its own, made from the key with that id and the salt. The nonce of a frame is its number with a
flag for the last one, so that frames cannot be reordered, repeated or left out, and a cut tail is found (the STREAM
construction of Hoang, Reyhanitabar, Rogaway and Vizár, 2015). The header is authenticated with each frame.
"""

import os
import zlib
from collections.abc import Iterable, Iterator
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tieout.archive.keys import KEY_ID_BYTES, NONCE_BYTES, Keys
from tieout.errors import MalformedPayload

MAGIC = b"TIEOUT1\n"
COMPRESSED = 1
SALT_BYTES = 16
HEADER_BYTES = len(MAGIC) + 1 + KEY_ID_BYTES + SALT_BYTES
LENGTH_BYTES = 4
FRAME = 1 << 20
TAG_BYTES = 16
# The fastest level: the archive is written on the way of every payload.
LEVEL = 1


class Readable(Protocol):
    """What is read from: an open binary file."""

    def read(self, size: int, /) -> bytes:
        """Return at most ``size`` bytes, empty at the end."""
        ...


def seal(chunks: Iterable[bytes], keys: Keys, *, compress: bool = True) -> Iterator[bytes]:
    """Yield the archived form of a payload. Memory: one frame."""
    identity, _ = keys.current
    salt = os.urandom(SALT_BYTES)
    cipher = keys.object_cipher(identity, salt)
    header = MAGIC + bytes([COMPRESSED if compress else 0]) + identity + salt
    yield header
    number = 0
    held = bytearray()
    for piece in _deflate(chunks) if compress else chunks:
        held += piece
        while len(held) > FRAME:
            yield _frame(cipher, number, bytes(held[:FRAME]), header, last=False)
            del held[:FRAME]
            number += 1
    yield _frame(cipher, number, bytes(held), header, last=True)


def unseal(source: Readable, keys: Keys) -> Iterator[bytes]:
    """Yield a payload's bytes from its archived form.

    Raises:
        MalformedPayload: the object was cut or changed.
        ConfigurationError: its key is not at hand.
    """
    header = source.read(HEADER_BYTES)
    if len(header) != HEADER_BYTES or not header.startswith(MAGIC):
        raise _damaged("it has no header")
    flags, rest = header[len(MAGIC)], header[len(MAGIC) + 1 :]
    cipher = keys.object_cipher(rest[:KEY_ID_BYTES], rest[KEY_ID_BYTES:])
    frames = _frames(source, cipher, header)
    return _inflate(frames) if flags & COMPRESSED else frames


def key_of(source: Readable) -> tuple[bytes | None, bool]:
    """Return the id of an archived form's key, none where it is not one, and whether it is compressed."""
    header = source.read(HEADER_BYTES)
    if len(header) != HEADER_BYTES or not header.startswith(MAGIC):
        return None, False
    start = len(MAGIC) + 1
    return header[start : start + KEY_ID_BYTES], bool(header[len(MAGIC)] & COMPRESSED)


def _frames(source: Readable, cipher: AESGCM, header: bytes) -> Iterator[bytes]:
    number = 0
    following = _read_frame(source)
    while following is not None:
        sealed, following = following, _read_frame(source)
        try:
            yield cipher.decrypt(_nonce(number, last=following is None), sealed, header)
        except InvalidTag as error:
            raise _damaged(f"frame {number} does not authenticate") from error
        number += 1
    if not number:
        raise _damaged("it has no frame")


def _read_frame(source: Readable) -> bytes | None:
    head = source.read(LENGTH_BYTES)
    if not head:
        return None
    length = int.from_bytes(head, "big")
    sealed = source.read(length) if length <= FRAME + TAG_BYTES else b""
    if len(head) != LENGTH_BYTES or len(sealed) != length:
        raise _damaged("it ends inside a frame")
    return sealed


def _frame(cipher: AESGCM, number: int, plain: bytes, header: bytes, *, last: bool) -> bytes:
    sealed = cipher.encrypt(_nonce(number, last=last), plain, header)
    return len(sealed).to_bytes(LENGTH_BYTES, "big") + sealed


def _nonce(number: int, *, last: bool) -> bytes:
    return bytes([last]) + number.to_bytes(NONCE_BYTES - 1, "big")


def _deflate(chunks: Iterable[bytes]) -> Iterator[bytes]:
    compressor = zlib.compressobj(LEVEL)
    for chunk in chunks:
        yield compressor.compress(chunk)
    yield compressor.flush()


def _inflate(pieces: Iterable[bytes]) -> Iterator[bytes]:
    decompressor = zlib.decompressobj()
    for piece in pieces:
        pending = piece
        while pending:
            yield decompressor.decompress(pending, FRAME)
            pending = decompressor.unconsumed_tail
    rest = decompressor.flush()
    if rest:
        yield rest
    if not decompressor.eof:
        raise _damaged("its compressed data is cut")


def _damaged(what: str) -> MalformedPayload:
    return MalformedPayload(f"An object of the archive is damaged: {what}.", "Restore it from the archive's backup.")
