"""How entries and references are read before anything is matched (docs/reference/payments.md, section 6)."""

from tests.properties.bank.documents import Entry

MEANINGS = {"PMNT/MDOP/CHRG": "fee", "698": "fee", "PMNT/RRCT/RRTN": "return", "257": "return"}
"""Codes that cases use, of those in ``seeds/bank_codes.csv``."""


def kind_of(entry: Entry) -> str:
    """A fee of the bank, money out, money that came back, or other money in."""
    if MEANINGS.get(entry.code or "") == "fee":
        return "fee"
    if entry.amount < 0:
        return "out"
    returned = entry.return_reason is not None or entry.reversal or MEANINGS.get(entry.code or "") == "return"
    return "back" if returned else "in"


def way_of(entry: Entry) -> str:
    """Whether it settles a payment or gives it back."""
    return "out" if entry.amount < 0 else "back"


def compared(text: str | None) -> str:
    """A reference or a name by its letters and digits."""
    return "".join(character for character in (text or "").upper() if character.isascii() and character.isalnum())
