"""Reasons why a pair is not proposed for a merge, however much it weighs: a person looks first.

A model adds up likenesses. Sister companies have most of them: address, telephone, domain, half of the name. What sets
them apart is a word, a number or a tax id.
"""

from rapidfuzz.distance import JaroWinkler
from rapidfuzz.fuzz import ratio

from tieout.resolution.texts import word_list
from tieout.resolution.vendors import Features
from tieout.resolution.words import COMMON_WORDS

SAME_WORD = 75.0
ALIKE = 0.85
# Words that set organisations of one name apart.
PLACES = frozenset(
    word_list("north south east west northern southern eastern western central midwest us usa uk canada")
)


def alike(one: Features, other: Features) -> bool:
    """Whether two names could be one organisation's: a telling word in common, similar letters, or first letters."""
    if _same_name(one, other):
        return True
    if one.name_acronym and one.name_acronym == other.name_acronym:
        return True
    if _words(one.name_head) & _words(other.name_head):
        return True
    return JaroWinkler.similarity(one.name_squashed or "", other.name_squashed or "") >= ALIKE


def reasons(one: Features, other: Features) -> list[str]:
    """Return why a person looks first; none where nothing sets the two apart."""
    found = []
    if _different(one.tax_token, other.tax_token) and not _outweighed(one, other):
        found.append("the tax ids differ")
    if not alike(one, other):
        return [*found, "the names are unlike"]
    if _same_name(one, other) and one.name_numbers == other.name_numbers:
        return found
    if _first_letters(one, other):
        return (
            found if _number_in_common(one, other) else [*found, "only first letters and no number speak for the pair"]
        )
    return found + _numbers(one, other) + _own_words(one, other)


def _different(one: str | None, other: str | None) -> bool:
    return bool(one and other and one != other)


def _outweighed(one: Features, other: Features) -> bool:
    """Whether different tax ids look like one mistyped: the same name, and an address or a number in common."""
    same_address = one.address is not None and one.address == other.address
    return _same_name(one, other) and (same_address or _number_in_common(one, other))


def _same_name(one: Features, other: Features) -> bool:
    """Whether the names are the same but for order, blanks, form and what is traded under."""
    known = {one.name_ordered, one.name_traded} & {other.name_ordered, other.name_traded} - {None}
    return bool(known) or one.name_squashed == other.name_squashed


def _first_letters(one: Features, other: Features) -> bool:
    """Whether one name is the other's first letters."""
    return (
        one.name_acronym is not None
        and one.name_acronym in (one.name_core, other.name_core)
        and (one.name_acronym == other.name_acronym)
    )


def _number_in_common(one: Features, other: Features) -> bool:
    """Whether a number, or the e-mail domain, is the same."""
    names = ("phone", "email_domain", "tax_token", "tax_last4", "gln", "duns")
    if any(getattr(one, name) and getattr(one, name) == getattr(other, name) for name in names):
        return True
    return not set(one.bank_tokens or ()).isdisjoint(other.bank_tokens or ())


def agree_besides_tax(one: Features, other: Features) -> bool:
    """Whether anything but name and tax id is the same: address, a number, the domain, or where too little is known."""
    known = [name for name in ("address", "phone", "email_domain", "bank_tokens") if _both_known(one, other, name)]
    if not known or not set(one.bank_tokens or ()).isdisjoint(other.bank_tokens or ()):
        return True
    return any(getattr(one, name) == getattr(other, name) for name in (*known, "gln", "duns") if getattr(one, name))


def _both_known(one: Features, other: Features, name: str) -> bool:
    return bool(getattr(one, name) and getattr(other, name))


def _numbers(one: Features, other: Features) -> list[str]:
    """Numbers in the names differ, and not because one name is cut short."""
    if one.name_numbers == other.name_numbers:
        return []
    shorter, longer = sorted((one, other), key=lambda each: len(each.name_squashed or ""))
    cut = shorter.name_numbers and (longer.name_squashed or "").startswith(shorter.name_squashed or "")
    return [] if cut else ["the numbers in the names differ"]


def _own_words(one: Features, other: Features) -> list[str]:
    """Words that only one of the names has: on both sides; words of places; telling ones where no number helps."""
    left, right = _unmatched(one, other), _unmatched(other, one)
    if left and right:
        return [f"each name has a word of its own: {' '.join(left)}; {' '.join(right)}"]
    only = [word for word in (*left, *right) if not word.isdigit()]
    if any(word in PLACES for word in only):
        return [f"only one name has {' '.join(only)}"]
    if only and one.name_head != other.name_head and not _number_in_common(one, other):
        return [f"only one name has {' '.join(only)}, and no number speaks for the pair"]
    return []


def _unmatched(one: Features, other: Features) -> list[str]:
    """Words of one name that are in no spelling in the other."""
    theirs = (other.name_core or "").split()
    squashed = other.name_squashed or ""
    return [
        word
        for word in (one.name_core or "").split()
        if word not in squashed and not any(_same_word(word, their) for their in theirs)
    ]


def _same_word(one: str, other: str) -> bool:
    """Whether one is the other misspelt or cut short. Two words of the vocabulary are two words: dental, rental."""
    if one in COMMON_WORDS and other in COMMON_WORDS:
        return one == other
    shorter, longer = sorted((one, other), key=len)
    return longer.startswith(shorter) or ratio(one, other) >= SAME_WORD


def _words(text: str | None) -> set[str]:
    return set((text or "").split())
