"""Gzip in bounded memory: a truncated stream and a bomb are refused, members may follow one another."""

import zlib
from collections.abc import Iterable, Iterator

from tieout.errors import MalformedPayload

PIECE = 1 << 20
GZIP = 31
# Deflate cannot shrink more than 1032 times; honest extracts stay far below this. Small files are never judged by it.
MAX_RATIO = 400
RATIO_FROM = 64 << 20


def gunzip(chunks: Iterable[bytes], max_bytes: int) -> Iterator[bytes]:
    """Yield the decompressed bytes of a gzip stream in pieces of at most one MiB.

    Args:
        chunks: the compressed bytes.
        max_bytes: more than this after decompression is refused.

    Raises:
        MalformedPayload: not gzip, truncated, damaged, larger than ``max_bytes``, or shrunk beyond what data does.
    """
    member = zlib.decompressobj(GZIP)
    read = written = 0
    for chunk in chunks:
        read += len(chunk)
        pending = chunk
        while pending:
            if member.eof:
                member = zlib.decompressobj(GZIP)
            piece = _inflate(member, pending, read)
            written += len(piece)
            _refuse_bomb(read, written, max_bytes)
            if piece:
                yield piece
            pending = member.unused_data if member.eof else member.unconsumed_tail
    yield from _rest(member, read, written, max_bytes)
    if not member.eof:
        raise MalformedPayload(
            f"The gzip stream is truncated: it ends after {read} bytes without its checksum.", "Ask for the file again."
        )


def _rest(member: "zlib._Decompress", read: int, written: int, max_bytes: int) -> Iterator[bytes]:
    """Yield what the decompressor still holds after its input has ended."""
    while not member.eof:
        piece = _inflate(member, b"", read)
        if not piece:
            return
        written += len(piece)
        _refuse_bomb(read, written, max_bytes)
        yield piece


def _inflate(member: "zlib._Decompress", data: bytes, read: int) -> bytes:
    try:
        return member.decompress(data, PIECE)
    except zlib.error as error:
        raise MalformedPayload(
            f"The gzip stream is damaged within its first {read} bytes: {error}.", "Ask for the file again."
        ) from error


def _refuse_bomb(read: int, written: int, max_bytes: int) -> None:
    if written > max_bytes:
        raise MalformedPayload(
            f"The file is larger than {max_bytes} bytes after decompression.",
            "If the file is honest, raise max_bytes in the profile's format.",
        )
    if written > RATIO_FROM and written > read * MAX_RATIO:
        raise MalformedPayload(
            f"The gzip stream grows more than {MAX_RATIO} times when decompressed.", "Look at the file by hand."
        )


def limit(chunks: Iterable[bytes], max_bytes: int) -> Iterator[bytes]:
    """Pass bytes on, refusing more than ``max_bytes``."""
    seen = 0
    for chunk in chunks:
        seen += len(chunk)
        if seen > max_bytes:
            raise MalformedPayload(
                f"The payload is larger than {max_bytes} bytes.", "If it is honest, raise max_bytes in the format."
            )
        yield chunk
