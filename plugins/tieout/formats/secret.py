"""Account numbers on their way from a payload to the column that encrypts them."""

import re

from stdnum import iban

SHOWN = 4
_NUMBERS = re.compile(r"\b(?:[A-Z]{2})?\d(?:[ -]?\d){7,}\b")
# Country, check digits, and at least eleven letters and digits, written together or in groups of four.
_IBANS = re.compile(r"\b[A-Z]{2}\d{2}(?:[A-Z0-9]{11,30}|(?:[ -][A-Z0-9]{4}){2,7}(?:[ -][A-Z0-9]{1,4})?)\b")


class Secret(str):
    """A text that no `repr` shows, and that is not kept where no contract calls its field sensitive."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret(…)"


def masked(number: str) -> str:
    """Return how an account is shown: its last four characters, nothing of a short one."""
    return f"****{number[-SHOWN:]}" if len(number) > 2 * SHOWN else "****" if number else ""


def without_numbers(text: str) -> str:
    """Return a bank's free text with IBANs and numbers of eight digits or more masked: they may be accounts'."""
    for pattern in (_IBANS, _NUMBERS):
        text = pattern.sub(lambda found: masked(found[0]), text)
    return text


def without_ibans(text: str) -> str:
    """Return a text with the IBANs in it masked, known by their check digits: other numbers in it may be invoices'."""
    return _IBANS.sub(_without_iban, text)


def _without_iban(found: re.Match[str]) -> str:
    """Mask the IBAN that something begins with, if any; what follows may be another word."""
    said = found[0]
    for end in range(len(said), SHOWN, -1):
        if said[end - 1].isalnum() and iban.is_valid(said[:end]):
            return masked(iban.compact(said[:end])) + said[end:]
    return said
