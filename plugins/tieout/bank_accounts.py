"""Whether an account number can be one: check digits and shapes, pure (docs/reference/payments.md, section 2)."""

import re
from collections.abc import Callable

from stdnum import bic, iban
from stdnum.exceptions import ValidationError
from stdnum.us import rtn

NATIONAL = re.compile(r"[0-9A-Z]{4,34}")
AMERICAN = re.compile(r"[0-9A-Z]{4,17}")
LOOKS_LIKE_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[0-9A-Z]{5,}")


def check(number: str | None, routing: str | None) -> str | None:
    """Say what is wrong with an account, or nothing. The answer never holds the number.

    Args:
        number: IBAN, or a national account number; blanks and hyphens do not count.
        routing: nine-digit ABA routing number, BIC, or blank beside an IBAN.

    Returns:
        One of ``number is missing``, ``IBAN fails its check``, ``number is malformed``, ``routing number is missing``,
        ``routing number fails its check``, ``BIC is malformed``; none where the account can be paid to.
    """
    account, bank = _compact(number), _compact(routing)
    if not account:
        return "number is missing"
    if LOOKS_LIKE_IBAN.fullmatch(account):
        return _fails(iban.validate, account, "IBAN fails its check") or _check_bank(bank, needed=False)
    wrong = _check_bank(bank, needed=True)
    if wrong:
        return wrong
    shape = AMERICAN if bank.isdigit() else NATIONAL
    return None if shape.fullmatch(account) else "number is malformed"


def _check_bank(routing: str, *, needed: bool) -> str | None:
    if not routing:
        return "routing number is missing" if needed else None
    if routing.isdigit():
        return _fails(rtn.validate, routing, "routing number fails its check")
    return _fails(bic.validate, routing, "BIC is malformed")


def _fails(validate: Callable[[str], str], number: str, says: str) -> str | None:
    try:
        validate(number)
    except ValidationError:
        return says
    return None


def _compact(text: str | None) -> str:
    return re.sub(r"[\s-]", "", text or "").upper()
