"""Why a pair is not proposed for a merge, however much it weighs: a person looks first.

A model adds up likenesses. Sister companies have most of them: address, telephone, domain, half of the name. What sets
them apart is a word, a number or a tax id. Other pairs have too little that speaks for them: first letters, half of a
name.
"""

from dataclasses import dataclass
from enum import IntEnum

from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.fuzz import ratio

from tieout.resolution.texts import word_list
from tieout.resolution.vendors import Features
from tieout.resolution.words import COMMON_WORDS, LEGAL_FORMS

SAME_WORD = 72.0
ONE_SLIP_FROM = 3
ALIKE = 0.85
LAST_DIGITS = 4
# Words that set organisations of one name apart.
PLACES = frozenset(
    word_list("north south east west northern southern eastern western central midwest us usa uk canada")
)
# Letters that look alike, on paper and in a scan.
_LOOKALIKE = str.maketrans("015i", "olsl")
IDENTIFIERS = ("tax_token", "gln", "duns")


class Strength(IntEnum):
    """How much an objection says."""

    LITTLE = 1
    """Too little speaks for the pair."""
    AGAINST = 2
    """It speaks against the pair; a name that is spoilt enough may say so as well."""
    DIFFERENT = 3
    """Two organisations, as far as anything tells: a number or a place."""


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a person looks first."""

    words: str
    strength: Strength


def alike(one: Features, other: Features) -> bool:
    """Whether two names could be one organisation's: a telling word in common, similar letters, or first letters."""
    if _same_name(one, other) or _first_letters(one, other):
        return True
    if _words(one.name_head) & _words(other.name_head):
        return True
    return JaroWinkler.similarity(one.name_squashed or "", other.name_squashed or "") >= ALIKE


def reasons(one: Features, other: Features) -> list[str]:
    """Return why a person looks first, in words; none where nothing does."""
    return [objection.words for objection in objections(one, other)]


def objections(one: Features, other: Features) -> list[Objection]:
    """Return why a person looks first; none where nothing sets the two apart and enough speaks for them."""
    return [*_tax(one, other), *_names(one, other)]


def _tax(one: Features, other: Features) -> list[Objection]:
    """Tax ids that differ, unless one is the other mistyped and more than the name agrees."""
    if not _both_known(one, other, "tax_token") or one.tax_token == other.tax_token:
        return []
    if not _one_digit(one.tax_last4 or "", other.tax_last4 or ""):
        return [Objection("the tax ids differ", Strength.DIFFERENT)]
    more = _same_address(one, other) or _number_in_common(one, other) or _same(one, other, "city")
    return [] if more else [Objection("the tax ids differ", Strength.LITTLE)]


def _one_digit(one: str, other: str) -> bool:
    """Whether the last digits allow for one wrong digit, or two swapped, in the whole number."""
    return len(one) == len(other) == LAST_DIGITS and OSA.distance(one, other) <= 1


def _names(one: Features, other: Features) -> list[Objection]:
    if not alike(one, other):
        strength = Strength.LITTLE if one.name_short or other.name_short else Strength.AGAINST
        return [Objection("the names are unlike", strength)]
    if _same_name(one, other) and one.name_numbers == other.name_numbers:
        return []
    if _first_letters(one, other):
        enough = _number_in_common(one, other) or _same_address(one, other)
        return [] if enough else [Objection("only first letters and no number speak for the pair", Strength.LITTLE)]
    return [*_numbers(one, other), *_own_words(one, other)]


def _same_name(one: Features, other: Features) -> bool:
    """Whether the names are the same but for order, blanks, form and what is traded under."""
    known = {one.name_ordered, one.name_traded} & {other.name_ordered, other.name_traded} - {None}
    return bool(known) or one.name_squashed == other.name_squashed


def _first_letters(one: Features, other: Features) -> bool:
    """Whether one name is the other's first letters."""
    return one.name_short in (other.name_acronyms or ()) or other.name_short in (one.name_acronyms or ())


def _same(one: Features, other: Features, name: str) -> bool:
    return _both_known(one, other, name) and getattr(one, name) == getattr(other, name)


def _same_address(one: Features, other: Features) -> bool:
    """Whether street and number are the same, and the place as far as it is known."""
    place = _same(one, other, "city") or _same(one, other, "postal_code") or not _both_known(one, other, "city")
    return _same(one, other, "address") and place


def _identifier_in_common(one: Features, other: Features) -> bool:
    """Whether an account, or another number that one organisation has to itself, is the same."""
    accounts = set(one.bank_tokens or ()).intersection(other.bank_tokens or ())
    return bool(accounts) or any(_same(one, other, name) for name in IDENTIFIERS)


def _number_in_common(one: Features, other: Features) -> bool:
    """Whether a number, or the e-mail domain, is the same."""
    names = ("phone", "email_domain", "tax_last4")
    return _identifier_in_common(one, other) or any(_same(one, other, name) for name in names)


def agree_besides_tax(one: Features, other: Features) -> bool:
    """Whether anything but name and tax id is the same: address, a number, the domain, or where too little is known."""
    known = [name for name in ("address", "phone", "email_domain", "bank_tokens") if _both_known(one, other, name)]
    if not known or not set(one.bank_tokens or ()).isdisjoint(other.bank_tokens or ()):
        return True
    return any(getattr(one, name) == getattr(other, name) for name in (*known, "gln", "duns") if getattr(one, name))


def _both_known(one: Features, other: Features, name: str) -> bool:
    return bool(getattr(one, name) and getattr(other, name))


def _numbers(one: Features, other: Features) -> list[Objection]:
    """Numbers in the names differ, and not because one name is cut short.

    A name that ends within a word was cut, and what of. One without number or form may be the other one cut, or a firm
    of its own: tax ids and accounts tell, if any.
    """
    if one.name_numbers == other.name_numbers:
        return []
    shorter, longer, is_cut = _cut(one, other)
    if is_cut and (shorter.name_numbers or _within_word(shorter, longer) or _identifier_in_common(one, other)):
        return []
    perhaps = is_cut and shorter.name_numbers is None and shorter.legal_form is None
    told = _both_known(one, other, "tax_token") or _both_known(one, other, "bank_tokens")
    strength = Strength.DIFFERENT if told or not perhaps else Strength.LITTLE
    return [Objection("the numbers in the names differ", strength)]


def _cut(one: Features, other: Features) -> tuple[Features, Features, bool]:
    """Whose name is the shorter one, whose the longer, and whether one is the other's beginning, blanks aside."""
    shorter, longer = sorted((one, other), key=lambda each: len(each.name_written or ""))
    return shorter, longer, _joined(longer.name_written).startswith(_joined(shorter.name_written))


def _joined(text: str | None) -> str:
    return (text or "").replace(" ", "")


def _within_word(shorter: Features, longer: Features) -> bool:
    """Whether a name that is cut short ends within a word."""
    short, long = shorter.name_written or "", longer.name_written or ""
    return long.startswith(short) and long[len(short) :][:1].isalnum()


def _own_words(one: Features, other: Features) -> list[Objection]:
    """Words that only one of the names has: on both sides; words of places; telling ones where no number helps."""
    left, right = _unmatched(one, other), _unmatched(other, one)
    shorter, _longer, is_cut = _cut(one, other)
    if is_cut:
        left, right = ([], right) if shorter is one else (left, [])
    if left and right:
        words = f"each name has a word of its own: {' '.join(left)}; {' '.join(right)}"
        return [Objection(words, Strength.AGAINST)]
    only = [word for word in (*left, *right) if not word.isdigit()]
    if any(word in PLACES for word in only):
        return [Objection(f"only one name has {' '.join(only)}", Strength.DIFFERENT)]
    told = _number_in_common(one, other) or (is_cut and _same_address(one, other))
    if only and one.name_head != other.name_head and not told:
        words = f"only one name has {' '.join(only)}, and no number speaks for the pair"
        return [Objection(words, Strength.LITTLE)]
    return []


def _unmatched(one: Features, other: Features) -> list[str]:
    """Words of one name that are in no spelling in the other."""
    theirs = [_folded(word) for word in (other.name_core or "").split()]
    squashed = _folded(other.name_squashed or "")
    words = (one.name_core or "").split()
    if words and _cut_form(words[-1], other.legal_form):
        words.pop()
    vocabulary = set((other.name_core or "").split()) & COMMON_WORDS
    return [
        word
        for word in words
        if word not in vocabulary
        and _folded(word) not in squashed
        and not any(_same_word(_folded(word), their) for their in theirs if not _both_common(word, their))
    ]


def _cut_form(word: str, form: str | None) -> bool:
    """Whether a last word is a legal form that a field's width cut short."""
    return form is not None and any(
        spelling.startswith(word) for spelling, short in LEGAL_FORMS.items() if short == form
    )


def _both_common(one: str, other: str) -> bool:
    """Two words of the vocabulary are two words, however alike: dental, rental."""
    return one in COMMON_WORDS and other in _FOLDED_COMMON


def _same_word(one: str, other: str) -> bool:
    """Whether one is the other misspelt or cut short."""
    shorter, longer = sorted((one, other), key=len)
    if longer.startswith(shorter) or ratio(one, other) >= SAME_WORD:
        return True
    return len(shorter) >= ONE_SLIP_FROM and OSA.distance(one, other) <= 1


def _folded(word: str) -> str:
    """A word as it looks: letters that are taken for each other are one."""
    return word.translate(_LOOKALIKE).replace("rn", "m").replace("vv", "w")


_FOLDED_COMMON = frozenset(_folded(word) for word in COMMON_WORDS)


def _words(text: str | None) -> set[str]:
    return set((text or "").split())
