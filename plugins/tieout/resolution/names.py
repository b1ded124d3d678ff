"""Organisations' names, as far as they say which organisation is meant."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tieout.resolution.texts import plain, word_list
from tieout.resolution.words import ABBREVIATIONS, COMMON_WORDS, LEGAL_FORMS, NOTES, SAME_WORDS, TRADING_AS

LONGEST_FORM = max(len(spelling.split()) for spelling in LEGAL_FORMS)
# Forms that stand before a name as well, and those that are nothing else wherever they stand.
LEADING = frozenset(("nv", "bv", "ab", "sa", "stichting", "oy"))
ANYWHERE = frozenset(
    word_list("inc incorporated llc ltd limited corp corporation gmbh plc bv nv sarl srl llp pllc aktiengesellschaft")
)
LONG_FORMS = ("incorporated", "corporation", "limited", "aktiengesellschaft")
CUT_FROM = 4
FILLERS = frozenset(("and", "the", "of", "for"))
ACRONYM_FROM = 3
_MARKS = "|".join(TRADING_AS).replace(" ", r"[\W_]+")
_TRADING = re.compile(rf"(?<![^\W_])(?:{_MARKS})(?![^\W_])", re.IGNORECASE)
_NOTE = "|".join(re.escape(note) for note in sorted(NOTES, key=len, reverse=True))
_NOTE_SEGMENTS = (
    re.compile(rf"\*+\s*(?:{_NOTE})\b[^*]*(?:\*+|$)", re.IGNORECASE),
    re.compile(rf"\(\s*(?:{_NOTE})\b[^)]*\)?", re.IGNORECASE),
    re.compile(rf"\s[-–/#]+\s*(?:{_NOTE})\b.*$", re.IGNORECASE),
)
_CARE_OF = re.compile(r"\s(?:c/o|attn:?|attention:)\s.*$", re.IGNORECASE)


@dataclass(frozen=True)
class OrganisationName:
    """A name taken apart.

    ``words``: spelt out, in order, without legal form and fillers. ``traded``: the same of the name that is traded
    under, empty where there is none. ``form``: the legal form's short name, or empty. ``acronyms``: the first letters
    of either name, as people write them: with and without fillers, a word with a hyphen as one or as two. ``written``:
    the legal name in plain letters as it is written, form and all.
    """

    words: tuple[str, ...]
    traded: tuple[str, ...]
    form: str
    acronyms: tuple[str, ...] = ()
    written: str = ""

    @property
    def core(self) -> str:
        """The words in order."""
        return " ".join(self.words)

    @property
    def ordered(self) -> str:
        """The words in alphabetical order: the same for transposed words."""
        return ordered(self.words)

    @property
    def head(self) -> str:
        """The words that say which organisation it is, in alphabetical order; all words where all are common."""
        return ordered([word for word in self.words if word not in COMMON_WORDS] or self.words)

    @property
    def numbers(self) -> str:
        """The numbers in either name, each once."""
        return ordered({word for word in (*self.words, *self.traded) if word.isdigit()})


def parse(name: str | None) -> OrganisationName:
    """Take a name apart. Nothing is lost silently: where only form and fillers are left, they are the words."""
    text = _without_notes(name or "")
    legal, traded = _split(text)
    words, form = _words(legal)
    acronyms = tuple(sorted(_acronyms(legal) | _acronyms(traded)))
    return OrganisationName(words, _words(traded)[0], form, acronyms, plain(legal))


def ordered(words: Iterable[str]) -> str:
    """Return words in alphabetical order with one blank between."""
    return " ".join(sorted(words))


def _without_notes(name: str) -> str:
    for pattern in (*_NOTE_SEGMENTS, _CARE_OF):
        shorter = pattern.sub(" ", name).strip()
        if shorter != name and plain(shorter):
            name = shorter
    return name


def _split(text: str) -> tuple[str, str]:
    """The legal name, and the name that is traded under."""
    while found := _TRADING.search(text):
        before, after = text[: found.start()], text[found.end() :]
        if plain(before) and plain(after):
            return before, after
        if not plain(before + after):
            break
        text = f"{before} {after}"
    return text, ""


def _acronyms(text: str) -> set[str]:
    """First letters of at least three words that are no numbers; the legal form is none of them."""
    if not text:
        return set()
    whole = [plain(word).replace(" ", "") for word in text.split() if any(map(str.isalnum, word))]
    found = set()
    for words in (_without_form(whole)[0], _without_form(plain(text).split())[0]):
        named = [word for word in words if word and not word.isdigit()]
        found |= {"".join(word[0] for word in named), "".join(word[0] for word in named if word not in FILLERS)}
    return {letters for letters in found if len(letters) >= ACRONYM_FROM}


def _words(text: str) -> tuple[tuple[str, ...], str]:
    """Words and legal form of one name."""
    words = _before_place(text)
    form = ""
    while True:
        shorter, found = _without_form(words)
        form = form or found
        shorter = _spelt_out(_joined_letters(shorter))
        if shorter == words:
            return tuple(words), form
        words = shorter


def _before_place(text: str) -> list[str]:
    """All words, without a place behind a comma behind a legal form: ``Honeywell B.V., Amsterdam, NL``."""
    words: list[str] = []
    for part in re.split(r"[,;]", text):
        more = plain(part).split()
        if words and _trailing(words)[0] and not _trailing(more)[0]:
            return words
        words += more
    return words


def _trailing(words: list[str]) -> tuple[int, str]:
    """How many words at the end are a legal form, and which; zero where none or where nothing would be left."""
    for count in range(min(LONGEST_FORM, len(words) - 1), 0, -1):
        form = LEGAL_FORMS.get(" ".join(words[-count:]))
        if form:
            return count, form
    if len(words) > 1 and len(words[-1]) >= CUT_FROM:
        # A long form that a field's width cut short.
        return next(((1, LEGAL_FORMS[long]) for long in LONG_FORMS if long.startswith(words[-1])), (0, ""))
    return 0, ""


def _without_form(words: list[str]) -> tuple[list[str], str]:
    form = ""
    while (found := _trailing(words))[0]:
        words, form = words[: -found[0]], form or found[1]
    for count in (2, 1):
        leading = LEGAL_FORMS.get(" ".join(words[:count])) if len(words) > count else None
        if leading in LEADING:
            return words[count:], form or leading
    kept = [word for position, word in enumerate(words) if position == 0 or word not in ANYWHERE]
    return kept, form


def _joined_letters(words: list[str]) -> list[str]:
    """Runs of single letters as one word: ``d s m`` is ``dsm``."""
    joined: list[str] = []
    run: list[str] = []
    for word in [*words, ""]:
        if len(word) == 1 and word.isalpha():
            run.append(word)
            continue
        joined += ["".join(run)] if run else []
        run = []
        joined += [word] if word else []
    return joined


def _spelt_out(words: list[str]) -> list[str]:
    spelt_words = [SAME_WORDS.get(word, word) for word in (ABBREVIATIONS.get(word, word) for word in words)]
    return [word for word in spelt_words if word not in FILLERS] or spelt_words
