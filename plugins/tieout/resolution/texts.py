"""Plain spelling of texts: the first step of every comparison."""

import re
import unicodedata

_LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ı": "i"})
_APOSTROPHES = re.compile("['’`]")
_NOT_WORD = re.compile(r"[^a-z0-9]+")


def plain(text: str | None) -> str:
    """Return words of lower-case ASCII letters and digits with one blank between; empty for none.

    Accents are dropped, ``&`` and ``+`` are "and", an apostrophe joins what it stands between.
    """
    letters = (text or "").casefold()
    if not letters.isascii():
        folded = unicodedata.normalize("NFKD", letters.translate(_LETTERS))
        letters = "".join(character for character in folded if not unicodedata.combining(character))
    letters = letters.replace("&amp;", "&").replace("&", " and ").replace("+", " and ")
    return _NOT_WORD.sub(" ", _APOSTROPHES.sub("", letters)).strip()


def word_list(text: str) -> list[str]:
    """Return words that blanks divide."""
    return text.split()


def word_map(text: str) -> dict[str, str]:
    """Return a table written as ``spelling=meaning``, pairs divided by blanks."""
    return dict(pair.split("=") for pair in text.split())
