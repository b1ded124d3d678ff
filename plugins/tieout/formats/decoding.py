"""Bytes to lines of text: strict, and bounded in memory by one line or chunk.

The first byte that does not decode is named by its position. Line ends may be LF, CRLF or CR, also inside quotes.
"""

import codecs
import io
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from tieout.errors import MalformedPayload

Opener = Callable[[], Iterable[bytes]]
MAX_LINE = 16 << 20


def text_lines(open_plain: Opener, encodings: tuple[str, ...]) -> Iterator[str]:
    """Yield the lines of a payload with their line ends, in the first of the encodings that decodes all of it.

    Raises:
        MalformedPayload: none decodes it, there is a NUL, or a line has no end.
    """
    texts = _decode(open_plain(), choose_encoding(open_plain, encodings))
    return chain.from_iterable(io.StringIO(piece, newline="") for piece in _whole_lines(texts))


def choose_encoding(open_plain: Opener, encodings: tuple[str, ...]) -> str:
    """Return the first encoding that decodes the whole payload; the last one is left for reading to find out.

    A declared list costs one more pass over the payload for each encoding but the last.
    """
    for encoding in encodings[:-1]:
        try:
            for _ in _decode(open_plain(), encoding):
                pass
        except MalformedPayload:
            continue
        return encoding
    return encodings[-1]


def _decode(chunks: Iterable[bytes], encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    position = 0
    for chunk in chain(chunks, (b"",)):
        held = len(decoder.getstate()[0])
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            byte = position - held + error.start
            raise MalformedPayload(
                f"Byte {byte} does not decode as {encoding}: {error.reason}.",
                "Declare the file's encoding in the profile, or ask the source for a correct file.",
            ) from error
        nul = text.find("\0")
        if nul >= 0:
            raise MalformedPayload(
                f"There is a NUL at or after byte {position}.", "Is the file in UTF-16? Declare its encoding."
            )
        position += len(chunk)
        yield text


def _whole_lines(texts: Iterable[str]) -> Iterator[str]:
    """Cut texts after line ends, so that CRLF is never parted and no line is cut."""
    carry = ""
    for text in texts:
        carry += text
        end = max(carry.rfind("\n"), carry.rfind("\r", 0, len(carry) - 1)) + 1
        # A CR that is followed by LF is not the end of its line; rfind of LF is larger then.
        if end:
            yield carry[:end]
            carry = carry[end:]
        elif len(carry) > MAX_LINE:
            raise MalformedPayload(
                f"A line is longer than {MAX_LINE} characters.", "Check delimiter, quote and encoding in the profile."
            )
    if carry:
        yield carry
