"""Characters that a bank takes: what can be spelled with them is spelled, what remains is refused.

The rules are those of docs/reference/payments.md, section 4.
"""

import string
import unicodedata

from tieout.errors import Unwritable

LATIN = frozenset(string.ascii_letters + string.digits + "/-?:().,'+ ")
"""The basic Latin set that banks agree on for ISO 20022 payments (EPC 217-08, section 1)."""

ASCII = frozenset(map(chr, range(0x20, 0x7F)))
"""What NACHA allows in alphameric fields."""

# Letters that do not decompose, and marks, as EPC 217-08 spells them.
_LETTERS = {
    **{"Æ": "AE", "Œ": "OE", "Ø": "O", "Ð": "D", "Þ": "TH", "Ł": "L", "Đ": "D", "ß": "ss", "ı": "i"},
    **{"æ": "ae", "œ": "oe", "ø": "o", "ð": "d", "þ": "th", "ł": "l", "đ": "d", "€": "EUR", "…": "...", "@": "(at)"},
}
_MARKS = {
    "&": "+",
    "_": "-",
    "\\": "/",
    "|": "/",
    "⁄": "/",
    ";": ",",
    **dict.fromkeys("[{", "("),
    **dict.fromkeys("]}", ")"),
}
_QUOTES, _DASHES = dict.fromkeys('"`‘’‚“”„«»', "'"), dict.fromkeys("‐‑‒–—", "-")
_STOPS = dict.fromkeys("!#$%*<=>^~§°", ".")
_SPELLED = {**_LETTERS, **_MARKS, **_QUOTES, **_DASHES, **_STOPS}


def spell(text: str, allowed: frozenset[str], field: str, *, longest: int | None = None) -> str:
    """Return a text in the characters that are allowed, blanks run together.

    Args:
        text: what should be said.
        allowed: the bank's characters.
        field: what the text is, for the error; never the text itself.
        longest: cut to this many characters.

    Raises:
        Unwritable: a character has no spelling in the bank's set.
    """
    spelled = "".join(_letter(character, allowed) for character in unicodedata.normalize("NFC", text))
    line = " ".join(spelled.split())
    strange = sorted({character for character in line if character not in allowed})
    if strange:
        names = ", ".join(f"U+{ord(character):04X}" for character in strange)
        raise Unwritable(f"The {field} holds characters that the bank does not take: {names}.", "Spell it otherwise.")
    return line if longest is None else line[:longest].rstrip()


def _letter(character: str, allowed: frozenset[str]) -> str:
    if character in allowed:
        return character
    if character.isspace():
        return " "
    if character in _SPELLED:
        return _SPELLED[character]
    parts = unicodedata.normalize("NFKD", character)
    return "".join(_SPELLED.get(part, part) for part in parts if not unicodedata.combining(part))
